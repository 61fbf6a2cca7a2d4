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
"""Rules in one set; the core refuses the 257th that ends in one node, and 512 that begin apart."""
MOST_GROUPS = 14
"""`any` and `all` groups in one rule; the core writes 32 marks, two for each group."""
MOST_FIRINGS = 64
"""How often one rule may fire for one fact: once for each way through its `any` groups."""
MOST_ATTRIBUTES = 240
"""Attributes of one fact; the core takes 254."""


@dataclass(slots=True)
class Node:
    """One node of the core's tree, with its children by what they test."""

    tests: dict[Match, Node] = field(default_factory=dict)
    joins: list[Node] = field(default_factory=list)

    def waiting(self) -> int:
        """Return how many nodes may wait on the stack while this one is worked off."""
        children = [*self.tests.values(), *self.joins]
        if not children:
            return 0
        deepest = max(child.waiting() for child in children)
        return max(len(children), len(children) - 1 + deepest)

    def grow(self, form: Form) -> Node:
        """Add a form below this node as the core would; return the node where it ends."""
        if isinstance(form, Match):
            return self.tests.setdefault(form, Node())
        if form.sign == "$and":
            end = self
            for part in form.parts:
                end = end.grow(part)
            return end
        join = Node()
        for part in form.parts:
            self.grow(part).joins.append(join)
        return join


@dataclass(frozen=True, slots=True)
class RuleSetPlan:
    """The rules that are built as one rule set, with their definitions and the facts they read."""

    definitions: Mapping[str, Definition]
    lines: Lines


@dataclass(slots=True)
class _Draft:
    """A rule set being filled."""

    lines: Lines
    definitions: dict[str, Definition] = field(default_factory=dict)
    sure: Node = field(default_factory=Node)
    maybe: Node = field(default_factory=Node)

    def fits(self, rule: Rule) -> bool:
        """Take a rule in; tell whether the set still stays below every limit."""
        definition = self.lines.define(rule.when)
        for form, tree in ((definition.sure, self.sure), (definition.maybe, self.maybe)):
            if not isinstance(form, bool):
                tree.grow(form)
        if (
            len(self.definitions) == MOST_RULES
            or len(self.lines) > MOST_ATTRIBUTES
            or max(self.sure.waiting(), self.maybe.waiting()) > MOST_WAITING
        ):
            return False
        self.definitions[rule.id] = definition
        return True

    def plan(self) -> RuleSetPlan:
        """Return the set as it stands."""
        return RuleSetPlan(self.definitions, self.lines)


def plan_rule_sets(rules: Sequence[Rule], vocabulary: Vocabulary) -> Iterator[RuleSetPlan]:
    """Yield rule sets that hold the rules in order, as few as the limits allow."""
    draft = _Draft(Lines(vocabulary))
    for rule in rules:
        if not draft.fits(rule):
            yield draft.plan()
            draft = _Draft(Lines(vocabulary))
            draft.fits(rule)
    if draft.definitions:
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
    draft = _Draft(Lines(vocabulary))
    if not draft.fits(rule):
        return "compares more than the rule engine can hold at once"
    forms = [draft.definitions[rule.id].sure, draft.definitions[rule.id].maybe]
    for form in forms:
        if isinstance(form, bool):
            continue
        if _groups(form) > MOST_GROUPS:
            return f"has more than {MOST_GROUPS} `any` and `all` groups"
        if _firings(form) > MOST_FIRINGS:
            return f"its `any` groups can match in more than {MOST_FIRINGS} ways at once"
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
