"""What the benchmark asks: valid, never twice the same, and of the size that is promised."""

from keepsake.rpc.validation import violations
from keepsake.v1.intercept_pb2 import RecommendRequest

from bench.intercepts import CHARACTERS, Bodies, intercepts
from bench.padding import counted, padded_rules

FEWEST_RULES = 100


def test_every_request_is_valid_and_has_a_mail_of_300_characters():
    """A request that is refused, or shorter, would be cheaper to answer than what is claimed."""
    requests = [RecommendRequest.FromString(Bodies(intercepts(20)).next()) for _ in range(20)]

    assert [()] * 20 == [violations(request) for request in requests]
    assert {CHARACTERS} == {len(request.intercept.words) for request in requests}


def test_no_request_is_asked_twice():
    """A request_id that was answered is answered from the store, which is no decision."""
    bodies = Bodies(intercepts(3))

    asked = [RecommendRequest.FromString(bodies.next()) for _ in range(9)]

    assert 9 == len({request.request_id for request in asked})
    assert 3 == len({request.intercept.customer.id for request in asked})


def test_the_padded_pack_loads_and_has_more_than_100_rules_beside_the_ways_out(tmp_path):
    """A pack that lost its rules would make the benchmark measure an empty decision."""
    declared, with_ways_out = counted(padded_rules(tmp_path))

    assert declared > FEWEST_RULES
    assert with_ways_out > declared
