"""The true reason: what was said, what the words say, and which counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keepsake.core.pack import SENSITIVE
from keepsake.core.reasons import Read, settle

from tests.fakes.small_pack import REASONS, small_pack

PACK = small_pack()
IDS = list(REASONS)


def read(*, unsure=False, words=("late", "wedding"), **probabilities):
    """Return what a model read, most likely first."""
    ranked = sorted(probabilities.items(), key=lambda item: -item[1])
    return Read(tuple(ranked), unsure, words)


@pytest.mark.parametrize(
    ("stated", "found", "expected"),
    [
        ("dear", read(late=0.6, dear=0.4), "late"),
        ("dear", read(late=0.59, dear=0.41), "dear"),
        ("dear", read(late=0.9, unsure=True), "dear"),
        ("", read(late=0.4, dear=0.3), "late"),
        ("", read(late=0.9, unsure=True), None),
        ("dear", Read(), "dear"),
        ("", Read(), None),
    ],
    ids=[
        "clear words",
        "not clear enough",
        "unsure",
        "only words",
        "only unsure words",
        "only stated",
        "nothing",
    ],
)
def test_words_overrule_what_was_stated_only_when_they_are_clear(stated, found, expected):
    """Catches a guess that overrules what the agent was told."""
    assert expected == settle(PACK, stated, found).reason


@pytest.mark.parametrize(
    ("stated", "found", "never_save"),
    [
        ("dear", read(late=0.7, fraud=0.25), True),
        ("dear", read(late=0.7, fraud=0.24), False),
        ("dear", read(late=0.3, fraud=0.26, unsure=True), True),
        ("fraud", read(late=0.99), True),
        ("", read(illness=0.3, late=0.7), True),
    ],
    ids=["a hint", "less than a hint", "a hint in unclear words", "stated", "a sensitive hint"],
)
def test_nobody_is_persuaded_at_a_hint_of_a_reason_to_leave_in_peace(stated, found, never_save):
    """Catches a customer in grief or fraud who is offered a discount."""
    assert never_save == settle(PACK, stated, found).never_save


@pytest.mark.law(10)
@given(
    st.sampled_from(["", *IDS]),
    st.lists(st.floats(0, 1), min_size=len(IDS), max_size=len(IDS)),
    st.booleans(),
)
def test_a_sensitive_reason_is_only_ever_recorded_as_sensitive(stated, weights, unsure):
    """Catches an illness that reaches the journal, by name or by the words that tell it."""
    total = sum(weights) or 1
    found = read(unsure=unsure, **{i: w / total for i, w in zip(IDS, weights, strict=True)})

    settled = settle(PACK, stated, found)

    named = {settled.reason, settled.stated, *(word for word, _ in settled.detected)}
    assert not named & {"illness", "grief"}
    if SENSITIVE in {settled.reason, settled.stated, settled.detected[0][0]}:
        assert () == settled.words


def test_sensitive_reasons_add_up_under_their_one_word():
    """Catches two sensitive readings that are each too weak to be seen."""
    settled = settle(PACK, "", read(illness=0.24, grief=0.24, late=0.3, dear=0.22))

    assert ("sensitive", 0.48) == settled.detected[0]
    assert "sensitive" == settled.reason
    assert () == settled.words


def test_the_three_likeliest_are_shown_and_the_words_that_decided():
    """Catches an answer that hides why the words were read so."""
    settled = settle(PACK, "dear", read(late=0.7, dear=0.1, fraud=0.1, illness=0.1))

    assert [("late", 0.7), ("dear", 0.1), ("fraud", 0.1)] == list(settled.detected)
    assert ("late", "wedding") == settled.words
    assert (0.7, "dear") == (settled.detected[0][1], settled.stated)


def test_without_words_nothing_is_unsure():
    """Catches an answer that complains of unclear words where there were none."""
    settled = settle(PACK, "dear", Read())

    assert not settled.unsure
    assert () == settled.detected


def test_a_reason_that_this_kind_does_not_have_settles_nothing_and_shows_no_words():
    """Catches a complaint that is taken for the second guess of a model taught on cancellations."""
    settled = settle(PACK, "", read(unheard_of=0.9, late=0.1))

    assert (None, ()) == (settled.reason, settled.words)


def test_a_model_that_was_not_taught_the_stated_reason_overrules_it_never():
    """Catches a missing refund that becomes a late delivery, as the model knows nothing else."""
    assert "dear" == settle(PACK, "dear", read(late=0.95, illness=0.05)).reason
