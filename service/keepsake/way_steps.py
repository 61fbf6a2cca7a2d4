"""What could lift each thing that stands in the way of an offer; and why, at times, nothing can."""

from __future__ import annotations

from collections.abc import Iterator

from keepsake.core.alternatives import ALTERNATIVES, search_of
from keepsake.core.budget_guard import BUDGET, shortfall
from keepsake.core.findings import Finding, Verdict
from keepsake.core.pack import Pack
from keepsake.core.supposing import Means, Step
from keepsake.standing import Standing
from keepsake.v1.journal_pb2 import DecisionInputs

_CENTS = 100
_WHOLE = 100.0
_SMALL_SHARE = 0.01
_NEVER = frozenset({"never_save"})
"""Facts that nobody is told to change: with such a reason nobody is persuaded."""


def options(standing: Standing, inputs: DecisionInputs) -> Iterator[tuple[Step, ...]]:
    """Yield what could lift it, the nearest first: each is one or more steps taken together.

    Of a step on a sum only the kind is told; how much it takes is for the caller to find.
    """
    finding = standing.finding
    unknown = _unknown_cost(standing)
    if unknown is not None:
        yield (unknown,)
    match finding.verdict:
        case Verdict.ALLOWED:
            yield from _better(standing)
        case Verdict.NEEDS_APPROVAL:
            yield from _approved(standing)
        case Verdict.NOT_WORTH_IT:
            yield from _cheaper(standing)
        case Verdict.CONTROL_GROUP:
            yield (Step(Means.LOT),)
        case Verdict.OUTRANKED:
            yield (Step(Means.PLACES, value=float(standing.places)),)
            yield tuple(Step(Means.DECLINED, each) for each in standing.better)
        case _:
            yield from _of_guard(standing, inputs)
            is_known = all(one.fact in standing.situation.pack.vocabulary for one in finding.unlock)
            if finding.unlock and is_known and not _is_never(finding):
                yield tuple(Step(Means.FACT, one.fact, one.value) for one in finding.unlock)


def _unknown_cost(standing: Standing) -> Step | None:
    """Return the fact that a cost is reckoned from, at a small value, where it is not known."""
    base, value = standing.candidate.offer.cost_if_accepted.of, standing.situation.value
    if standing.candidate.cost is not None or base is None or value is None:
        return None
    if base in standing.situation.facts:
        return None
    return Step(Means.FACT, base, round(value * _SMALL_SHARE, 2))


def _is_never(finding: Finding) -> bool:
    return any(one.fact in _NEVER for one in finding.unlock)


def _better(standing: Standing) -> Iterator[tuple[Step, ...]]:
    yield from _cheaper(standing)
    yield tuple(Step(Means.DECLINED, each) for each in standing.better)


def _approved(standing: Standing) -> Iterator[tuple[Step, ...]]:
    approval = standing.finding.approval
    if approval is not None:
        means = Means.TWO_APPROVALS if approval.two_people else Means.APPROVAL
        yield (Step(means, approval.role, float(approval.tier)),)
    if standing.shallower:
        deepest = max(standing.shallower)
        yield (Step(Means.TERMS, standing.candidate.offer.id, deepest, deepest),)


def _cheaper(standing: Standing) -> Iterator[tuple[Step, ...]]:
    candidate = standing.candidate
    if candidate.cost:
        yield (Step(Means.COST, candidate.offer.id, depth=candidate.depth),)
    if candidate.offer.keeps_percent < _WHOLE:
        yield (Step(Means.KEPT, candidate.offer.id),)


def _of_budget(standing: Standing) -> Iterator[tuple[Step, ...]]:
    """Yield so much less, so much more of the budget, or its next period."""
    short = shortfall(standing.candidate, standing.situation)
    if short is None:
        return
    yield from _cheaper(standing)
    yield (Step(Means.BUDGET, short.budget.id, short.lacking / _CENTS),)
    if short.begins is not None:
        yield (Step(Means.PERIOD, short.budget.id, short.begins.isoformat()),)


def _of_guard(standing: Standing, inputs: DecisionInputs) -> Iterator[tuple[Step, ...]]:
    finding, offer = standing.finding, standing.candidate.offer
    if finding.failed == BUDGET:
        yield from _of_budget(standing)
    elif finding.failed == "guard:kill_switch":
        yield (Step(Means.SWITCH, finding.condition),)
    elif finding.failed == "guard:stacking":
        carried = [each.offer_id for each in inputs.concessions]
        clashing = [each for each in carried if each == finding.actual] or carried
        if clashing:
            yield tuple(Step(Means.CONCESSION, each) for each in dict.fromkeys(clashing))
        yield from _cheaper(standing)
    elif finding.failed == ALTERNATIVES and offer.pick is not None:
        yield (*_lacking(standing), Step(Means.ITEM, offer.id, offer.pick.catalogue))
    elif finding.failed == "guard:margin_floor" and finding.verdict is Verdict.BARRED:
        yield from _cheaper(standing)


def _lacking(standing: Standing) -> Iterator[Step]:
    """Yield the facts without which a catalogue cannot be searched, at some value."""
    pick, pack = standing.candidate.offer.pick, standing.situation.pack
    if pick is None:
        return
    _, lacking = search_of(pack.catalogues[pick.catalogue], pick, standing.situation.facts)
    for fact in lacking:
        fact_type = pack.vocabulary[fact]
        if fact_type.kind.is_numeric:
            yield Step(Means.FACT, fact, fact_type.minimum or standing.situation.value or 1.0)
        elif fact_type.words:
            yield Step(Means.FACT, fact, fact_type.words[0])


def less(step: Step, units: int, standing: Standing) -> Step:
    """Return a step on a sum with how much it takes: cents, or hundredths of a percent."""
    if step.means is Means.KEPT:
        keeps = standing.candidate.offer.keeps_percent + units / _CENTS
        return step._replace(value=round(keeps, 2))
    return step._replace(value=units / _CENTS)


def why_none(standing: Standing, pack: Pack) -> str:
    """Return why nothing that may be changed would help."""
    finding = standing.finding
    kind, _, name = finding.failed.partition(":")
    if kind == "law" and name in pack.laws:
        title = pack.laws[name].name
        return f"the law bars it ({title}), and nothing is proposed to get round a law"
    if _is_never(finding):
        return "with such a reason nobody is persuaded to stay"
    if finding.verdict is Verdict.NOT_WORTH_IT:
        return "even at no cost it is not expected to be worth more than offering nothing"
    if kind == "rule":
        return f"{finding.failed} holds it back, and nothing that people can change would lift it"
    of_other_cases = "it is for other cases, and nothing that may be told makes this one so"
    return of_other_cases if kind == "offer" else finding.why
