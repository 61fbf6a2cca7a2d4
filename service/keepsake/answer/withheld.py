"""What is not offered, and why not: one entry for each offer, or for each depth it fails at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING

from keepsake.answer.parts import field_of, written
from keepsake.answer.phrases import money_of, terms_of
from keepsake.answer.sums import terms_in_bytes
from keepsake.core.budget_guard import BUDGET
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

_BY_DEPTH = ("guard:stacking", "guard:margin_floor")
_NO_UNLOCK = 99
_FARTHEST = itemgetter(0)
_WITHHELD = field_of(pb.Decision, "withheld")
_OFFER_ID = field_of(pb.Withheld, "offer_id")
_TERMS = field_of(pb.Withheld, "terms")
_ACTUAL = field_of(pb.Withheld, "actual")
_WHY = field_of(pb.Withheld, "why")
_KEPT = 512
"""How many entries are kept as they are written, and reasons with whom they do not concern."""

_Entry = tuple[int, bytes]
"""How many changes would lift it, and what is said of it."""

NOT_WORTH_IT = Finding(Verdict.NOT_WORTH_IT, "value", "net value > 0")
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
_NOT_WORTH_IT = written(
    pb.Withheld,
    verdict=NOT_WORTH_IT.verdict.value,
    failed=NOT_WORTH_IT.failed,
    condition=NOT_WORTH_IT.condition,
)
_NO_RISE = b"it does not raise the chance to keep the customer"


class Refusals:
    """Says what the decisions of one pack do not offer."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._pack = judge.pack
        self._currency = judge.pack.currency
        self._entries = lru_cache(maxsize=_KEPT)(self._write)
        self._untold = lru_cache(maxsize=_KEPT)(self._for_others)

    def withheld(self, ruling: Ruling, ranked: Sequence[int], *, every: bool) -> list[bytes]:
        """Return what was not offered, the nearest miss first.

        Offers that are for other reasons are left out, unless `every` one is asked for.
        """
        told, entries = set[tuple[str, str, float | None]](), list[_Entry]()
        explained: dict[Finding, Finding] = {}  # one law may bar every offer
        situation = ruling.consideration.situation
        for plan, candidate, its, net in self._misses(ruling, ranked, every=every):
            if its is NOT_WORTH_IT:
                entries.append(self._loss(candidate, net))
                continue
            by_depth = _is_of_depth(plan, its)
            key = candidate.offer.id, its.failed, candidate.depth if by_depth else None
            if key not in told:
                told.add(key)
                finding = explained.get(its)
                if finding is None:
                    finding = explained[its] = self._judge.explained(its, situation)
                entries.append(self._entry(candidate, finding, by_depth=by_depth))
        entries.sort(key=_FARTHEST)
        return [entry for _, entry in entries]

    def _misses(
        self, ruling: Ruling, ranked: Sequence[int], *, every: bool
    ) -> Iterator[tuple[OfferPlan, Candidate, Finding, float | None]]:
        """Yield each candidate that is not offered, with its verdict and what it is worth.

        Of an offer that is refused at every depth the first stands for all.
        """
        listed, situation = _listed(ruling, ranked), ruling.consideration.situation
        standing = iter(ruling.standing)
        for plan, refused, judged, *_ in self._to_tell(ruling, every=every):
            if refused is not None:
                yield plan, plan.candidates(situation)[0], refused, None
                continue
            for candidate, finding in judged:
                if not finding.may_be_offered:
                    yield plan, candidate, finding, None
                    continue
                valued = next(standing)
                final = _final(ruling, valued, listed)
                if final is not finding:
                    yield plan, candidate, final, valued.net

    def _to_tell(self, ruling: Ruling, *, every: bool) -> Iterable[Outcome]:
        """Return what was refused and concerns a reader of this case, or every outcome."""
        outcomes = ruling.consideration.outcomes
        if every:
            return outcomes
        untold = self._untold(ruling.consideration.situation.facts.get("reason"))
        return [its for its, other in zip(outcomes, untold, strict=True) if its is not other]

    def _for_others(self, reason: FactValue | None) -> list[Outcome | None]:
        """Return, for each offer, the outcome that nobody is told of: of other reasons, owed."""
        return [
            plan.unmatched
            if plan.is_owed or (plan.reasons and reason not in plan.reasons)
            else None
            for plan in self._judge.plans.values()
        ]

    def records(self, ruling: Ruling, ranked: Sequence[int]) -> list[Fields]:
        """Return every candidate with its verdict and choice probability; nothing comes last."""
        chosen, listed = ruling.chosen, _listed(ruling, ranked)
        options = iter(zip(chosen.probabilities, chosen.control_probabilities, strict=True))
        records = []
        for valued in ruling.valued:
            candidate, finding, _ = valued.considered
            if finding.may_be_offered:
                finding = _final(ruling, valued, listed)
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
            "chance": valued.chance,
        }

    def _entry(self, candidate: Candidate, finding: Finding, *, by_depth: bool) -> _Entry:
        """Write an entry; what is not about the sums of a depth is kept."""
        if by_depth:
            return self._write(candidate.offer.id, finding, terms_of(candidate, self._currency))
        return self._entries(candidate.offer.id, finding)

    def _loss(self, candidate: Candidate, net: float | None) -> _Entry:
        """Write an entry of what is not worth its cost."""
        terms = terms_in_bytes(candidate, self._currency)
        what = _OFFER_ID(candidate.offer.id.encode())
        what += (b"" if terms is None else _TERMS(terms)) + _NOT_WORTH_IT
        if net is None:
            return _NO_UNLOCK, _WITHHELD(what + _WHY(_NO_RISE))
        actual = f"{net:.2f} {self._currency}"
        why = f"expected to lose {-net:.2f} {self._currency} against offering nothing"
        return _NO_UNLOCK, _WITHHELD(what + _ACTUAL(actual.encode()) + _WHY(why.encode()))

    def _write(self, offer_id: str, finding: Finding, terms: Fields | None = None) -> _Entry:
        withheld = written(
            pb.Withheld,
            offer_id=offer_id,
            terms=terms,
            verdict=finding.verdict.value,
            failed=finding.failed,
            condition=finding.condition,
            actual=finding.actual,
            why=finding.why,
            unlock=[self._unlock(*change) for change in finding.unlock],
        )
        return len(finding.unlock) or _NO_UNLOCK, _WITHHELD(withheld)

    def _unlock(self, fact: str, value: FactValue, text: str = "") -> Fields:
        if text:
            return {"fact": fact, "value": str(value), "text": text}
        text = actual_text(self._pack.vocabulary[fact], value, self._pack.currency)
        return {"fact": fact, "value": text, "text": f"if {fact} were {text}"}


def _listed(ruling: Ruling, ranked: Sequence[int]) -> set[str]:
    places = (place for place in ranked if place >= 0)
    return {ruling.standing[place].considered.candidate.offer.id for place in places}


def _is_of_depth(plan: OfferPlan, finding: Finding) -> bool:
    """Tell whether a finding is about the depth of a term and not about the offer itself."""
    if finding.failed == BUDGET:
        return finding.verdict is Verdict.BARRED
    return finding.failed in _BY_DEPTH or plan.caps(finding.failed)


def _final(ruling: Ruling, valued: Valued, listed: set[str]) -> Finding:
    """Return the verdict on what may be offered; value, control group and ranking included."""
    candidate, finding, _ = valued.considered
    if candidate.is_remedy:
        return finding
    if valued.score <= 0:
        return NOT_WORTH_IT
    if ruling.chosen.control_group and candidate.is_incentive:
        return CONTROL_GROUP
    return finding if candidate.offer.id in listed else OUTRANKED
