"""Nothing that is given may hang on a review: tried with every review there could be."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keepsake.core.consider import consider
from keepsake.core.findings import Circumstances
from keepsake.core.pack import OfferClass
from keepsake.core.reference import ReferenceEngine
from keepsake.core.strata import comparisons
from keepsake.core.verdicts import Judge
from keepsake.packs.completion import FactCompletion
from keepsake.packs.load import load_pack

PACK = load_pack(Path(__file__).parents[2] / "rules" / "travel").others["review"]
JUDGE, ENGINE = Judge(PACK), ReferenceEngine(PACK.rulebook, PACK.vocabulary)
DAY = 20_779.0
JOURNEY = {
    "kind": "review",
    "channel": "platform",
    "subject_type": "review",
    "jurisdiction": "DE",
    "jurisdiction.country": "DE",
    "today": DAY,
    "now": DAY * 86_400,
    "occurred": DAY * 86_400,
    "booking.value": 1200.0,
    "booking.margin": 240.0,
    "booking.category": "hotel",
    "booking.stage": "completed",
    "review.at_stake": 200.0,
    "match.confirmed": True,
    "journey.fault": "ours",
    "never_save": False,
    "reason.unsure": False,
    "message.mentions_review": True,
}
CLASSES = (OfferClass.INCENTIVE, OfferClass.REMEDY)


def given_for(facts):
    """Return what money may be offered, at which depth, of some facts."""
    known = {**JOURNEY, **facts}
    FactCompletion(PACK.vocabulary).complete(known, as_of=known["now"])
    found = consider(JUDGE, ENGINE, known, circumstances=Circumstances(tier=3))
    return {
        (each.candidate.offer.id, each.candidate.depth)
        for each in found.standing
        if each.candidate.offer.offer_class in CLASSES
    }


@given(
    rating=st.none() | st.floats(1, 5),
    reach=st.none() | st.integers(0, 10**6).map(float),
    reason=st.sampled_from([None, "praise", "general_dislike", "quality_concern"]),
    platform=st.sampled_from(PACK.vocabulary["review.platform"].words),
    answered=st.booleans(),
)
def test_the_same_journey_gets_the_same_whatever_its_review_says(
    rating, reach, reason, platform, answered
):
    """Catches money for a bad review, or for a good one: 16 CFR 465.4, and the platforms' terms."""
    review = {
        "review.rating": rating,
        "review.reach": reach,
        "reason": reason,
        "review.platform": platform,
        "review.answered": answered,
    }

    found = given_for({name: value for name, value in review.items() if value is not None})

    assert {("private-goodwill", depth) for depth in (3.0, 5.0, 8.0)} == found


def test_no_offer_and_no_rule_that_holds_goodwill_back_reads_what_a_review_says():
    """Catches a condition on the stars by which a review is bought; that it is ours may count."""
    goodwill = {o.id for o in PACK.offers.values() if o.offer_class is OfferClass.INCENTIVE}
    reads = {
        (rule.id, part.fact)
        for stratum in PACK.rulebook.strata
        for rule in stratum
        for part in comparisons(rule.when)
        for effect in rule.effects
        if goodwill & (getattr(effect, "offers", None) or {getattr(effect, "offer", "")})
        and part.fact.startswith("review.")
    }

    assert {("rule:staff-write-no-reviews", "review.is_ours")} == reads


@pytest.mark.parametrize("language", ["en", "de"])
def test_no_offer_asks_for_a_review_its_change_or_silence(language):
    """Catches a talk track by which an agent asks what the law forbids."""
    asked = re.compile(
        r"take (it )?down|delete|remove|change your|edit your|five stars|löschen|entfernen",
        re.IGNORECASE,
    )
    texts = {name: offer.talk_track.get(language, "") for name, offer in PACK.offers.items()}

    assert [] == [name for name, text in texts.items() if asked.search(text)]
    assert all(texts.values())


def test_money_is_named_in_no_rule_of_the_public_reply():
    """Catches a review for which nobody is told to keep money out of the public reply."""
    advice = {
        effect.advice
        for stratum in PACK.rulebook.strata
        for rule in stratum
        if not rule.when.conditions
        for effect in rule.effects
        if hasattr(effect, "advice")
    }

    assert {"leave_the_review_alone", "no_money_in_public", "no_booking_in_public"} <= advice
