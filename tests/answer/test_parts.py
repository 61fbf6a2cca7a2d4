"""Parts in bytes, joined, are what protobuf would have written."""

import pytest
from keepsake.answer.parts import field_of, in_bytes, written
from keepsake.v1 import decision_pb2 as pb


@pytest.mark.parametrize("size", [0, 1, 127, 128, 300, 16_383, 16_384, 70_000])
def test_a_text_of_any_size_is_written_as_protobuf_writes_it(size):
    """Catches a length that is cut off where it needs another byte."""
    title = "x" * size

    found = field_of(pb.Recommendation, "talk_track")(title.encode())

    assert title == pb.Recommendation.FromString(found).talk_track


def test_parts_joined_in_the_order_of_their_fields_are_the_whole_message():
    """Catches a part that is written at another field's place."""
    trace = written(pb.RuleTrace, rule="offer:loan", conditions=[{"condition": "risk >= 0.5"}])
    whole = pb.Recommendation(
        rank=1, because=pb.RuleTrace.FromString(trace), talk_track="Take it.", confidence="S"
    )

    found = b"".join(
        [
            written(pb.Recommendation, rank=1),
            field_of(pb.Recommendation, "because")(trace),
            field_of(pb.Recommendation, "talk_track")(b"Take it."),
            written(pb.Recommendation, confidence="S"),
        ]
    )

    assert in_bytes(whole) == found
