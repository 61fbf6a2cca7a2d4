"""What a subject carries already, by what happened in earlier cases."""

import pytest
from keepsake.core.carried import accepted, is_cancelled
from keepsake.core.findings import Concession
from keepsake.core.history import Counted, Happening, What

from tests.fakes.small_pack import OFFERS

KINDS = {"cancellation": Counted.CANCEL_ATTEMPT, "review": Counted.REVIEW}
BY_ID = {offer.id: offer for offer in OFFERS}


def happened(what, of, *, at=1, subject="ring", **details):
    """Return something that happened."""
    return Happening(what, "email", subject, f"{what}{of}{at}", at, of, **details)


def test_what_was_accepted_is_carried_with_what_it_takes_off():
    """Catches a second discount on an order that has one from an earlier case."""
    happenings = [
        happened(What.ACCEPTED, "discount", percent=5.0),
        happened(What.ACCEPTED, "expedite"),
        happened(What.SHOWN, "loan"),
        happened(What.DECLINED, "smaller"),
    ]

    carried = accepted(happenings, "ring", BY_ID)

    assert {
        "discount": Concession("discount", 5.0),
        "expedite": Concession("expedite", 0.0),
    } == carried


@pytest.mark.parametrize(
    ("offer", "carried"),
    [
        ("refund", {}),
        ("discount", {"discount": Concession("discount", None)}),
        ("gone", {"gone": Concession("gone", None)}),
    ],
)
def test_what_is_owed_is_no_concession_and_what_is_not_known_is_not_nothing(offer, carried):
    """Catches a remedy that bars an offer, and a price that was lowered by who knows how much."""
    assert carried == accepted([happened(What.ACCEPTED, offer)], "ring", BY_ID)


def test_what_another_subject_carries_is_not_carried_here():
    """Catches a customer who may be given nothing, since another order of theirs has a discount."""
    assert {} == accepted([happened(What.ACCEPTED, "discount")], "watch", BY_ID)


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        ([], False),
        ([("cancellation", "lost")], True),
        ([("cancellation", "saved")], False),
        ([("cancellation", "lost"), ("cancellation", "saved")], False),
        ([("cancellation", "saved"), ("cancellation", "lost")], True),
        ([("cancellation", "lost"), ("review", "no_answer")], True),
        ([("review", "lost")], False),
    ],
)
def test_a_subject_is_cancelled_when_its_last_attempt_to_cancel_was_lost(ends, expected):
    """Catches persuasion after the cancellation, and one that a correction does not lift."""
    happenings = [
        happened(What.ENDED, kind, at=at, reason=outcome) for at, (kind, outcome) in enumerate(ends)
    ]

    assert expected is is_cancelled(happenings, "ring", KINDS)
    assert not is_cancelled(happenings, "watch", KINDS)
