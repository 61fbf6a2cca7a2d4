"""Restrictions: the rules that may hold an offer back, by what they do to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from keepsake.core.candidates import Candidate
from keepsake.core.conditions import Operator, Truth
from keepsake.core.findings import Finding, Verdict
from keepsake.core.pack import Pack
from keepsake.core.rules import AskApproval, Bar, Cap, Effect, Rule, Withhold
from keepsake.core.strata import comparisons

_TRUE = Truth.TRUE
_REASON = "reason"
_ASSUMED = "; a fact it asks for is missing, so it applies"


class Restriction(NamedTuple):
    """A rule that may hold an offer back, and the finding where it is true, and where unknown.

    `above` is the percent above which it holds back.
    """

    rule_id: str
    known: Finding
    assumed: Finding
    above: float


@dataclass(slots=True)
class OfferRules:
    """The rules that bear on one offer, in the order of their files."""

    eligible: Rule | None = None
    bars: list[Rule] = field(default_factory=list)
    withholds: list[Rule] = field(default_factory=list)
    caps: list[tuple[Rule, float]] = field(default_factory=list)
    approvals: list[tuple[Rule, AskApproval]] = field(default_factory=list)

    def add(self, rule: Rule, effect: Effect) -> None:
        """Add a rule by what it does to the offer."""
        match effect:
            case Bar():
                self.bars.append(rule)
            case Withhold():
                self.withholds.append(rule)
            case Cap(_, percent):
                self.caps.append((rule, percent))
            case AskApproval():
                self.approvals.append((rule, effect))
            case _:
                self.eligible = rule

    def all(self) -> list[Rule]:
        """Return the rules that restrict the offer."""
        limits = [rule for rule, _ in (*self.caps, *self.approvals)]
        return [*self.bars, *self.withholds, *limits]


def restriction_of(rule: Rule, pack: Pack, verdict: Verdict, *, above: float = 0.0) -> Restriction:
    """Return what a rule does to an offer that it holds back."""
    law = pack.laws.get(rule.id.removeprefix("law:"))
    why = law.name if law else rule.id
    known = Finding(verdict, rule.id, why=why)
    assumed = Finding(verdict, rule.id, why=why + _ASSUMED)
    return Restriction(rule.id, known, assumed, above)


def by_rule(restrictions: Iterable[Restriction]) -> dict[str, tuple[int, Restriction]]:
    """Return restrictions by their rule, each with its place in the order of the files."""
    return {each.rule_id: (place, each) for place, each in enumerate(restrictions)}


def exceeded(
    caps: Iterable[Restriction], candidate: Candidate, truths: Mapping[str, Truth]
) -> Finding | None:
    """Return the finding of the first cap that a candidate exceeds."""
    first = next((cap for cap in caps if candidate.exceeds(cap.above)), None)
    return first and _applied(first, truths)


def first_of(
    restrictions: Mapping[str, tuple[int, Restriction]],
    held: Iterable[str],
    truths: Mapping[str, Truth],
) -> Finding | None:
    """Return the finding of the first restriction, in the order of the files, that holds."""
    found = [restrictions[rule_id] for rule_id in held if rule_id in restrictions]
    return _applied(min(found)[1], truths) if found else None


def _applied(restriction: Restriction, truths: Mapping[str, Truth]) -> Finding:
    return restriction.known if truths[restriction.rule_id] is _TRUE else restriction.assumed


def reasons_of(rule: Rule) -> frozenset[str]:
    """Return the reasons that a rule asks for, anywhere in its conditions."""
    asked: set[str] = set()
    for part in comparisons(rule.when):
        if part.fact == _REASON and part.operator in (Operator.IN, Operator.EQUAL):
            words = part.operand if isinstance(part.operand, tuple) else (part.operand,)
            asked.update(str(word) for word in words)
    return frozenset(asked)
