"""Where two engines disagree the safer truth counts, and somebody hears of it."""

from __future__ import annotations

import pytest
from keepsake.core.checked import CheckedEngine, Disagreement
from keepsake.core.conditions import Truth
from keepsake.core.evaluate import PlainEngine
from keepsake.core.rules import MakeEligible, Play, Withhold

from tests.core.small_pack import VOCABULARY, book, rule

F, U, T = Truth.FALSE, Truth.UNKNOWN, Truth.TRUE
OFFERS = frozenset({"expedite"})
EFFECTS = {
    "eligible": (MakeEligible("expedite"),),
    "withhold": (Withhold(OFFERS),),
    "withhold and play": (Withhold(OFFERS), Play("grief")),
}


class Mistaken:
    """An engine that answers what it was told to."""

    def __init__(self, truths):
        self.truths = truths

    def begin(self, facts):
        """Evaluate one case."""
        assert facts == {"risk": 0.7}
        return self

    def evaluate(self, stratum):
        """Return the truths that were set, whatever the facts."""
        assert stratum == 0
        return self.truths

    def close(self):
        """Hold nothing."""


SAFER = [
    ("eligible", F, F),
    ("eligible", U, U),
    ("withhold", F, T),
    ("withhold", U, T),
    ("withhold and play", F, T),
]


@pytest.mark.parametrize(("effect", "mistake", "counted"), SAFER)
def test_the_truth_that_offers_less_counts(effect, mistake, counted):
    """Catches a disagreement that is settled in favour of an offer."""
    rulebook = book(rule("x", "risk >= 0.5", effects=EFFECTS[effect]))
    told = []
    engine = CheckedEngine(Mistaken({"x": mistake}), PlainEngine(rulebook, VOCABULARY), told.append)

    truths = engine.begin({"risk": 0.7}).evaluate(0)

    assert ({"x": counted} if counted else {}) == truths
    assert [Disagreement("x", mistake, T, counted)] == told


def test_a_rule_that_an_engine_forgot_is_a_disagreement():
    """Catches a rule that fell out of the engine unnoticed."""
    rulebook = book(rule("x", "risk >= 0.5", effects=EFFECTS["withhold"]))
    told = []
    engine = CheckedEngine(Mistaken({}), PlainEngine(rulebook, VOCABULARY), told.append)

    assert {"x": T} == engine.begin({"risk": 0.7}).evaluate(0)
    assert [Disagreement("x", F, T, T)] == told


def test_engines_that_agree_are_left_alone():
    """Catches noise where nothing is wrong."""
    rulebook = book(rule("x", "risk >= 0.5"))
    reference = PlainEngine(rulebook, VOCABULARY)
    told = []

    truths = CheckedEngine(reference, reference, told.append).begin({"risk": 0.7}).evaluate(0)

    assert ({"x": T}, []) == (truths, told)
