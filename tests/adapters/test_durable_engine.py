"""The engine on durable_rules: right at every bound, and right again after a fault."""

from __future__ import annotations

import threading

import pytest
from keepsake.adapters import durable_engine
from keepsake.adapters.durable_engine import DurableEngine, build_engine, plan_engine
from keepsake.core.conditions import AllOf, AnyOf, Truth
from keepsake.core.errors import NotReady
from keepsake.core.evaluate import run
from keepsake.core.reference import ReferenceEngine
from keepsake.core.rules import Rule

from tests.core.small_pack import VOCABULARY, book, rule, truths_of, when
from tests.core.test_evaluate import VERDICTS
from tests.core.test_networks import LARGE, apart

F, U, T = Truth.FALSE, Truth.UNKNOWN, Truth.TRUE

JOINED = ("risk >= 0.5", "reason == too_late")
RISKY, CALM = {"risk": 0.7, "reason": "too_late"}, {"risk": 0.3, "reason": "too_late"}

needs_durable = pytest.mark.skipif(
    durable_engine.core is None, reason="durable_rules does not import on this Python"
)


@pytest.fixture
def engine_of():
    """Return what builds engines that are closed at the end and never fault."""
    engines = []

    def build(*rules, on_fault=pytest.fail):
        engines.append(DurableEngine(book(*rules), VOCABULARY, on_fault=on_fault))
        engines[-1].build()
        return engines[-1]

    yield build
    for engine in engines:
        engine.close()


def sets_of(engine):
    """Return the rule sets that an engine holds in the C core."""
    return [rule_set for joiner in engine._joiners for rule_set in joiner._sets]


@needs_durable
@pytest.mark.parametrize(("text", "facts", "expected"), VERDICTS)
def test_a_comparison_comes_to_the_verdict_written_by_hand(engine_of, text, facts, expected):
    """Catches a comparison that the C core makes differently than the pack means it."""
    assert ({"x": expected} if expected else {}) == truths_of(engine_of(rule("x", text)), facts)


@needs_durable
def test_a_rule_without_conditions_is_true_without_asking_the_core(engine_of):
    """Catches a definition without conditions, on which the core hangs."""
    empty = Rule("also", AllOf((AnyOf((*when("customer.orders > 1").conditions, AllOf())),)), ())
    engine = engine_of(rule("always"), empty, Rule("never", AllOf((AnyOf(()),)), ()))

    assert {"always": T, "also": T} == truths_of(engine, {})


@needs_durable
@pytest.mark.parametrize("value", [1e-6, 0.1 + 0.2, 1e9, 123456789.123456, -0.000001, 1e15, 1e22])
def test_numbers_reach_the_core_without_an_exponent(engine_of, value):
    """Catches a number that the core refuses, or rounds across a bound."""
    engine = engine_of(rule("above", "customer.orders > 0.000001"))

    assert ({"above": T} if value > 1e-6 else {}) == truths_of(engine, {"customer.orders": value})


@needs_durable
def test_text_from_outside_never_reaches_the_core(engine_of):
    """Catches a word that ends the JSON early and adds attributes of its own."""
    engine = engine_of(rule("x", "jurisdiction == US-CA"), rule("y", "order.value > 1 USD"))
    hostile = 'US-CA","v1":1.0,"v2":"'

    assert {"x": U, "y": U} == truths_of(engine, {"jurisdiction": hostile})


@needs_durable
def test_many_rules_that_all_match_all_fire(engine_of):
    """Catches a fact that the core refuses whole because too much matches at once."""
    engine = engine_of(*apart(300))

    truths = truths_of(engine, {"customer.orders": 1e9, "order.value": 1e9})

    assert {f"r{place}": T for place in range(300)} == truths


@needs_durable
@pytest.mark.parametrize("excess", LARGE)
def test_a_rule_too_large_for_the_core_is_left_to_the_reference(engine_of, excess):
    """Catches an engine that breaks on a pack that was not linted."""
    large, small = rule("large", *LARGE[excess]), rule("small", "order.value > 1 USD")
    facts = {"customer.orders": 1000.0, "order.value": 100.0}

    assert {"large": T, "small": T} == truths_of(engine_of(large, small), facts)


@needs_durable
def test_after_a_fault_the_answer_is_right_and_the_engine_goes_on(engine_of, monkeypatch):
    """Catches a fault that reaches the customer, is not told, or leaves the set broken."""
    faults = []
    engine = engine_of(rule("x", *JOINED), on_fault=faults.append)
    sound = durable_engine.core.assert_fact
    monkeypatch.setattr(durable_engine.core, "assert_fact", lambda *_: (2, 0))

    during = truths_of(engine, RISKY)
    monkeypatch.setattr(durable_engine.core, "assert_fact", sound)
    after = truths_of(engine, CALM)

    assert ({"x": T}, {}) == (during, after)
    assert ["assert_fact answered 2"] == [str(fault) for fault in faults]


@needs_durable
def test_where_the_core_cannot_be_built_anew_python_goes_on(engine_of, monkeypatch):
    """Catches a decision that fails, untold, because its repair failed too."""
    faults = []
    engine = engine_of(rule("x", *JOINED), on_fault=faults.append)

    def refused(*_):
        raise durable_engine.core.error("refused")

    monkeypatch.setattr(durable_engine.core, "assert_fact", lambda *_: (2, 0))
    monkeypatch.setattr(durable_engine.core, "create_ruleset", refused)
    during, after = truths_of(engine, RISKY), truths_of(engine, CALM)

    assert ({"x": T}, {}) == (during, after)
    assert ["assert_fact answered 2"] == [str(fault) for fault in faults]


@needs_durable
def test_a_wrong_answer_of_the_core_is_a_fault_and_not_remembered(engine_of, monkeypatch):
    """Catches a join that is wrong once and then, remembered, for every case alike."""
    faults = []
    engine = engine_of(rule("x", *JOINED), on_fault=faults.append)
    sound = durable_engine.core.assert_fact
    monkeypatch.setattr(durable_engine.core, "assert_fact", lambda *_: (1, 0))

    during = truths_of(engine, RISKY)
    monkeypatch.setattr(durable_engine.core, "assert_fact", sound)
    after = truths_of(engine, RISKY)

    assert ({"x": T}, {"x": T}) == (during, after)
    assert ["the core joined otherwise than Python"] == [str(fault) for fault in faults]


@needs_durable
def test_a_fault_between_two_firings_leaves_nothing_behind(engine_of, monkeypatch):
    """Catches a fact, or a firing, of one evaluation that comes up in the next."""
    faults = []
    engine = engine_of(*apart(3), on_fault=faults.append)
    sound = durable_engine.core.complete_and_start_action

    def broken(*_):
        raise durable_engine.core.error("broken off")

    monkeypatch.setattr(durable_engine.core, "complete_and_start_action", broken)
    during = truths_of(engine, {"customer.orders": 9.0, "order.value": 9.0})
    monkeypatch.setattr(durable_engine.core, "complete_and_start_action", sound)
    after = truths_of(engine, {"customer.orders": 0.5, "order.value": 9.0})

    assert {"r0": T, "r1": T, "r2": T} == during
    assert {"r0": T} == after
    assert 1 == len(faults)


@needs_durable
def test_no_fact_is_kept_after_an_evaluation(engine_of):
    """Catches facts that pile up until the core takes one for another."""
    engine = engine_of(*apart(3), rule("x", *JOINED))

    for facts in ({"customer.orders": 9.0, "order.value": 9.0}, {}, RISKY):
        run(engine.rulebook, engine, facts)

    handles = [rule_set._handle for rule_set in sets_of(engine)]
    assert ["[]", "[]"] == [durable_engine.core.get_facts(handle, "0") for handle in handles]


@needs_durable
def test_threads_take_turns(engine_of):
    """Catches two evaluations that mix in the one state that the core keeps."""
    engine = engine_of(*apart(40))
    reference = ReferenceEngine(engine.rulebook, VOCABULARY)
    wrong = []

    def evaluate(seed):
        for turn in range(300):
            facts = {"customer.orders": float((turn * seed) % 40), "order.value": 20.0}
            if truths_of(engine, facts) != truths_of(reference, facts):
                wrong.append(facts)

    threads = [threading.Thread(target=evaluate, args=(seed,)) for seed in (3, 7, 11, 13)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [] == wrong


@needs_durable
def test_a_closed_engine_still_answers_and_builds_nothing_again(engine_of):
    """Catches a call into deleted rule sets, or a leak, while the last request is under way."""
    engine = engine_of(rule("x", *JOINED))
    engine.close()

    assert {"x": T} == truths_of(engine, RISKY)
    assert [None] == [rule_set._handle for rule_set in sets_of(engine)]


@needs_durable
def test_planning_touches_the_core_as_little_as_an_engine_that_is_never_built(monkeypatch):
    """Catches rule sets that are built in a thread, while others evaluate."""
    built = []
    monkeypatch.setattr(durable_engine.core, "create_ruleset", lambda *_: built.append(1))

    engine = plan_engine(book(rule("x", *JOINED)), VOCABULARY, on_fault=pytest.fail)

    assert {"x": T} == truths_of(engine, RISKY)
    assert [] == built


@needs_durable
def test_rule_sets_that_the_core_refuses_are_told_and_none_stays_behind(monkeypatch):
    """Catches an error of the C core that ends the watch of the packs, and half an engine."""
    sound, built, deleted = durable_engine.core.create_ruleset, [], []

    def second_fails(*definitions):
        if built:
            raise durable_engine.core.error("error code: 202")
        built.append(sound(*definitions))
        return built[-1]

    delete = durable_engine.core.delete_ruleset
    monkeypatch.setattr(durable_engine.core, "create_ruleset", second_fails)
    monkeypatch.setattr(
        durable_engine.core,
        "delete_ruleset",
        lambda handle: (delete(handle), deleted.append(handle)),
    )

    with pytest.raises(NotReady, match="error code: 202"):
        build_engine(book(rule("x", *JOINED), *apart(1)), VOCABULARY)

    assert 1 == len(built)
    assert built == deleted


def test_without_durable_rules_the_reference_engine_serves(monkeypatch):
    """Catches a service that does not start on Python 3.13."""
    monkeypatch.setattr(durable_engine, "core", None)

    engine = build_engine(book(rule("x", *JOINED)), VOCABULARY)

    assert isinstance(engine, ReferenceEngine)
    assert {"x": T} == truths_of(engine, RISKY)


@needs_durable
def test_with_durable_rules_it_is_the_engine():
    """Catches a fallback that became the rule."""
    engine = build_engine(book(rule("x", *JOINED)), VOCABULARY)

    assert isinstance(engine, DurableEngine)
    engine.close()
