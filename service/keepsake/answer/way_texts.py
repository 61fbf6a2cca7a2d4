"""Ways in words: each change as a person says it, and what it is beside what is so now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from keepsake.core.facts import FactKind
from keepsake.core.supposing import Means, Step, Way, Ways
from keepsake.core.trace import actual_text
from keepsake.v1 import intercept_pb2 as pb

if TYPE_CHECKING:
    from keepsake.core.facts import Facts, FactType, FactValue
    from keepsake.core.pack import Pack

_OWN = {
    "risk": "the risk",
    "reason": "the reason",
    "kind": "the kind of intercept",
    "channel": "the channel",
    "jurisdiction": "the law of the place",
}


class WayTexts:
    """Says the ways of one pack, for one case."""

    def __init__(self, pack: Pack, facts: Facts) -> None:
        self._pack = pack
        self._facts = facts
        self._sayers: dict[Means, Callable[[Step], str]] = {
            Means.FACT: self._fact,
            Means.APPROVAL: self._approval,
            Means.TWO_APPROVALS: self._two_approvals,
            Means.TERMS: self._terms,
            Means.COST: self._cost,
            Means.KEPT: self._kept,
            Means.BUDGET: self._budget,
            Means.PERIOD: self._period,
            Means.DECLINED: lambda step: f"once the customer has declined {step.name}",
            Means.ITEM: lambda step: f"if {step.value} had something near enough that is free",
            Means.CONCESSION: lambda step: f"if the subject did not carry {step.name}",
            Means.SWITCH: lambda step: f"if the switch {step.name} were taken back",
            Means.PLACES: lambda step: f"if {_plain(step.value)} offers were asked for",
            Means.LOT: lambda _: "if the lot had not put this case into the control group",
        }

    def ways(self, ways: Ways) -> pb.WaysTo:
        """Return ways as an answer tells them."""
        told = [self._way(way) for way in ways.ways]
        return pb.WaysTo(reached=ways.reached, ways=told, why_none=ways.why_none)

    def _way(self, way: Way) -> pb.Way:
        steps = [self._step(step) for step in way.steps]
        return pb.Way(steps=steps, text=_joined([step.text for step in steps]))

    def _step(self, step: Step) -> pb.WayStep:
        text = self._sayers[step.means](step)
        return pb.WayStep(means=str(step.means), name=step.name, value=self._value(step), text=text)

    def _value(self, step: Step) -> str:
        if step.means is Means.FACT:
            return self._as_text(step.name, step.value)
        if step.means in (Means.COST, Means.BUDGET):
            return self._money(step.value)
        return "" if step.value is True else _plain(step.value)

    def _fact(self, step: Step) -> str:
        known, to = self._facts.get(step.name), self._as_text(step.name, step.value)
        fact_type, what = self._pack.vocabulary[step.name], _named(step.name)
        if known is None:
            return f"if {what} were known to be {to}"
        now = self._as_text(step.name, known)
        if fact_type.kind is FactKind.FLAG:
            return f"if {what} were {'so' if step.value else 'not so'}"
        if fact_type.kind is FactKind.ORDERED and str(known) in fact_type.words:
            return f"if {what} were {self._order(fact_type, known, step.value)} (it is {now})"
        return f"if {what} were {to} (it is {now})"

    @staticmethod
    def _order(fact_type: FactType, known: FactValue, value: FactValue) -> str:
        """Return an ordered word beside the one that is so: `still wax print`, `already cast`."""
        is_back = fact_type.rank(str(value)) < fact_type.rank(str(known))
        return f"{'still' if is_back else 'already'} {value}".replace("_", " ")

    def _approval(self, step: Step) -> str:
        role = step.name.replace("_", " ")
        return f"with the approval of a {role} (tier {_plain(step.value)})"

    def _two_approvals(self, step: Step) -> str:
        role = step.name.replace("_", " ")
        return f"with the approval of two people of {role} (tier {_plain(step.value)}) or above"

    def _terms(self, step: Step) -> str:
        unit = "percent" if self._pack.offers[step.name].term == "percent" else self._pack.currency
        return f"at {_plain(step.value)} {unit}"

    def _cost(self, step: Step) -> str:
        term = self._pack.offers[step.name].term
        at = f" at {_plain(step.depth)} percent" if step.depth and term == "percent" else ""
        return f"if {step.name}{at} cost {self._money(step.value)} less"

    def _kept(self, step: Step) -> str:
        keeps = self._pack.offers[step.name].keeps_percent
        return f"if it kept {_plain(step.value)} percent of the margin, not {keeps:g}"

    def _budget(self, step: Step) -> str:
        return f"if the {step.name} budget had {self._money(step.value)} more"

    def _period(self, step: Step) -> str:
        return f"from {step.value} on, when the next period of the {step.name} budget begins"

    def _money(self, value: FactValue) -> str:
        return f"{float(value):,.2f} {self._pack.currency}"

    def _as_text(self, fact: str, value: FactValue) -> str:
        return actual_text(self._pack.vocabulary[fact], value, self._pack.currency)


def _named(fact: str) -> str:
    """Return a fact's name as a person says it: `the order's event date`."""
    owner, _, rest = fact.partition(".")
    if not rest or owner not in ("order", "booking", "customer", "contract"):
        return _OWN.get(fact, fact)
    return f"the {owner}'s {rest}".replace("_", " ").replace(".in days", " in days from now")


def _plain(value: FactValue | None) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _joined(texts: Sequence[str]) -> str:
    return ", and ".join(texts)
