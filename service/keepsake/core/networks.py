"""Rule sets that stay below the limits of durable_rules' C core.

The core keeps ways in a tree: ways that begin alike share their first nodes. When a fact comes in,
every matching child of a node goes on a stack of 64; a fact that would need more is refused whole.
This file counts, before anything is built, what the tree could need if all questions were possible.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from keepsake.core.errors import Problem
from keepsake.core.facts import Vocabulary
from keepsake.core.lookup import Way
from keepsake.core.questions import MOST_NEEDED, Questions, TooLarge
from keepsake.core.rules import Rule, RuleBook

MOST_WAITING = 60
"""Nodes that may wait on the stack; the core has room for 64."""
MOST_IN_ONE = 240
"""Ways in one set; the core has room for 4,096, but looks through all of them at each firing."""


@dataclass(slots=True)
class Tree:
    """The tree that the core builds of some ways, from one node on."""

    children: dict[int, Tree] = field(default_factory=dict)
    deepest: int = 0

    @property
    def waiting(self) -> int:
        """Return how many nodes may wait on the stack while a fact is worked off from here."""
        return max(len(self.children), len(self.children) - 1 + self.deepest)

    def grow(self, order: Sequence[int]) -> None:
        """Add a way as the core would."""
        if order:
            child = self.children.setdefault(order[0], Tree())
            child.grow(order[1:])
            self.deepest = max(self.deepest, child.waiting)


def rule_sets(ways: Iterable[Way]) -> Iterator[tuple[Way, ...]]:
    """Yield the ways in their order, in as few sets as the limits allow."""
    held: list[Way] = []
    tree, asked = Tree(), 0
    for way in ways:
        tree.grow(way.order)
        asked |= way.needs
        if not _bears(len(held) + 1, asked, tree):
            yield tuple(held)
            held, tree, asked = [], Tree(), way.needs
            tree.grow(way.order)
        held.append(way)
    if held:
        yield tuple(held)


def _bears(ways: int, asked: int, tree: Tree) -> bool:
    """Tell whether the core bears a set."""
    within = ways <= MOST_IN_ONE and asked.bit_count() <= MOST_NEEDED
    return within and tree.waiting <= MOST_WAITING


def engine_limits(rulebook: RuleBook, vocabulary: Vocabulary) -> list[Problem]:
    """Return each rule that is too large to be taken apart, and so is read slowly."""
    return [
        Problem(rule.source, rule.id, "when", excess, "split the rule, or derive a fact first")
        for stratum in rulebook.strata
        for rule in stratum
        if (excess := excess_of(rule, vocabulary))
    ]


def excess_of(rule: Rule, vocabulary: Vocabulary) -> str:
    """Say which limit a rule breaks by itself; empty if none."""
    try:
        Questions(vocabulary).ways(rule.when)
    except TooLarge as excess:
        return str(excess)
    return ""
