"""The engines, the plain reading of conditions and a naive one of their text never disagree."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keepsake.adapters.durable_engine import build_engine
from keepsake.core.conditions import Truth
from keepsake.core.evaluate import Course, PlainEngine, run
from keepsake.core.reference import ReferenceEngine

from tests.rules.naive import Case
from tests.rules.worlds import Grower, rulebook_of, vocabulary_of

TRUTHS = {True: Truth.TRUE, False: Truth.FALSE, None: Truth.UNKNOWN}


def naive_truths(world, facts):
    """Return the truth of each rule that the naive reading does not find false."""
    case = Case(world, facts)
    truths = {rule_id: TRUTHS[case.verdict(rule_id)] for rule_id in world.rules}
    return {rule_id: truth for rule_id, truth in truths.items() if truth is not Truth.FALSE}


def naive_derived(world, facts):
    """Return the derived facts that the naive reading knows."""
    case = Case(world, facts)
    found = {fact for rule in world.rules.values() for fact in rule["derive"]}
    return {name: value for name in found if (value := case.value(name)) is not None}


def decided(rulebook, engine, facts):
    """Evaluate as a decision does, where the score comes late; return truths and facts."""
    course = Course(rulebook, engine, {name: facts[name] for name in facts if name != "risk"})
    early = course.through(rulebook.scored_after)
    if "risk" in facts:
        course.facts["risk"] = facts["risk"]
    return early | course.through(len(rulebook.strata)), course.facts


@pytest.mark.timeout(300)
@given(st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_all_readings_of_random_rules_agree(chance):
    """Catches a comparison, a connective, a stratum or a missing fact that one engine misreads."""
    grower = Grower(chance)
    world = grower.world()
    vocabulary = vocabulary_of(world)
    rulebook = rulebook_of(world, vocabulary)
    plain = PlainEngine(rulebook, vocabulary)
    reference = ReferenceEngine(rulebook, vocabulary)
    engine = build_engine(rulebook, vocabulary, on_fault=pytest.fail)

    try:
        for _ in range(5):
            facts = grower.facts(world)
            expected = naive_truths(world, facts)
            truths, known = decided(rulebook, reference, facts)
            derived = {name: known[name] for name in known if name.startswith("d")}

            assert expected == truths
            assert expected == decided(rulebook, engine, facts)[0]
            assert expected == run(rulebook, plain, facts).truths
            assert naive_derived(world, facts) == derived
    finally:
        engine.close()


def soak(evaluations, rules, seed):
    """Evaluate one world many times by both engines; return the memory used on the way."""
    grower = Grower(random.Random(seed))
    world = grower.world(rules=1)
    while len(world.facts) < 12:
        world = grower.world(rules=1, facts=16)
    base = [name for name in world.facts if name.startswith("f")]
    derived = [name for name in world.facts if name.startswith("d")]
    for place in range(1, rules):
        grower.add_rule(world, base, derived, place)
    vocabulary = vocabulary_of(world)
    rulebook = rulebook_of(world, vocabulary)
    reference = ReferenceEngine(rulebook, vocabulary)
    engine = build_engine(rulebook, vocabulary, on_fault=pytest.fail)
    cases = [grower.facts(world) for _ in range(2000)]
    expected = [run(rulebook, reference, facts) for facts in cases]
    memory = []
    try:
        for turn in range(evaluations):
            if turn % (evaluations // 4) == evaluations // 8:
                memory.append(resident_kilobytes())
            place = turn % len(cases)
            assert expected[place] == run(rulebook, engine, cases[place])
    finally:
        engine.close()
    return memory


def resident_kilobytes():
    """Return how much memory this process has."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4


@pytest.mark.timeout(300)
def test_ten_thousand_evaluations_in_one_engine_are_all_right():
    """Catches state that one evaluation leaves behind for the next."""
    soak(10_000, rules=20, seed=7)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_two_hundred_thousand_evaluations_leave_memory_flat():
    """Catches a fact that is not retracted, and a leak in the C core."""
    memory = soak(200_000, rules=62, seed=8)

    assert max(memory) - memory[0] < 2_000, memory
