"""Strata: rules in the order in which they may be evaluated.

A rule that derives a fact stands in an earlier stratum than every rule that reads it. Law stands
before everything else and reads neither a score nor what other rules derive. Of the other rules,
those that a score can move come last: scores are made before them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from keepsake.core.conditions import Comparison, Condition, FactRef
from keepsake.core.errors import PackError, Problem
from keepsake.core.facts import FactKind, FactType, FactValue, Vocabulary
from keepsake.core.reading import comparable
from keepsake.core.rules import Derivation, Derive, Rule, RuleBook

LAW = "law:"
SCORES = frozenset({"risk"})


def build_rulebook(rules: Sequence[Rule], vocabulary: Vocabulary) -> RuleBook:
    """Return the rules by stratum; raise PackError where no order exists or law reads too much."""
    problems = [*_misderived(rules, vocabulary), *_lawless(rules)]
    if not problems:
        problems = list(_circular(rules))
    if problems:
        raise PackError(tuple(problems))
    law = [rule for rule in rules if is_law(rule)]
    moved = read_after_scores(rules)
    others = [rule for rule in rules if not is_law(rule)]
    unmoved = [rule for rule in others if not facts_read(rule.when) & moved]
    levels: dict[str, int] = {}
    strata = _layered(law, levels, first=0)
    law_strata = len(strata)
    strata += _layered(unmoved, levels, first=law_strata)
    scored_after = len(strata)
    last = [rule for rule in others if facts_read(rule.when) & moved]
    strata += _layered(last, levels, first=scored_after)
    return RuleBook(
        strata=tuple(tuple(stratum) for stratum in strata),
        law_strata=law_strata,
        scored_after=scored_after,
        derivations=tuple(_derivations(rules, vocabulary, levels, depth=len(strata))),
    )


def read_after_scores(rules: Iterable[Rule]) -> frozenset[str]:
    """Return the facts that a score can move: the scores, and what rules derive from them."""
    deriving = [rule for rule in rules if facts_derived(rule)]
    moved, before = SCORES, frozenset[str]()
    while moved != before:
        before = moved
        moved |= {f for r in deriving if facts_read(r.when) & before for f in facts_derived(r)}
    return moved


def is_law(rule: Rule) -> bool:
    """Tell whether a rule is law."""
    return rule.id.startswith(LAW)


def comparisons(condition: Condition) -> Iterator[Comparison]:
    """Yield every comparison of a condition, in the order written."""
    if isinstance(condition, Comparison):
        yield condition
        return
    for part in condition.conditions:
        yield from comparisons(part)


def facts_read(condition: Condition) -> frozenset[str]:
    """Return the names of all facts that a condition reads."""
    read = set()
    for comparison in comparisons(condition):
        read.add(comparison.fact)
        if isinstance(comparison.operand, FactRef):
            read.add(comparison.operand.fact)
    return frozenset(read)


def facts_derived(rule: Rule) -> Mapping[str, FactValue]:
    """Return the facts that a rule sets when it is true."""
    return {effect.fact: effect.value for effect in rule.effects if isinstance(effect, Derive)}


def _layered(rules: Sequence[Rule], levels: dict[str, int], *, first: int) -> list[list[Rule]]:
    """Place rules from stratum `first` on, adding to `levels` where each derived fact is set."""
    derived = {fact for rule in rules for fact in facts_derived(rule)}
    strata: list[list[Rule]] = []
    waiting = list(rules)
    while waiting:
        unsettled = derived & {fact for rule in waiting for fact in facts_derived(rule)}
        ready = [rule for rule in waiting if not unsettled & facts_read(rule.when)]
        levels |= {fact: first + len(strata) for rule in ready for fact in facts_derived(rule)}
        strata.append(ready)
        waiting = [rule for rule in waiting if unsettled & facts_read(rule.when)]
    return strata


def _derivations(
    rules: Sequence[Rule], vocabulary: Vocabulary, levels: Mapping[str, int], *, depth: int
) -> Iterator[tuple[Derivation, ...]]:
    for stratum in range(depth):
        yield tuple(
            _derivation(vocabulary[fact], rules)
            for fact, level in sorted(levels.items())
            if level == stratum
        )


def _derivation(fact_type: FactType, rules: Sequence[Rule]) -> Derivation:
    setters = [
        (rule.id, facts_derived(rule)[fact_type.name])
        for rule in rules
        if fact_type.name in facts_derived(rule)
    ]
    setters.sort(key=lambda setter: -float(comparable(fact_type, setter[1])))
    return Derivation(fact_type.name, tuple(setters), fact_type.default)


def _misderived(rules: Iterable[Rule], vocabulary: Vocabulary) -> Iterator[Problem]:
    for rule in rules:
        for fact, value in facts_derived(rule).items():
            message, suggestion = _misfit(fact, value, vocabulary)
            if message:
                yield Problem(rule.source, rule.id, f"derive {fact}", message, suggestion)


def _misfit(fact: str, value: FactValue, vocabulary: Vocabulary) -> tuple[str, str]:
    fact_type = vocabulary.get(fact)
    if fact_type is None:
        near = vocabulary.nearest(fact)
        return f"no fact is called {fact}", f"did you mean {near}?" if near else ""
    if fact_type.given:
        return f"{fact} is given by a table already", "derive another fact"
    if not fact_type.derived:
        return f"{fact} is not a derived fact", "declare it with `derived: true`"
    if fact_type.kind is FactKind.FLAG and isinstance(value, bool):
        return "", ""
    if fact_type.kind is FactKind.ORDERED and value in fact_type.words:
        return "", ""
    allowed = ", ".join(fact_type.words) or "true or false"
    return f"{fact} cannot be set to {value}; flags and ordered words are derived", allowed


def _lawless(rules: Sequence[Rule]) -> Iterator[Problem]:
    """Yield each law that reads a score or another rule's fact, or shares a fact with a rule."""
    by_others = {fact for rule in rules if not is_law(rule) for fact in facts_derived(rule)}
    for rule in filter(is_law, rules):
        for fact in sorted(facts_read(rule.when) & SCORES):
            message = f"law is applied before any score and may not read {fact}"
            yield Problem(rule.source, rule.id, fact, message, "move it to a rule")
        for fact in sorted(facts_read(rule.when) & by_others):
            message = f"law may not read {fact}, which a rule of the pack derives"
            yield Problem(rule.source, rule.id, fact, message, "derive it by a law")
        for fact in sorted(set(facts_derived(rule)) & by_others):
            message = f"{fact} is derived by a law and by a rule of the pack"
            yield Problem(rule.source, rule.id, fact, message, "use two facts")


def _circular(rules: Iterable[Rule]) -> Iterator[Problem]:
    """Yield the first chain of derived facts that leads back to itself."""
    needs: dict[str, set[str]] = {}
    setter: dict[str, Rule] = {}
    for rule in rules:
        for fact in facts_derived(rule):
            needs.setdefault(fact, set()).update(facts_read(rule.when))
            setter[fact] = rule
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        chain = " needs ".join(reversed(error.args[1]))
        rule = setter[error.args[1][0]]
        yield Problem(rule.source, rule.id, chain, "derived facts go round in a circle", "break it")
