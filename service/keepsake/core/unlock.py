"""Unlocks: the smallest change of facts that makes a rule true, or false.

Of the branches of a rule (branches.py) the one that needs the fewest changes wins; each fact moves
to the nearest value that will do. This is the search that finds it always; unlocker.py finds most
without one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from keepsake.core.branches import MOST_BRANCHES, Branch, Goal, Planner
from keepsake.core.conditions import Truth
from keepsake.core.facts import FactKind, Facts, FactType, FactValue, Vocabulary
from keepsake.core.findings import Change
from keepsake.core.nearby import nearby_values
from keepsake.core.pack import SENSITIVE
from keepsake.core.rules import Rule, RuleBook

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
MOST_TRIES = 5000


def branches_of(
    rule: Rule, want: Truth, *, vocabulary: Vocabulary, rulebook: RuleBook | None = None
) -> tuple[Branch, ...]:
    """Return the ways to make a rule true or false, at most `MOST_BRANCHES`.

    With the rule book given, a derived fact is changed by changing what its rules read.
    """
    return tuple(islice(Planner(vocabulary, rulebook).branches(rule.when, want), MOST_BRANCHES))


def unlock(
    branches: Sequence[Branch], facts: Facts, *, vocabulary: Vocabulary
) -> tuple[Change, ...]:
    """Return the fewest changes of facts that meet one of the branches.

    None if a branch is met as it is, or nothing meets one.

    What people can change goes before what is simply so (a date of the order, what the customer
    did before), and that before what the case is (the law of the place, the day, the reason). No
    fact is ever asked to be missing, and nobody is told that a sensitive reason would help.
    """
    search = _Search(facts, vocabulary)
    if not all(map(search.missed, branches)):
        return ()
    ranked = [(_given(branch, search), branch) for branch in branches]
    for rank in sorted({rank for rank, _ in ranked}):
        search.begin(may_move_given=False)
        changes = search.shortest([branch for its, branch in ranked if its == rank])
        if changes:
            return changes
    search.begin(may_move_given=True)
    return search.shortest([branch for _, branch in sorted(ranked, key=lambda each: each[0])])


def waive(
    branches: Sequence[Branch],
    facts: Facts,
    waivable: Collection[str],
    *,
    vocabulary: Vocabulary,
) -> tuple[Change, ...]:
    """Return the fewest changes of the facts named that meet a branch; none if none do."""
    if not waivable:
        return ()
    return _Search(facts, vocabulary, only=frozenset(waivable)).shortest(branches)


def rank_of(fact_type: FactType) -> tuple[int, int]:
    """Return how far a fact is out of reach: of the case, simply so, or what people can change."""
    is_of_the_case = _stem(fact_type.name) in THE_CASE
    return int(is_of_the_case), int(not is_of_the_case and is_given(fact_type))


def is_given(fact_type: FactType) -> bool:
    """Tell whether a fact is simply so: nobody can change it for the sake of an offer."""
    fact, stem = fact_type.name, _stem(fact_type.name)
    if stem in THE_CASE or stem in HISTORY or fact in GIVEN:
        return True
    is_day = fact_type.kind in (FactKind.DATE, FactKind.TIME)
    return stem in _SUBJECTS and (is_day or fact.endswith(_COUNTED))


def _given(branch: Branch, search: _Search) -> tuple[int, int]:
    """Return how many facts of the case, and how many that are simply so, a branch must move."""
    moved = {fact for goal in search.missed(branch) for fact in search.movable(goal)}
    ranks = [rank_of(search.vocabulary[fact]) for fact in moved]
    return sum(of_the_case for of_the_case, _ in ranks), sum(given for _, given in ranks)


def _stem(fact: str) -> str:
    return fact.split(".", maxsplit=1)[0]


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
        free = tuple(fact for fact in goal.facts if not is_given(self.vocabulary[fact]))
        return goal.facts if self.may_move_given else free or goal.facts

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
            met = all(goal.check({name: value}) is goal.wanted for goal in alone)
            if met and value != SENSITIVE:
                yield value
