"""What is not offered, and why not: one entry for each offer, or for each depth it fails at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from keepsake.answer.phrases import money_of, terms_of
from keepsake.core.findings import Change, Finding, Verdict
from keepsake.core.pack import NOTHING
from keepsake.core.trace import actual_text
from keepsake.v1 import decision_pb2 as pb

if TYPE_CHECKING:
    from keepsake.core.candidates import Candidate
    from keepsake.core.ruling import Ruling, Valued
    from keepsake.core.verdicts import Judge

_BY_DEPTH = ("guard:stacking", "guard:margin_floor", "value")
_NO_UNLOCK = 99


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
    """Says what one ruling does not offer."""

    def __init__(self, ruling: Ruling, judge: Judge, ranked: Sequence[int]) -> None:
        self._ruling = ruling
        self._judge = judge
        self._pack = judge.pack
        listed = [ruling.valued[place] for place in ranked if place >= 0]
        self._listed = {valued.considered.candidate.offer.id for valued in listed}

    def withheld(self, *, every: bool) -> list[pb.Withheld]:
        """Return what was not offered, the nearest miss first.

        Offers that are for other reasons are left out, unless `every` one is asked for.
        """
        found: dict[tuple[str, str, float | None], pb.Withheld] = {}
        for valued in self._ruling.valued:
            candidate = valued.considered.candidate
            finding = self.final(valued)
            if finding.may_be_offered or not (every or self._concerns(candidate, finding)):
                continue
            depth = candidate.depth if self._is_of_depth(candidate, finding) else None
            key = (candidate.offer.id, finding.failed, depth)
            if key not in found:
                found[key] = self._withhold(candidate, finding, by_depth=depth is not None)
        return sorted(found.values(), key=lambda entry: len(entry.unlock) or _NO_UNLOCK)

    def final(self, valued: Valued) -> Finding:
        """Return the verdict on a candidate; value, control group and ranking included."""
        considered = valued.considered
        if not considered.finding.may_be_offered or considered.candidate.is_remedy:
            return considered.finding
        if valued.score <= 0:
            return _not_worth_it(valued.net, self._pack.currency)
        if self._ruling.chosen.control_group and considered.candidate.is_incentive:
            return CONTROL_GROUP
        if considered.candidate.offer.id not in self._listed:
            return OUTRANKED
        return considered.finding

    def records(self) -> list[pb.CandidateRecord]:
        """Return every candidate with its verdict and choice probability; nothing comes last."""
        chosen = self._ruling.chosen
        option_of = {place: option for option, place in enumerate(self._ruling.offered)}
        records = []
        for place, valued in enumerate(self._ruling.valued):
            record = self._record(valued)
            if place in option_of:
                record.choice_probability = chosen.probabilities[option_of[place]]
                record.control_probability = chosen.control_probabilities[option_of[place]]
            records.append(record)
        nothing = pb.CandidateRecord(
            offer_id=NOTHING,
            verdict=pb.VERDICT_ALLOWED,
            p_kept=self._ruling.consideration.p_without,
            choice_probability=chosen.probabilities[-1],
            control_probability=chosen.control_probabilities[-1],
        )
        return [*records, nothing]

    def _record(self, valued: Valued) -> pb.CandidateRecord:
        candidate = valued.considered.candidate
        record = pb.CandidateRecord(
            offer_id=candidate.offer.id,
            terms=terms_of(candidate, self._pack.currency),
            verdict=_verdict(self.final(valued)),
            p_kept=valued.considered.p_kept,
        )
        if valued.net is not None:
            record.net_value.CopyFrom(money_of(valued.net, self._pack.currency))
        return record

    def _concerns(self, candidate: Candidate, finding: Finding) -> bool:
        """Tell whether a reader of this case misses the offer: it is for its reason, or owed."""
        if finding.verdict is not Verdict.NOT_MATCHED:
            return True
        situation = self._ruling.consideration.situation
        is_for_another = self._judge.is_for_another_reason(candidate, situation)
        return not (candidate.is_remedy or is_for_another)

    def _is_of_depth(self, candidate: Candidate, finding: Finding) -> bool:
        """Tell whether a finding is about the depth of a term and not about the offer itself."""
        offer = candidate.offer.id
        return finding.failed in _BY_DEPTH or self._judge.caps(finding.failed, offer)

    def _withhold(self, candidate: Candidate, finding: Finding, *, by_depth: bool) -> pb.Withheld:
        finding = self._judge.explained(finding, self._ruling.consideration.situation)
        return pb.Withheld(
            offer_id=candidate.offer.id,
            terms=terms_of(candidate, self._pack.currency) if by_depth else None,
            verdict=_verdict(finding),
            failed=finding.failed,
            condition=finding.condition,
            actual=finding.actual,
            why=finding.why,
            unlock=[self._unlock(change) for change in finding.unlock],
        )

    def _unlock(self, change: Change) -> pb.Unlock:
        value = actual_text(self._pack.vocabulary[change.fact], change.value, self._pack.currency)
        return pb.Unlock(fact=change.fact, value=value, text=f"if {change.fact} were {value}")


def _not_worth_it(net: float | None, currency: str) -> Finding:
    if net is None:
        why = "it does not raise the chance to keep the customer"
        return Finding(Verdict.NOT_WORTH_IT, "value", "net value > 0", why=why)
    why = f"expected to lose {-net:.2f} {currency} against offering nothing"
    actual = f"{net:.2f} {currency}"
    return Finding(Verdict.NOT_WORTH_IT, "value", "net value > 0", actual, why)


def _verdict(finding: Finding) -> pb.Verdict.ValueType:
    return pb.Verdict.ValueType(finding.verdict.value)
