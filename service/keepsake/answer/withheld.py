"""What is not offered, and why not: one entry for each offer, or for each depth it fails at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from keepsake.answer.phrases import money_of, terms_of
from keepsake.core.findings import Finding, Verdict
from keepsake.core.pack import NOTHING
from keepsake.core.trace import actual_text
from keepsake.v1 import decision_pb2 as pb

if TYPE_CHECKING:
    from keepsake.answer.phrases import Fields
    from keepsake.core.candidates import Candidate
    from keepsake.core.facts import FactValue
    from keepsake.core.offer_plans import OfferPlan, Outcome
    from keepsake.core.ruling import Ruling
    from keepsake.core.value import Valued
    from keepsake.core.verdicts import Judge

_BY_DEPTH = ("guard:stacking", "guard:margin_floor", "value")
_NO_UNLOCK = 99
_KEPT = 512
"""How many unlocks are kept as they are written, and reasons with whom they do not concern."""


CONTROL_GROUP = Finding(
    Verdict.CONTROL_GROUP,
    "control_group",
    "not in the control group",
    "control group",
    "no incentive in this case (control group)",
)
OUTRANKED = Finding(
    Verdict.OUTRANKED,
    "max_offers",
    "among the best `max_offers`",
    "below them",
    "it may be offered, but better ones filled the list",
)


class Refusals:
    """Says what the decisions of one pack do not offer."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._pack = judge.pack
        self._unlocks = lru_cache(maxsize=_KEPT, typed=True)(self._unlock)
        self._for_others = lru_cache(maxsize=_KEPT)(self._plans_for_others)

    def withheld(self, ruling: Ruling, ranked: Sequence[int], *, every: bool) -> list[Fields]:
        """Return what was not offered, the nearest miss first.

        Offers that are for other reasons are left out, unless `every` one is asked for.
        """
        entries: dict[tuple[str, str, float | None], Fields] = {}
        explained: dict[Finding, Finding] = {}  # one law may bar every offer
        listed = _listed(ruling, ranked)
        standing, situation = iter(ruling.standing), ruling.consideration.situation
        for outcome in self._to_tell(ruling, every=every):
            for candidate, its in outcome.judged or self._refused(outcome, ruling):
                finding = its
                if finding.may_be_offered:
                    finding = self._final(ruling, next(standing), listed)
                    if finding.may_be_offered:
                        continue
                by_depth = _is_of_depth(outcome.plan, finding)
                key = candidate.offer.id, finding.failed, candidate.depth if by_depth else None
                if key not in entries:
                    if finding not in explained:
                        explained[finding] = self._judge.explained(finding, situation)
                    finding = explained[finding]
                    entries[key] = self._withhold(candidate, finding, by_depth=by_depth)
        return sorted(entries.values(), key=lambda entry: len(entry["unlock"]) or _NO_UNLOCK)

    def _to_tell(self, ruling: Ruling, *, every: bool) -> Iterable[Outcome]:
        """Return what was refused and concerns a reader of this case, or every outcome."""
        outcomes = ruling.consideration.outcomes
        if every:
            return outcomes
        silent = self._for_others(ruling.consideration.situation.facts.get("reason"))
        return [
            each for each in outcomes if each.plan not in silent or each is not each.plan.unmatched
        ]

    def _plans_for_others(self, reason: FactValue | None) -> frozenset[OfferPlan]:
        """Return the offers that nobody misses where they do not match: of other reasons, owed."""
        return frozenset(
            plan
            for plan in self._judge.plans.values()
            if plan.is_owed or (plan.reasons and reason not in plan.reasons)
        )

    def _refused(self, outcome: Outcome, ruling: Ruling) -> Sequence[tuple[Candidate, Finding]]:
        """Return the one entry of an offer that is refused at every depth."""
        if outcome.refused is None:
            return ()
        first = outcome.plan.candidates(ruling.consideration.situation)[0]
        return ((first, outcome.refused),)

    def _final(self, ruling: Ruling, valued: Valued, listed: set[str]) -> Finding:
        """Return the verdict on what may be offered; value, control group and ranking included."""
        candidate, finding, _ = valued.considered
        if candidate.is_remedy:
            return finding
        if valued.score <= 0:
            return _not_worth_it(valued.net, self._pack.currency)
        if ruling.chosen.control_group and candidate.is_incentive:
            return CONTROL_GROUP
        return finding if candidate.offer.id in listed else OUTRANKED

    def records(self, ruling: Ruling, ranked: Sequence[int]) -> list[Fields]:
        """Return every candidate with its verdict and choice probability; nothing comes last."""
        chosen, listed = ruling.chosen, _listed(ruling, ranked)
        options = iter(zip(chosen.probabilities, chosen.control_probabilities, strict=True))
        records = []
        for valued in ruling.valued:
            candidate, finding, _ = valued.considered
            if finding.may_be_offered:
                finding = self._final(ruling, valued, listed)
            record = self._record(valued, finding)
            if valued.considered.finding.may_be_offered and not candidate.is_remedy:
                record["choice_probability"], record["control_probability"] = next(options)
            records.append(record)
        probability, control_probability = next(options)
        nothing = {
            "offer_id": NOTHING,
            "verdict": pb.VERDICT_ALLOWED,
            "p_kept": ruling.consideration.p_without,
            "choice_probability": probability,
            "control_probability": control_probability,
        }
        return [*records, nothing]

    def _record(self, valued: Valued, finding: Finding) -> Fields:
        candidate, net = valued.considered.candidate, valued.net
        return {
            "offer_id": candidate.offer.id,
            "terms": terms_of(candidate, self._pack.currency),
            "verdict": finding.verdict.value,
            "p_kept": valued.considered.p_kept,
            "net_value": None if net is None else money_of(net, self._pack.currency),
        }

    def _withhold(self, candidate: Candidate, finding: Finding, *, by_depth: bool) -> Fields:
        return {
            "offer_id": candidate.offer.id,
            "terms": terms_of(candidate, self._pack.currency) if by_depth else None,
            "verdict": finding.verdict.value,
            "failed": finding.failed,
            "condition": finding.condition,
            "actual": finding.actual,
            "why": finding.why,
            "unlock": [self._unlocks(*change) for change in finding.unlock],
        }

    def _unlock(self, fact: str, value: FactValue) -> Fields:
        text = actual_text(self._pack.vocabulary[fact], value, self._pack.currency)
        return {"fact": fact, "value": text, "text": f"if {fact} were {text}"}


def _listed(ruling: Ruling, ranked: Sequence[int]) -> set[str]:
    places = (place for place in ranked if place >= 0)
    return {ruling.standing[place].considered.candidate.offer.id for place in places}


def _is_of_depth(plan: OfferPlan, finding: Finding) -> bool:
    """Tell whether a finding is about the depth of a term and not about the offer itself."""
    return finding.failed in _BY_DEPTH or plan.caps(finding.failed)


def _not_worth_it(net: float | None, currency: str) -> Finding:
    if net is None:
        why = "it does not raise the chance to keep the customer"
        return Finding(Verdict.NOT_WORTH_IT, "value", "net value > 0", why=why)
    why = f"expected to lose {-net:.2f} {currency} against offering nothing"
    actual = f"{net:.2f} {currency}"
    return Finding(Verdict.NOT_WORTH_IT, "value", "net value > 0", actual, why)
