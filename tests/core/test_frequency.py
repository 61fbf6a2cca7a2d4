"""How many offers an attempt may see, and that a discount is never raised."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keepsake.core.candidates import candidates
from keepsake.core.findings import Circumstances, Situation, Verdict
from keepsake.core.frequency import frequency, no_raise
from keepsake.core.guards import guards_of
from keepsake.core.history import MS_PER_DAY, Frequency, Happening, Present, What
from keepsake.core.pack import OfferClass
from keepsake.core.windows import SHOWN_AMOUNT, SHOWN_PERCENT, seen_by

from tests.fakes.small_pack import OFFERS, small_pack

RULES = Frequency(discount_days=90, offers_per_attempt={"web": 1, "chat": 2, "kiosk": 0})
DEEP = tuple(float(percent) for percent in range(1, 21))
SMALL = small_pack()
CREDIT = replace(SMALL.offers["discount"], id="credit", lever="value_add", term="amount")
OFFERED = {
    **SMALL.offers,
    "discount": replace(SMALL.offers["discount"], depths=DEEP),
    "credit": replace(CREDIT, depths=(20.0, 50.0)),
}
PACK = replace(SMALL, frequency=RULES, offers=OFFERED)
ORDER = {"order.value": 1000.0, "order.margin": 400.0, "order.category": "ring", "channel": "web"}


def asked(guard, offer, *, depth=None, shown=(), away=False, **facts):
    """Ask one guard; facts are written with two underscores for a dot."""
    known = {**ORDER, **{name.replace("__", "."): value for name, value in facts.items()}}
    offered = next(
        each for each in candidates(PACK, known) if (each.offer.id, each.depth) == (offer, depth)
    )
    circumstances = Circumstances(store_is_away=away, shown_offers=frozenset(shown))
    return guard(offered, Situation(PACK, known, circumstances))


@pytest.mark.parametrize(
    ("channel", "shown", "is_barred"),
    [("web", 0, False), ("web", 1, True), ("chat", 1, False), ("chat", 2, True),
     ("email", 9, False), ("kiosk", 0, True)],
)  # fmt: skip
def test_an_attempt_sees_as_many_offers_as_its_channel_allows(channel, shown, is_barred):
    """Catches a limit that is off by one, or that holds where the pack sets none."""
    found = asked(frequency, "expedite", channel=channel, shown__offers=float(shown))

    assert is_barred == (found is not None)


@pytest.mark.law(4)
@pytest.mark.parametrize(("shown", "seen"), [(1.0, ()), (3.0, ()), (2.0, ("discount", "gift"))])
def test_what_frequency_holds_back_says_how_many_were_seen_and_what_would_unlock_it(shown, seen):
    """Catches a limit that nobody can see, and an unlock that does not unlock."""
    found = asked(frequency, "expedite", shown__offers=shown, shown=seen)

    assert (Verdict.BARRED, "guard:frequency", f"{shown:g}") == (
        found.verdict, found.failed, found.actual
    )  # fmt: skip
    assert f"seen {shown:g} of the 1 offers" in found.why
    (change,) = found.unlock
    assert asked(frequency, "expedite", shown__offers=change.value, shown=seen) is None


def test_what_an_attempt_has_seen_may_be_shown_again():
    """Catches a customer whose page was loaded anew and who lost the offer."""
    again = asked(frequency, "expedite", shown__offers=1.0, shown=["expedite"])
    further = asked(frequency, "discount", depth=5.0, shown__offers=1.0, shown=["expedite"])

    assert (None, Verdict.BARRED) == (again, further.verdict)


def test_what_was_shown_is_not_known_while_the_store_is_away():
    """Catches an incentive that is offered again and again while nobody can count."""
    away = asked(frequency, "expedite", away=True)

    assert (Verdict.NOT_EVALUATED, "guard:frequency") == (away.verdict, away.failed)


@pytest.mark.law(1)
@pytest.mark.parametrize("offer", OFFERS, ids=lambda offer: offer.id)
def test_frequency_touches_incentives_only(offer):
    """Catches help, or what is owed, that is withheld since somebody asked too often."""
    asked_of = {guard for group in guards_of(offer) for guard in group}

    assert (offer.offer_class is OfferClass.INCENTIVE) == (frequency in asked_of)
    assert (no_raise in asked_of) <= (offer.offer_class is OfferClass.INCENTIVE)


@pytest.mark.law(4)
@pytest.mark.parametrize(
    ("offer", "depth", "fact", "before"),
    [("discount", 5.0, SHOWN_PERCENT, 3.0), ("credit", 50.0, SHOWN_AMOUNT, 20.0)],
)
def test_what_goes_deeper_than_before_is_barred_and_says_by_how_much(offer, depth, fact, before):
    """Catches a raise that is let pass, or barred without its sums."""
    name = fact.replace(".", "__")

    found = asked(no_raise, offer, depth=depth, **{name: before})

    assert (Verdict.BARRED, "guard:no_raise") == (found.verdict, found.failed)
    assert found.actual.startswith(f"{before:g} ")
    assert {fact: depth} == {change.fact: change.value for change in found.unlock}
    assert asked(no_raise, offer, depth=depth, **{name: depth}) is None
    assert asked(no_raise, offer, depth=depth) is None


def test_a_discount_of_unknown_depth_is_not_given_to_somebody_who_was_shown_one():
    """Catches a raise that hides behind a missing price."""
    found = asked(no_raise, "discount", depth=5.0, shown__percent=3.0)
    unknown = PACK.offers["discount"]
    hidden = candidates(PACK, {})[0]._replace(offer=unknown, effective_percent=None)

    finding = no_raise(hidden, Situation(PACK, {**ORDER, SHOWN_PERCENT: 3.0}))

    assert (Verdict.BARRED, Verdict.NOT_EVALUATED) == (found.verdict, finding.verdict)


@given(
    st.lists(
        st.tuples(st.integers(0, 120 * MS_PER_DAY), st.integers(0, 99), st.sampled_from("ab")),
        max_size=12,
    )
)
def test_a_discount_is_never_raised_because_someone_threatens_again(threats):
    """Catches any course of threats, on one order or several, that ends with a deeper discount."""
    history, now = [], 1_800_000_000_000
    for gap_ms, pick, subject in threats:
        now += gap_ms
        present = Present(now, subject, "cancellation", "email")
        seen = seen_by(history, present, RULES, sent={}, is_customer=True)
        situation = Situation(PACK, {**ORDER, **seen.facts})
        discounts = [each for each in candidates(PACK, ORDER) if each.offer.id == "discount"]
        open_to = [each for each in discounts if no_raise(each, situation) is None]
        chosen = open_to[pick % len(open_to)]

        window = [one.percent for one in history if now - one.time_ms <= 90 * MS_PER_DAY]
        assert chosen.percent <= max(window, default=100)
        event = f"{len(history)}"
        history.append(
            Happening(What.SHOWN, "email", subject, event, now, "discount", percent=chosen.percent)
        )
