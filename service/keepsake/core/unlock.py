"""Unlocks: the smallest change of facts that makes a rule true, or false.

A rule is taken apart into branches: lists of comparisons that together make it what is wanted.
The branch that needs the fewest changes wins; each fact moves to the nearest value that will do.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice, product

from keepsake.core.conditions import AllOf, Comparison, Condition, FactRef, Truth
from keepsake.core.evaluate import Check, check_of
from keepsake.core.facts import FactKind, Facts, FactType, FactValue, Vocabulary
from keepsake.core.findings import Change
from keepsake.core.nearby import nearby_values
from keepsake.core.rules import Derivation, Rule, RuleBook

THE_CASE = frozenset(
    {"jurisdiction", "kind", "channel", "subject_type", "reason", "never_save",
     "today", "now", "occurred"}
)  # fmt: skip
HISTORY = frozenset({"customer", "history"})
GIVEN = frozenset(
    {"contract.consumer", "contract.distance", "contract.auto_renewal", "contract.right_exercised",
     "contract.leave_requests", "contract.made_to_specification", "contract.withdrawal_informed",
     "contract.price_personalised", "booking.carrier_event", "booking.touches_us",
     "booking.lead_time_days", "booking.previous_cancellations"}
)  # fmt: skip
_SUBJECTS = ("order", "booking")
_COUNTED = (".in_days", ".hours_ago")
MOST_CHANGES = 6
MOST_BRANCHES = 200
MOST_TRIES = 5000


@dataclass(frozen=True, slots=True)
class Goal:
    """One comparison and the truth it must have."""

    comparison: Comparison
    wanted: Truth
    check: Check

    @property
    def facts(self) -> tuple[str, ...]:
        """Return the facts that can move it."""
        operand = self.comparison.operand
        other = (operand.fact,) if isinstance(operand, FactRef) else ()
        return (self.comparison.fact, *other)


Branch = tuple[Goal, ...]


def unlock(
    rule: Rule,
    facts: Facts,
    want: Truth,
    *,
    vocabulary: Vocabulary,
    rulebook: RuleBook | None = None,
) -> tuple[Change, ...]:
    """Return the fewest changes of facts that make a rule true or false; none if nothing does.

    What people can change goes before what is simply so (a date of the order, what the customer
    did before), and that before what the case is (the law of the place, the day, the reason). With
    the rule book given, a derived fact is changed by changing what its rules read. No fact is ever
    asked to be missing.
    """
    planner = _Planner(vocabulary, rulebook)
    found = list(islice(planner.branches(rule.when, want), MOST_BRANCHES))
    search = _Search(facts, vocabulary)
    ranked = [(_given(branch, search), branch) for branch in found]
    for rank in sorted({rank for rank, _ in ranked}):
        search.begin(may_move_given=False)
        changes = search.shortest([branch for its, branch in ranked if its == rank])
        if changes:
            return changes
    search.begin(may_move_given=True)
    return search.shortest([branch for _, branch in sorted(ranked, key=lambda each: each[0])])


def waive(
    rule: Rule, facts: Facts, waivable: Collection[str], *, vocabulary: Vocabulary
) -> tuple[Change, ...]:
    """Return the fewest changes of the facts named that make a rule false; none if none do."""
    if not waivable:
        return ()
    branches = islice(_Planner(vocabulary, None).branches(rule.when, Truth.FALSE), MOST_BRANCHES)
    return _Search(facts, vocabulary, only=frozenset(waivable)).shortest(list(branches))


def _given(branch: Branch, search: _Search) -> tuple[int, int]:
    """Return how many facts of the case, and how many that are simply so, a branch must move."""
    fixed = {fact for goal in search.missed(branch) for fact in search.movable(goal)}
    of_the_case = {fact for fact in fixed if _stem(fact) in THE_CASE}
    return len(of_the_case), len({fact for fact in fixed - of_the_case if search.is_given(fact)})


def _stem(fact: str) -> str:
    return fact.split(".", maxsplit=1)[0]


class _Planner:
    """Takes conditions apart into branches."""

    def __init__(self, vocabulary: Vocabulary, rulebook: RuleBook | None) -> None:
        self._vocabulary = vocabulary
        self._rulebook = rulebook
        settled = chain.from_iterable(rulebook.derivations) if rulebook else ()
        self._derivations = {derivation.fact: derivation for derivation in settled}
        self._checks: dict[int, Check] = {}

    def branches(self, condition: Condition, want: Truth) -> Iterator[Branch]:
        """Yield the lists of goals each of which makes a condition what is wanted."""
        if isinstance(condition, Comparison):
            yield from self._comparison(condition, want)
        elif isinstance(condition, AllOf) is (want is Truth.TRUE):
            yield from self._together([(part, want) for part in condition.conditions])
        else:
            for part in condition.conditions:
                yield from self.branches(part, want)

    def _together(self, parts: Sequence[tuple[Condition, Truth]]) -> Iterator[Branch]:
        each = [list(islice(self.branches(*part), MOST_BRANCHES)) for part in parts]
        for combined in product(*each):
            yield tuple(chain.from_iterable(combined))

    def _comparison(self, comparison: Comparison, want: Truth) -> Iterator[Branch]:
        check = self._checks.get(id(comparison)) or check_of(comparison, self._vocabulary)
        goal = Goal(comparison, want, self._checks.setdefault(id(comparison), check))
        derived = [self._derivations[fact] for fact in goal.facts if fact in self._derivations]
        if not derived:
            yield (goal,)
        elif len(goal.facts) == 1:
            yield from self._derived(goal, derived[0])

    def _derived(self, goal: Goal, derivation: Derivation) -> Iterator[Branch]:
        """Yield what makes the rules of a derived fact set a value that meets the goal."""
        stronger: list[tuple[Condition, Truth]] = []
        for rule_id, value in derivation.by_strength:
            when = self._when(rule_id)
            if goal.check({derivation.fact: value}) is goal.wanted:
                yield from self._together([(when, Truth.TRUE), *stronger])
            stronger.append((when, Truth.FALSE))
        default = {} if derivation.default is None else {derivation.fact: derivation.default}
        if goal.check(default) is goal.wanted:
            yield from self._together(stronger)

    def _when(self, rule_id: str) -> Condition:
        if self._rulebook is None:
            raise KeyError(rule_id)
        return self._rulebook.rule(rule_id).when


@dataclass(slots=True)
class _Search:
    """Looks for values that meet all goals of a branch, changing as few facts as it may.

    With `only` no other fact is changed. What is given is changed only where a goal asks for
    nothing else, unless the search began with leave to move it.
    """

    facts: Facts
    vocabulary: Vocabulary
    only: frozenset[str] | None = None
    tries: int = field(default=0)
    may_move_given: bool = field(default=False)

    def begin(self, *, may_move_given: bool) -> None:
        """Begin anew."""
        self.tries, self.may_move_given = 0, may_move_given

    def shortest(self, branches: Sequence[Branch]) -> tuple[Change, ...]:
        """Return the fewest changes that meet one of the branches."""
        least = [self._least(branch) for branch in branches]
        for most in range(min(least, default=1), MOST_CHANGES + 1):
            for branch, needed in zip(branches, least, strict=True):
                changes = self.solve(branch, {}, most) if needed <= most else None
                if changes is not None:
                    return tuple(Change(fact, value) for fact, value in changes.items())
        return ()

    def missed(self, branch: Branch) -> list[Goal]:
        """Return the goals that the facts do not meet as they are."""
        return [goal for goal in branch if goal.check(self.facts) is not goal.wanted]

    def movable(self, goal: Goal) -> tuple[str, ...]:
        """Return the facts of a goal that may be changed for it."""
        if self.only is not None:
            return tuple(fact for fact in goal.facts if fact in self.only)
        free = tuple(fact for fact in goal.facts if not self.is_given(fact))
        return goal.facts if self.may_move_given else free or goal.facts

    def is_given(self, fact: str) -> bool:
        """Tell whether a fact is simply so: nobody can change it for the sake of an offer."""
        stem = _stem(fact)
        if stem in THE_CASE or stem in HISTORY or fact in GIVEN:
            return True
        is_day = self.vocabulary[fact].kind in (FactKind.DATE, FactKind.TIME)
        return stem in _SUBJECTS and (is_day or fact.endswith(_COUNTED))

    def _least(self, branch: Branch) -> int:
        """Return how many facts must change at least: those that miss a goal of their own."""
        missed = {goal.facts[0] for goal in self.missed(branch) if len(goal.facts) == 1}
        return max(len(missed), 1)

    def solve(
        self, branch: Branch, changes: dict[str, FactValue], most: int
    ) -> dict[str, FactValue] | None:
        """Return the changes that meet every goal, or None if `most` are not enough."""
        self.tries += 1
        facts = {**self.facts, **changes}
        missed = next((goal for goal in branch if goal.check(facts) is not goal.wanted), None)
        if missed is None:
            return changes
        if len(changes) == most or self.tries > MOST_TRIES:
            return None
        for fact in self.movable(missed):
            if fact not in changes:
                for value in self._fitting(self.vocabulary[fact], branch, facts):
                    found = self.solve(branch, {**changes, fact: value}, most)
                    if found is not None:
                        return found
        return None

    def _fitting(self, fact_type: FactType, branch: Branch, facts: Facts) -> Iterator[FactValue]:
        """Yield the values of one fact that meet every goal on that fact alone, nearest first."""
        name = fact_type.name
        concerned = [goal for goal in branch if name in goal.facts]
        alone = [goal for goal in concerned if len(goal.facts) == 1]
        compared = [goal.comparison for goal in concerned]
        for value in nearby_values(fact_type, compared, facts):
            if all(goal.check({name: value}) is goal.wanted for goal in alone):
                yield value
