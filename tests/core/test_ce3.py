"""Compelling Evidence 3.0: which earlier purchases speak for the disputed one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keepsake.core.ce3 import READINGS, Element, Purchase, Qualification, qualify, shared

DISPUTE = date(2026, 11, 20)
BOUGHT = date(2026, 11, 1)
DEVICE, FINGERPRINT = "d" * 15, "f" * 20
DISPUTED = Purchase("now", BOUGHT, "u-1", "192.0.2.7", "1 main st", DEVICE, FINGERPRINT)


def earlier(name: str, days: int, **other: object) -> Purchase:
    """Return a purchase like the disputed one, made so many days before the dispute."""
    return replace(DISPUTED, id=name, day=DISPUTE - timedelta(days=days), **other)  # type: ignore[arg-type]


def judged(*history: Purchase, reading: int = 0) -> Qualification:
    """Return what comes of a history by one reading."""
    return qualify(DISPUTED, history, READINGS[reading], dispute_day=DISPUTE)


def test_two_old_purchases_from_the_same_device_and_account_qualify() -> None:
    """Catches a check that finds no pair where there is one."""
    come = judged(earlier("a", 130), earlier("b", 200))

    assert [("a", "b")] == [(pair.first.id, pair.second.id) for pair in come.pairs]
    assert frozenset(Element) == come.pairs[0].shared


@pytest.mark.parametrize(
    ("days", "fails"),
    [
        (119, ("fails by 1 day: 119 days old, 120 asked",)),
        (120, ()),
        (365, ()),
        (366, ("fails by 1 day: 366 days old, 365 allowed",)),
        (100, ("fails by 20 days: 100 days old, 120 asked",)),
    ],
)
def test_a_purchase_that_is_a_day_too_young_or_too_old_says_by_how_much(
    days: int, fails: tuple[str, ...]
) -> None:
    """Catches a bound that is off by one, which loses the case a year later."""
    come = judged(earlier("a", days), earlier("b", 200))

    assert fails == come.priors[0].fails
    assert come.is_met is not bool(fails)


def test_sources_that_differ_are_tried_apart() -> None:
    """Catches one reading of an unclear rule taken for the rule."""
    history = (earlier("a", 365), earlier("b", 130))

    met = [judged(*history, reading=number).is_met for number in range(len(READINGS))]

    assert [True, False, False, False] == met


@pytest.mark.parametrize(
    ("field", "why"),
    [
        ("same_card", "it was paid by another card"),
        ("disputed", "it was disputed itself"),
        ("reported_fraud", "it was reported as fraud"),
        ("validation", "it only checked the card"),
        ("paid", "it was not paid"),
    ],
)
def test_a_purchase_of_the_wrong_kind_is_no_proof(field: str, why: str) -> None:
    """Catches a disputed, unpaid or other card's purchase shown to the issuer."""
    wrong = earlier("a", 130, **{field: field not in ("same_card", "paid")})

    come = judged(wrong, earlier("b", 200))

    assert (why,) == come.priors[0].fails
    assert come.why_not == "1 of 2 earlier purchases can be used"


def test_account_and_address_alone_do_not_do() -> None:
    """Catches a pair without the IP or the device, which the network refuses."""
    bare = {"ip": "", "device": "", "fingerprint": ""}

    come = judged(earlier("a", 130, **bare), earlier("b", 200, **bare))

    told = "the best pair shares account, address, but neither the IP nor the device"
    assert told == come.why_not


def test_what_only_two_of_three_share_does_not_count() -> None:
    """Catches a match that is made pair by pair and not across all three."""
    one = earlier("a", 130, account="u-2", address="", device="", fingerprint="")
    other = earlier("b", 200, ip="198.51.100.1", address="", device="", fingerprint="")

    come = judged(one, other)

    assert come.why_not == "the best pair shares 0 of 2 elements (nothing)"


def test_a_device_named_too_shortly_is_none() -> None:
    """Catches an id of 14 characters, which Stripe refuses."""
    short = replace(DISPUTED, device="d" * 14, fingerprint="f" * 19)

    assert Element.DEVICE not in shared((short, short))


def test_a_device_by_its_id_and_one_by_its_fingerprint_are_not_the_same() -> None:
    """Catches a device taken for shared though each purchase names it by something else."""
    by_id = replace(DISPUTED, fingerprint="")
    by_fingerprint = replace(DISPUTED, device="")

    assert Element.DEVICE not in shared((DISPUTED, by_id, by_fingerprint))


words = st.sampled_from(["", "x" * 20, "y" * 20])
purchases = st.builds(
    Purchase,
    id=st.sampled_from("abcdef"),
    day=st.dates(DISPUTE - timedelta(days=370), DISPUTE - timedelta(days=115)),
    account=words,
    ip=words,
    address=words,
    device=words,
    fingerprint=words,
    same_card=st.booleans(),
    disputed=st.booleans(),
)


def naively(disputed: Purchase, history: list[Purchase]) -> bool:
    """Say it as the rule is written, sharing no code with what is tested."""
    fields = ("account", "ip", "address", "device", "fingerprint")
    for pair in combinations(history, 2):
        if any(one.disputed or not one.same_card for one in pair):
            continue
        if any(not 120 <= (DISPUTE - one.day).days <= 365 for one in pair):
            continue
        same = {
            name.replace("fingerprint", "device")
            for name in fields
            if getattr(disputed, name)
            and all(getattr(one, name) == getattr(disputed, name) for one in pair)
        }
        if len(same) >= 2 and same & {"ip", "device"}:
            return True
    return False


@given(disputed=purchases, history=st.lists(purchases, max_size=5))
def test_it_qualifies_exactly_where_the_written_rule_says_so(
    disputed: Purchase, history: list[Purchase]
) -> None:
    """Catches any history on which the search for pairs and the rule differ."""
    come = qualify(disputed, history, READINGS[0], dispute_day=DISPUTE)

    assert naively(disputed, history) == come.is_met
    assert come.is_met == (not come.why_not)


@given(disputed=purchases, history=st.lists(purchases, max_size=4), more=purchases)
def test_another_purchase_never_takes_a_proof_away(
    disputed: Purchase, history: list[Purchase], more: Purchase
) -> None:
    """Catches a longer history that proves less."""
    before = qualify(disputed, history, READINGS[0], dispute_day=DISPUTE)

    after = qualify(disputed, [*history, more], READINGS[0], dispute_day=DISPUTE)

    assert set(before.pairs) <= set(after.pairs)
