"""Lint: withholds that never end, never matter, or take away nothing."""

from __future__ import annotations

from keepsake.core.conditions import AllOf
from keepsake.core.rules import Bar, Rule, Withhold
from keepsake.packs.load import OpenedPack
from keepsake.packs.reachable import all_rules, possibilities
from keepsake.packs.rulebook import path_of


def lint_withholds(opened: OpenedPack) -> None:
    """Note every finding about withholds in the pack's document."""
    _withheld_always(opened)
    _shadowed_withholds(opened)
    _idle_withholds(opened)


def _restricted(rule: Rule) -> frozenset[str]:
    """Return the offers that a rule or law withholds."""
    found: frozenset[str] = frozenset()
    for effect in rule.effects:
        if isinstance(effect, (Withhold, Bar)):
            found |= effect.offers
    return found


def _withheld_always(opened: OpenedPack) -> None:
    for rule in all_rules(opened):
        if _restricted(rule) and not rule.when.conditions:
            path = (*path_of(rule.id), "when")
            opened.document.refuse(
                path, "withholds always", "take the offers out, or give a `when`"
            )


def _shadowed_withholds(opened: OpenedPack) -> None:
    """Warn of each withhold that another one, on a weaker condition, makes idle."""
    known = possibilities(opened)
    rules = [rule for rule in all_rules(opened) if _restricted(rule) and rule.when.conditions]
    for index, rule in enumerate(rules):
        for other_index, other in enumerate(rules):
            if rule is other or not _restricted(rule) <= _restricted(other):
                continue
            if not known.implies(rule.when, other.when) or not _applies_as_far(rule, other):
                continue
            is_twin = known.implies(other.when, rule.when) and _restricted(other) <= _restricted(
                rule
            )
            if not is_twin or index > other_index:
                _shadow(opened, rule, other)
                break


def _applies_as_far(rule: Rule, other: Rule) -> bool:
    return other.if_missing_apply or not rule.if_missing_apply


def _shadow(opened: OpenedPack, rule: Rule, other: Rule) -> None:
    if path_of(rule.id) in opened.document.borrowed:
        return
    effect = "bar" if rule.id.startswith("law:") else "withhold"
    path = (*path_of(rule.id), "then", effect)
    message = f"never matters: {other.id} ({other.source}) withholds the same whenever this does"
    opened.document.warn(path, message, "drop it, or narrow the other")


def _idle_withholds(opened: OpenedPack) -> None:
    """Warn of each list of offers that takes away only what is never eligible then."""
    known = possibilities(opened)
    book = opened.pack.rulebook
    for name, shape in opened.shape.rules.items():
        rule = book.rule(f"rule:{name}")
        if not isinstance(shape.then.withhold, list) or known.contradiction(rule.when):
            continue
        for index, offer in enumerate(shape.then.withhold):
            both = AllOf((rule.when, book.rule(f"offer:{offer}").when))
            if known.contradiction(both) is not None:
                path = ("rules", name, "then", "withhold", index)
                message = "is never eligible then: its own conditions rule it out"
                opened.document.warn(path, message, "drop it here", value=offer)
