"""The limits of durable_rules' C core, and rule sets that stay below them.

The core keeps conditions in a tree: rules that begin alike share their first nodes. When a fact
comes in, every matching child of a node goes on a stack of 64; a fact that would need more is
refused whole. This file counts, before anything is built, what the tree could need at most.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from keepsake.core.definitions import Definition, Form, Lines, Match
from keepsake.core.errors import Problem
from keepsake.core.facts import Vocabulary
from keepsake.core.rules import Rule, RuleBook

MOST_WAITING = 60
"""Nodes that may wait on the stack; the core has room for 64."""
MOST_RULES = 240
"""Rules in one set; the core crashes at 256 that end alike, and hangs at 512 that begin apart."""
MOST_GROUPS = 14
"""`any` and `all` groups in one rule; the core has room for 15."""
MOST_FIRINGS = 64
"""How often one rule may fire for one fact: once for each way through its `any` groups."""
MOST_ATTRIBUTES = 240
"""Attributes of one fact; the core takes 252."""


@dataclass(slots=True)
class Node:
    """One node of the core's tree, with its children by what they test."""

    tests: dict[Match, Node] = field(default_factory=dict)
    joins: list[Node] = field(default_factory=list)


class Tree:
    """The tree that the core would build of some forms."""

    def __init__(self) -> None:
        self._root = Node()
        self._bound = 0

    def grow(self, form: Form) -> None:
        """Add a form as the core would."""
        self._grow(self._root, form)

    def waiting(self) -> int:
        """Return how many nodes may wait on the stack while a fact is worked off."""
        self._bound = _waiting(self._root, {})
        return self._bound

    def exceeds(self, most: int) -> bool:
        """Tell whether more may wait; count only when what was added since could matter."""
        return self._bound > most and self.waiting() > most

    def _grow(self, node: Node, form: Form) -> Node:
        """Add a form below a node; return the node where it ends. Each child adds 1 at most."""
        if isinstance(form, Match):
            self._bound += form not in node.tests
            return node.tests.setdefault(form, Node())
        if form.sign == "$and":
            for part in form.parts:
                node = self._grow(node, part)
            return node
        join = Node()
        for part in form.parts:
            self._bound += 1
            self._grow(node, part).joins.append(join)
        return join


def _waiting(node: Node, known: dict[int, int]) -> int:
    """Count a node once, however many ways lead to it."""
    if id(node) not in known:
        children = [*node.tests.values(), *node.joins]
        deepest = max((_waiting(child, known) for child in children), default=0)
        known[id(node)] = max(len(children), len(children) - 1 + deepest)
    return known[id(node)]


@dataclass(frozen=True, slots=True)
class RuleSetPlan:
    """The rules that are built as one rule set, with their definitions and the facts they read."""

    definitions: Mapping[str, Definition]
    lines: Lines


class _Draft:
    """A rule set being filled."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._lines = Lines(vocabulary)
        self._trees = (Tree(), Tree())
        self.rules: list[Rule] = []

    def fits(self, rule: Rule) -> bool:
        """Take a rule in; tell whether the set stays below every limit. If not, it is full."""
        definition = self._lines.define(rule.when)
        for form, tree in zip((definition.sure, definition.maybe), self._trees, strict=True):
            if not isinstance(form, bool):
                tree.grow(form)
        if (
            len(self.rules) == MOST_RULES
            or len(self._lines) > MOST_ATTRIBUTES
            or any(tree.exceeds(MOST_WAITING) for tree in self._trees)
        ):
            return False
        self.rules.append(rule)
        return True

    def plan(self) -> RuleSetPlan:
        """Return the rules that fitted, without what was asked for the one that did not."""
        lines = Lines(self._vocabulary)
        return RuleSetPlan({rule.id: lines.define(rule.when) for rule in self.rules}, lines)


def plan_rule_sets(rules: Sequence[Rule], vocabulary: Vocabulary) -> Iterator[RuleSetPlan]:
    """Yield rule sets that hold the rules in order, as few as the limits allow.

    Raise ValueError for a rule that needs more than a set of its own; `excess_of` tells them.
    """
    draft = _Draft(vocabulary)
    for rule in rules:
        if draft.fits(rule):
            continue
        if draft.rules:
            yield draft.plan()
        draft = _Draft(vocabulary)
        if not draft.fits(rule):
            raise ValueError(f"{rule.id} is too large for a rule set")
    if draft.rules:
        yield draft.plan()


def engine_limits(rulebook: RuleBook, vocabulary: Vocabulary) -> list[Problem]:
    """Return each rule that is too large for a rule set of its own."""
    return [
        Problem(rule.source, rule.id, "when", excess, "split the rule, or derive a fact first")
        for stratum in rulebook.strata
        for rule in stratum
        if (excess := excess_of(rule, vocabulary))
    ]


def excess_of(rule: Rule, vocabulary: Vocabulary) -> str:
    """Say which limit a rule breaks by itself; empty if none."""
    definition = Lines(vocabulary).define(rule.when)
    for form in (definition.sure, definition.maybe):
        if isinstance(form, bool):
            continue
        if _groups(form) > MOST_GROUPS:
            return f"has more than {MOST_GROUPS} `any` and `all` groups"
        if _firings(form) > MOST_FIRINGS:
            return f"its `any` groups can match in more than {MOST_FIRINGS} ways at once"
    if not _Draft(vocabulary).fits(rule):
        return "compares more than the rule engine can hold at once"
    return ""


def _groups(form: Form) -> int:
    if isinstance(form, Match):
        return 0
    return 1 + sum(_groups(part) for part in form.parts)


def _firings(form: Form) -> int:
    """Return in how many ways a form can match one fact."""
    if isinstance(form, Match):
        return 1
    ways = [_firings(part) for part in form.parts]
    if form.sign == "$or":
        return sum(ways)
    product = 1
    for way in ways:
        product *= way
    return product
