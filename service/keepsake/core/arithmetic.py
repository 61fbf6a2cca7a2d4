"""The arithmetic of the guards, in numbers and in words, for whoever asks why.

What came of it is asked of the guard itself; here is only told how it reckons, from the same sums.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from keepsake.core.authority import given
from keepsake.core.budget_guard import budget, budget_known, budget_state
from keepsake.core.budgets import limit_with, most, written
from keepsake.core.candidates import Candidate
from keepsake.core.conditions import Truth
from keepsake.core.facts import FactValue
from keepsake.core.findings import Situation, Verdict
from keepsake.core.frequency import FREQUENCY, NO_RAISE, frequency, no_raise
from keepsake.core.guards import (
    DECLINED,
    Guard,
    declined,
    feasibility,
    guards_of,
    kill_switch,
    margin_after,
    margin_and_authority,
    stacking,
)
from keepsake.core.pack import Tier
from keepsake.core.resolutions import STAKE, resolving_authority, stake_known
from keepsake.core.sums import Reckoning, Sum
from keepsake.core.windows import SHOWN_AMOUNT, SHOWN_OFFERS, SHOWN_PERCENT
from keepsake.core.worth import of_giving_up, of_stake

_CENTS = 100


def reckonings(candidate: Candidate, situation: Situation) -> Iterator[Reckoning]:
    """Yield how each guard that can speak of an offer reckons, in the order they are asked."""
    of_offer, of_depth = guards_of(candidate.offer)
    for guard in (*of_offer, *of_depth):
        for name, told in _TOLD.get(guard) or _plainly(guard):
            words, sums = told(candidate, situation)
            yield Reckoning(name, _passed(guard, name, candidate, situation=situation), words, sums)


def _passed(guard: Guard, name: str, candidate: Candidate, *, situation: Situation) -> Truth:
    """Ask the guard itself; an approval is the authority's, a floor the margin's."""
    finding = guard(candidate, situation)
    if finding is None:
        return Truth.TRUE
    if finding.approval is not None:
        return Truth.FALSE if name == _AUTHORITY else Truth.TRUE
    if name == _AUTHORITY:
        return Truth.UNKNOWN  # below the floor nobody is asked
    return Truth.UNKNOWN if finding.verdict is Verdict.NOT_EVALUATED else Truth.FALSE


_Told = tuple[str, tuple[Sum, ...]]
_Tellers = tuple[tuple[str, Callable[[Candidate, Situation], _Told]], ...]


def _plainly(guard: Guard) -> _Tellers:
    """Return what tells a guard that reckons with no numbers: what it found."""

    def told(candidate: Candidate, situation: Situation) -> _Told:
        finding = guard(candidate, situation)
        return (finding.why if finding else "nothing stands against it"), ()

    return ((f"guard:{guard.__name__}", told),)


def _of_switches(candidate: Candidate, situation: Situation) -> _Told:
    finding = kill_switch(candidate, situation)
    return (finding.why if finding else "no kill switch stops it"), ()


def _of_declined(candidate: Candidate, situation: Situation) -> _Told:
    finding = declined(candidate, situation)
    return (finding.why if finding else "the customer has not declined it in this case"), ()


def _of_feasibility(candidate: Candidate, situation: Situation) -> _Told:
    promise = candidate.offer.promise
    asked = dict.fromkeys((*candidate.offer.needs, *((promise,) if promise else ())))
    answers = {True: "yes", False: "no", None: "no answer"}
    said = [f"{one}: {answers[_flag(situation, f'feasibility.{one}')]}" for one in asked]
    finding = feasibility(candidate, situation)
    return "; ".join([*said, *([finding.why] if finding else [])]), ()


def _flag(situation: Situation, fact: str) -> bool | None:
    value = situation.facts.get(fact)
    return value if isinstance(value, bool) else None


def _of_known_budget(candidate: Candidate, situation: Situation) -> _Told:
    finding = budget_known(candidate, situation)
    return (finding.why if finding else f"the {candidate.offer.budget} budget could be read"), ()


def _of_frequency(candidate: Candidate, situation: Situation) -> _Told:
    channel = str(situation.facts.get("channel", ""))
    limit = situation.pack.frequency.offers_per_attempt.get(channel)
    shown = situation.facts.get(SHOWN_OFFERS)
    finding = frequency(candidate, situation)
    sums = (Sum("shown", _number(shown), ""), Sum("allowed", _number(limit), ""))
    if finding is not None:
        return finding.why, sums
    if limit is None:
        return f"the pack limits no offers by {channel}", sums
    seen = "nobody knows how many" if shown is None else f"{shown:g}"
    return f"this attempt has seen {seen} of the {limit} offers that it may see by {channel}", sums


def _of_raise(candidate: Candidate, situation: Situation) -> _Told:
    is_percent = candidate.is_capped
    fact = SHOWN_PERCENT if is_percent else SHOWN_AMOUNT
    asked = candidate.effective_percent if is_percent else candidate.depth
    unit = "%" if is_percent else situation.pack.currency
    shown, finding = situation.facts.get(fact), no_raise(candidate, situation)
    sums = (Sum("shown", _number(shown), unit), Sum("this", asked, unit))
    if finding is not None:
        return finding.why, sums
    if shown is None:
        return "no discount was shown before", sums
    return f"{shown:g} {unit} were shown before, and this goes no deeper", sums


def _number(value: FactValue | None) -> float | None:
    return None if value is None else float(value)


def _of_budget(candidate: Candidate, situation: Situation) -> _Told:
    needed, state = most(candidate), budget_state(candidate.offer, situation)
    currency = situation.pack.currency
    if state is None or needed is None:
        return "nothing is known of what it would take", ()
    declared = situation.pack.budgets[candidate.offer.budget or ""]
    limit = limit_with(declared, state.at_risk, situation.value)
    left = max(limit - state.taken, 0)
    words = (
        f"{written(limit)} {currency} in {state.period}, {written(state.taken)} taken, "
        f"{written(left)} left; this may cost {written(needed)}"
    )
    sums = {"limit": limit, "taken": state.taken, "left": left, "needed": needed}
    return words, tuple(Sum(name, units / _CENTS, currency) for name, units in sums.items())


def _of_stacking(candidate: Candidate, situation: Situation) -> _Told:
    carried = situation.circumstances.concessions
    limit, mine = situation.pack.authority.max_combined_percent, candidate.effective_percent
    given = sum(concession.percent or 0.0 for concession in carried)
    finding = stacking(candidate, situation)
    names = ", ".join(concession.offer_id for concession in carried) or "no concession"
    told = f"the subject carries {names}"
    if finding is not None:
        return f"{told}; {finding.why}", _percents(given, mine, limit)
    if candidate.is_capped and limit is not None and mine is not None:
        told += f"; {given:g} + {mine:g} = {given + mine:g} percent, allowed {limit:g}"
    return told, _percents(given, mine, limit)


def _percents(given: float, mine: float | None, limit: float | None) -> tuple[Sum, ...]:
    return (Sum("given", given, "%"), Sum("this", mine, "%"), Sum("allowed", limit, "%"))


def _of_margin(candidate: Candidate, situation: Situation) -> _Told:
    value, margin, cost = situation.value, situation.margin, candidate.cost
    currency, floor = situation.pack.currency, situation.floor
    left = margin_after(candidate, situation)
    sums = (
        Sum("price", value, currency),
        Sum("margin", margin, currency),
        Sum("kept", candidate.offer.keeps_percent, "%"),
        Sum("cost", cost, currency),
        Sum("margin_after", left, "%"),
        Sum("floor", floor, "%"),
    )
    if not candidate.cost and candidate.is_free:
        return "it costs nothing and keeps the whole margin", sums
    if value is None or margin is None or cost is None or left is None:
        lacking = ", ".join(one.name for one in sums[:4] if one.value is None)
        return f"not known: {lacking}", sums
    keeps = candidate.offer.keeps_percent
    part = "" if keeps == _CENTS else f" x {keeps:g} %"
    less = f" - {cost:,.2f}" if candidate.offer.term else ""
    words = f"({margin:,.2f}{part} - {cost:,.2f}) / ({value:,.2f}{part}{less}) = {left:.2f} percent"
    above = left - floor
    how = f"{above:.2f} above" if above >= 0 else f"{-above:.2f} below"
    return f"{words}, {how} the floor of {floor:g}", sums


def _of_authority(candidate: Candidate, situation: Situation) -> _Told:
    value, cost = situation.value, candidate.cost
    tier, currency = situation.circumstances.tier, situation.pack.currency
    percent = cost / value * 100 if value and cost is not None else None
    sums: tuple[Sum, ...] = (
        Sum("cost", cost, currency),
        Sum("percent", percent, "%"),
        Sum("tier", tier, ""),
    )
    if not candidate.cost and candidate.is_free:
        return "it costs nothing and keeps the whole margin", sums
    share = f", {percent:.2f} percent of the price" if percent is not None else ""
    costs = "it is not known what it costs" if cost is None else f"it costs {cost:,.2f} {currency}"
    before = given(situation)
    if before is None:
        costs += ", and not what was given already"
    elif before.cost or before.percent:
        already = f"{before.cost:,.2f} {currency} or {before.percent:g} percent"
        share += f", and {already} were given already"
        sums = (
            *sums,
            Sum("given", before.cost, currency),
            Sum("given_percent", before.percent, "%"),
        )
    ladder = "; ".join(_may(each, situation) for each in situation.pack.authority.tiers)
    finding = margin_and_authority(candidate, situation)
    asked = finding.approval if finding else None
    end = asked.why if asked else f"tier {tier} may decide"
    return f"{costs}{share}; {ladder}; {end}", sums


def _may(tier: Tier, situation: Situation) -> str:
    limits = [
        f"up to {tier.max_percent:g} percent" if tier.max_percent is not None else "",
        "" if tier.max_amount is None else f"{tier.max_amount:,.2f} {situation.pack.currency}",
        f"with {situation.floor + tier.floor_plus_percent:g} percent margin left",
    ]
    return f"{tier.role} (tier {tier.tier}): {', '.join(each for each in limits if each)}"


_AUTHORITY = "authority"
_TOLD: dict[Guard, _Tellers] = {
    kill_switch: (("guard:kill_switch", _of_switches),),
    declined: ((DECLINED, _of_declined),),
    feasibility: (("guard:feasibility", _of_feasibility),),
    budget_known: (("guard:budget_known", _of_known_budget),),
    frequency: ((FREQUENCY, _of_frequency),),
    no_raise: ((NO_RAISE, _of_raise),),
    budget: (("guard:budget", _of_budget),),
    stacking: (("guard:stacking", _of_stacking),),
    stake_known: ((STAKE, of_stake),),
    margin_and_authority: (("guard:margin_floor", _of_margin), (_AUTHORITY, _of_authority)),
    resolving_authority: ((_AUTHORITY, of_giving_up),),
}
