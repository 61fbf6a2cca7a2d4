"""Kill switches: what each stops, and what none can."""

from dataclasses import replace

import pytest
from keepsake.core.errors import InvalidRequest, NotFound
from keepsake.core.facts import FactKind, FactType, Source, Vocabulary
from keepsake.core.literals import Dialect
from keepsake.core.pack import Experiment
from keepsake.core.parse import parse_when
from keepsake.core.rules import Derive, MakeEligible, Rule
from keepsake.core.strata import build_rulebook
from keepsake.core.switches import check_target, explored, rules_of_what_is_owed, stopped_by

from tests.fakes.small_pack import OFFERS, VOCABULARY, rule, small_pack

OFFER = {offer.id: offer for offer in OFFERS}
ALL = dict.fromkeys(("offer:refund", "lever:remedy", "pack"), "a test")
DERIVED = ("late", "very_late", "dear_stone")


def pack_that_derives():
    """Return a pack whose refund goes by a fact that two rules derive, and a loan by another."""
    flags = [FactType(name, FactKind.FLAG, derived=True) for name in DERIVED]
    vocabulary = Vocabulary([*VOCABULARY.values(), *flags])
    dialect = Dialect(vocabulary)

    def on(rule_id, condition, effect):
        when = parse_when([condition], dialect, key="when", locate=lambda _: Source())
        return Rule(rule_id, when, (effect,))

    rules = [
        on("rule:late", "order.stage == sent", Derive("late", value=True)),
        on("rule:very-late", "late == true", Derive("very_late", value=True)),
        on("rule:dear", "order.value > 5 USD", Derive("dear_stone", value=True)),
        on("offer:refund", "very_late == true", MakeEligible("refund")),
        on("offer:loan", "dear_stone == true", MakeEligible("loan")),
    ]
    return small_pack(vocabulary=vocabulary, rulebook=build_rulebook(rules, vocabulary))


@pytest.mark.parametrize(
    ("thrown", "stopped"),
    [
        ("offer:loan", {"loan"}),
        ("lever:price", {"discount"}),
        ("pack", {"loan", "discount", "smaller", "expedite"}),
        ("rule:loan", set()),
        ("exploration", set()),
    ],
)
def test_a_switch_stops_what_it_names_and_no_more(thrown, stopped):
    """Catches a switch that does nothing, or too much."""
    found = {offer.id for offer in OFFERS if stopped_by(offer, {thrown: "a test"})}

    assert stopped == found


@pytest.mark.law(1)
def test_no_switch_stops_what_is_owed():
    """Catches a switch of a lever, or one thrown before an offer became a remedy, that takes it."""
    stopping = stopped_by(OFFER["refund"], ALL)

    assert stopping is None


def test_only_the_switch_of_exploration_stops_it():
    """Catches a floor that stays, and a control group that goes with it."""
    experiment = Experiment("x", holdout=0.1, floor=0.02)

    assert experiment == explored(experiment, ALL)
    assert replace(experiment, floor=0.0) == explored(experiment, {"exploration": ""})


@pytest.mark.law(1)
def test_rules_that_a_remedy_goes_by_cannot_be_switched_off():
    """Catches a remedy that is lost because a rule two steps before it was stopped."""
    pack = pack_that_derives()

    assert {"rule:late", "rule:very-late"} == rules_of_what_is_owed(pack)
    check_target("rule:dear", pack)
    with pytest.raises(InvalidRequest):
        check_target("rule:late", pack)


@pytest.mark.parametrize("target", ["offer:refund", "lever:remedy"])
def test_what_is_owed_cannot_be_named_by_a_switch(target):
    """Catches a switch that is taken and does nothing."""
    with pytest.raises(InvalidRequest):
        check_target(target, small_pack())


@pytest.mark.parametrize("target", ["offer:x", "rule:x", "lever:x", "lever:discount"])
def test_what_the_pack_lacks_cannot_be_named_by_a_switch(target):
    """Catches a slip of the pen that seems to have stopped something."""
    with pytest.raises(NotFound):
        check_target(target, small_pack(rule("rule:y")))


@pytest.mark.parametrize("target", ["offer:loan", "rule:y", "lever:price", "pack", "exploration"])
def test_what_the_pack_has_can_be_switched_off(target):
    """Catches a switch that is refused when it is needed."""
    check_target(target, small_pack(rule("rule:y")))
