"""The leeway: what an offer may cost for no guard of a depth to speak."""

from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st
from keepsake.core.budget_guard import budget
from keepsake.core.candidates import Candidate
from keepsake.core.findings import BudgetState, Circumstances, Concession, Situation
from keepsake.core.guards import DEPTH_GUARDS, stacking
from keepsake.core.leeway import is_within, leeway
from keepsake.core.pack import Budget

from tests.fakes.small_pack import small_pack

PACK = replace(small_pack(), budgets={"goodwill": Budget("goodwill", {}, amount=500_000)})
SUMS = st.floats(0, 5000, allow_subnormal=False)
CENTS = st.integers(-100, 500_000).map(lambda cents: cents / 100)


def situation_of(value, margin, *, tier, taken, carried=()):
    """Return a situation with these sums."""
    facts = {"order.value": value, "order.margin": margin, "order.category": "ring"}
    balances = {("goodwill", ""): BudgetState("July", taken)}
    return Situation(PACK, facts, Circumstances(tier=tier, balances=balances, concessions=carried))


@given(
    offer=st.builds(
        replace,
        st.sampled_from([*PACK.offers.values()]),
        budget=st.sampled_from([None, "goodwill"]),
        keeps_percent=st.sampled_from([100.0, 60.0]),
    ),
    sums=st.tuples(SUMS, SUMS, CENTS, CENTS),
    tier=st.integers(0, 4),
    taken=st.integers(0, 600_000),
    carried=st.lists(
        st.builds(Concession, st.just("old"), st.none() | st.floats(0, 9), st.none() | SUMS),
        max_size=2,
    ).map(tuple),
)
@example(PACK.offers["discount"], (1000.0, 400.0, 49.0, 0.0), 1, 0, ())
@example(PACK.offers["discount"], (1000.0, 400.0, 49.0, 0.0), 1, 0, (Concession("old", 0.0, 2.0),))
@example(PACK.offers["discount"], (5000.0, 4000.0, 49.0, 0.0), 3, 0, ())
def test_no_guard_speaks_of_what_is_within_the_leeway(offer, sums, tier, taken, carried):
    """Catches a leeway that lets through what margin, authority or a budget hold back."""
    value, margin, cost, now = sums
    situation = situation_of(value, margin, tier=tier, taken=taken, carried=carried)
    candidate = Candidate(offer, None, now, cost, 0.0)

    most, covered = leeway(offer, situation)

    guards = [each for each in DEPTH_GUARDS if each is not stacking]
    spoken = [guard(candidate, situation) for guard in guards]
    assert not is_within(candidate, most) or not any(spoken)
    assert not is_within(candidate, covered) or budget(candidate, situation) is None


def test_a_cheap_offer_is_within_the_leeway():
    """Catches a leeway that is always too small, so that every guard is asked as before."""
    offer = replace(PACK.offers["discount"], budget="goodwill")
    situation = situation_of(1000.0, 400.0, tier=1, taken=0)

    most, _ = leeway(offer, situation)

    assert is_within(Candidate(offer, 1.0, 0.0, 10.0, 1.0), most)
    assert not is_within(Candidate(offer, 1.0, 0.0, None, 1.0), most)
