"""Rules stand in an order in which every fact is settled before it is read."""

from __future__ import annotations

import pytest
from keepsake.core.errors import PackError
from keepsake.core.rules import Derivation

from tests.core.small_pack import book, rule


def ids(rulebook):
    """Return the rules by stratum."""
    return [[one.id for one in stratum] for stratum in rulebook.strata]


def refusal(*rules):
    """Return why these rules make no book: rule, value and message."""
    with pytest.raises(PackError) as refused:
        book(*rules)
    return [(problem.key, problem.value, problem.message) for problem in refused.value.problems]


def test_a_rule_is_evaluated_after_the_rules_that_set_what_it_reads():
    """Catches a reader that stands before, or beside, the rule that derives its fact."""
    rulebook = book(
        rule("reads-both", "mood == furious", "late == true"),
        rule("sets-mood", "late == true", mood="furious"),
        rule("sets-late", "order.promised_date.in_days < 0", late=True),
        rule("reads-nothing", "risk >= 0.5"),
    )

    assert [["sets-late"], ["sets-mood"], ["reads-both"], ["reads-nothing"]] == ids(rulebook)
    assert 0 == rulebook.law_strata


def test_a_fact_is_settled_only_after_the_last_rule_that_sets_it():
    """Catches a fact that is read between two of its rules."""
    rulebook = book(
        rule("reads", "late == true"),
        rule("sets-late-early", "customer.orders > 5", late=True),
        rule("sets-late-late", "urgent == true", late=True),
        rule("sets-urgent", "customer.orders > 9", urgent=True),
    )

    assert [["sets-late-early", "sets-urgent"], ["sets-late-late"], ["reads"]] == ids(rulebook)
    assert [["urgent"], ["late"], []] == [
        [derivation.fact for derivation in settled] for settled in rulebook.derivations
    ]


def test_rules_that_a_score_can_move_come_after_the_score_and_no_others():
    """Catches a rule that is evaluated before the risk it reads, if only by what others derive."""
    rulebook = book(
        rule("reads-risk", "risk >= 0.5"),
        rule("sets-late", "risk >= 0.5", late=True),
        rule("sets-late-too", "customer.orders > 3", late=True),
        rule("sets-mood", "late == true", mood="cross"),
        rule("reads-mood", "mood == cross"),
        rule("sets-urgent", "customer.orders > 3", urgent=True),
        rule("reads-urgent", "urgent == true"),
    )

    split = rulebook.scored_after
    assert [["sets-late-too", "sets-urgent"], ["reads-urgent"]] == ids(rulebook)[:split]
    assert [["reads-risk", "sets-late"], ["sets-mood"], ["reads-mood"]] == ids(rulebook)[split:]
    settled_early = [[one.fact for one in each] for each in rulebook.derivations[:split]]
    assert [["urgent"], []] == settled_early


def test_the_strongest_value_stands_first_and_the_default_beside_it():
    """Catches an order of strength that follows the file instead of the words."""
    rulebook = book(
        rule("calm", "risk < 0.2", mood="calm"),
        rule("furious", "risk > 0.8", mood="furious"),
        rule("late", "risk > 0.8", late=True),
        rule("not-late", "risk < 0.2", late=False),
    )

    expected = (
        Derivation("late", (("late", True), ("not-late", False)), default=False),
        Derivation("mood", (("furious", "furious"), ("calm", "calm"))),
    )
    assert (expected,) == rulebook.derivations


def test_law_stands_before_every_other_rule():
    """Catches law that is applied beside, or after, a rule of the pack."""
    rulebook = book(
        rule("plain", "risk >= 0.5"),
        rule("law:reads", "urgent == true"),
        rule("law:sets", "jurisdiction == US-CA", urgent=True),
    )

    assert [["law:sets"], ["law:reads"], ["plain"]] == ids(rulebook)
    assert 2 == rulebook.law_strata


def test_law_reads_no_score():
    """Catches a law that would wait for a model."""
    assert [("law:scored", "risk", "law is applied before any score and may not read risk")] == (
        refusal(rule("law:scored", "risk >= 0.5"))
    )


def test_law_reads_nothing_that_a_rule_of_the_pack_derives():
    """Catches a business rule that decides when the law applies."""
    found = refusal(rule("plain", "risk >= 0.5", late=True), rule("law:x", "late == true"))

    assert [("law:x", "late", "law may not read late, which a rule of the pack derives")] == found


def test_a_fact_is_derived_by_law_or_by_rules_not_by_both():
    """Catches a fact of the law that a rule of the pack changes later."""
    found = refusal(
        rule("plain", "customer.orders > 3", late=True),
        rule("law:x", "jurisdiction == US-CA", late=True),
    )

    assert [("law:x", "late", "late is derived by a law and by a rule of the pack")] == found


def test_a_circle_of_derived_facts_is_named():
    """Catches rules that would wait for each other for ever, or a message without the chain."""
    found = refusal(
        rule("a", "urgent == true", late=True),
        rule("b", "mood == cross", urgent=True),
        rule("c", "late == true", mood="cross"),
    )

    ((_, chain, message),) = found
    assert "derived facts go round in a circle" == message
    assert {"late", "urgent", "mood"} == set(chain.split(" needs "))


def test_a_rule_that_reads_what_it_sets_is_a_circle():
    """Catches negation within a stratum."""
    ((key, chain, _),) = refusal(rule("self", "late == false", late=True))

    assert ("self", "late needs late") == (key, chain)


@pytest.mark.parametrize(
    ("derived", "message"),
    [
        ({"mood": "mad"}, "mood cannot be set to mad; flags and ordered words are derived"),
        ({"late": "yes"}, "late cannot be set to yes; flags and ordered words are derived"),
        ({"risk": 0.5}, "risk is not a derived fact"),
        ({"lat": True}, "no fact is called lat"),
    ],
)
def test_only_declared_facts_are_derived_and_only_with_their_values(derived, message):
    """Catches a derived value that no condition could ever meet."""
    ((_, _, said),) = refusal(rule("x", "risk >= 0.5", **derived))

    assert message == said
