"""Composing: each part of a ruling at its place in the answer."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from keepsake.answer.checklists import Checklists
from keepsake.answer.clocks import Clocks
from keepsake.answer.closings import Closings
from keepsake.answer.notices import Notices
from keepsake.answer.offers import Offers, ranking
from keepsake.answer.parts import field_of, in_bytes, written
from keepsake.answer.phrases import driver_fields, money_of, time_fields
from keepsake.answer.tables import Tables
from keepsake.answer.traces import TraceWriter
from keepsake.answer.withheld import Refusals
from keepsake.answer.wording import Wording
from keepsake.core.conditions import Truth
from keepsake.v1 import decision_pb2 as pb

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keepsake.answer.phrases import Fields
    from keepsake.core.rules import Rule
    from keepsake.core.ruling import Ruling
    from keepsake.core.verdicts import Judge
    from keepsake.v1.journal_pb2 import DecisionInputs

_MS_PER_HOUR = 3_600_000
_LANGUAGES = 8
"""In how many languages the words of a pack are kept ready."""
_REASON = field_of(pb.Decision, "reason")
_RECOMMENDATION = field_of(pb.Decision, "recommendations")
_REMEDY = field_of(pb.Decision, "remedies")
_LET_GO = field_of(pb.Decision, "let_go")
_CASE_ID = field_of(pb.Decision, "case_id")
_BECAUSE = field_of(pb.LetGo, "because")


class Composer:
    """Composes the answers of one pack; what they have in common is made once."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._pack = judge.pack
        self._traces = TraceWriter(judge.pack)
        self._refusals = Refusals(judge)
        self._offers = Offers(judge, self._traces)
        self._wording = lru_cache(maxsize=_LANGUAGES)(self._words)
        self._notices = Notices(judge.pack, self._traces)
        self._closings = Closings(judge.pack.experiment.id)
        self._clocks = Clocks(judge.pack)
        self._checklists = Checklists(judge.pack)
        self._tables = Tables(judge.pack)

    def _words(self, language: str) -> Wording:
        return Wording(self._pack, language)

    def traced(self, rule: Rule, ruling: Ruling) -> pb.RuleTrace:
        """Return a rule as it counted (false where it was stopped), and what its conditions met."""
        come = ruling.consideration
        truth = come.evaluation.truths.get(rule.id, Truth.FALSE)
        return pb.RuleTrace.FromString(self._traces.traced(rule, come.situation.facts, truth))

    def compose(self, ruling: Ruling, inputs: DecisionInputs) -> bytes:
        """Put a ruling into a Decision in bytes; the full view also lists every candidate."""
        words, come = self._wording(inputs.language), ruling.consideration
        ranked = ranking(ruling, inputs.max_offers)
        said = self._judge.speech.said(come.evaluation.truths)
        degraded = tuple(sorted(inputs.degraded_parts[:]))
        answers = {each.question: in_bytes(each) for each in inputs.feasibility[:]}
        talks = "talk_track" not in degraded
        offers = self._offers.of(ruling, words, talks=talks, answers=answers)
        return b"".join(
            [
                self._opening(ruling, inputs),
                *map(_RECOMMENDATION, offers.recommendations(ranked)),
                *map(_REMEDY, offers.remedies()),
                _LET_GO(self._let_go(ruling, words)),
                *self._refusals.withheld(ruling, ranked, every=inputs.full_view),
                *[self._notices.of(spoken, come.situation.facts, words) for spoken in said.notices],
                self._closings.of(ruling, inputs, said, degraded=degraded),
                self._every(ruling, ranked) if inputs.full_view else b"",
                _CASE_ID(inputs.case_id.encode()) if inputs.case_id else b"",
                _stopped(ruling) if inputs.killed else b"",
                self._clocks.of(come.situation.facts, inputs),
                self._checklists.of(come.situation.facts, inputs.language),
                self._tables.of(come.situation.facts),
            ]
        )

    def _opening(self, ruling: Ruling, inputs: DecisionInputs) -> bytes:
        """Write the fields before the recommendations."""
        now = inputs.server_time_ms
        opening = written(
            pb.Decision,
            decision_id=inputs.decision_id,
            request_id=inputs.request_id,
            pack=inputs.pack,
            kind=inputs.kind,
            decided_time=time_fields(now),
            valid_until=time_fields(now + self._pack.valid_hours * _MS_PER_HOUR),
            risk=self._risk(ruling),
        )
        return opening + _REASON(in_bytes(inputs.reason))

    def _every(self, ruling: Ruling, ranked: Sequence[int]) -> bytes:
        """Write every candidate."""
        return written(pb.Decision, candidates=self._refusals.records(ruling, ranked))

    def _risk(self, ruling: Ruling) -> Fields:
        scores = ruling.consideration.scores
        if scores is None:
            return {}
        risk = float(ruling.consideration.situation.facts["risk"])
        band = self._pack.risk_bands.band(risk)
        return {"risk": risk, "band": band, "drivers": driver_fields(scores.drivers)}

    def _let_go(self, ruling: Ruling, words: Wording) -> bytes:
        way, facts = ruling.exit, ruling.consideration.situation.facts
        fee, returned, currency = way.fee, way.returned, self._pack.currency
        missing = {fact for rule in way.better for fact in self._traces.missing(rule, facts)}
        told = written(
            pb.LetGo,
            way_out=way.way_out.id,
            text=words.way_out(way.way_out, facts, fee=fee, returned=returned),
            fee=None if fee is None else money_of(fee, currency),
            returned=None if returned is None else money_of(returned, currency),
        )
        truth = ruling.consideration.evaluation.truths.get(way.rule.id, Truth.FALSE)
        because = self._traces.traced(way.rule, facts, truth)
        note = words.way_out_note(fee=fee, returned=returned)
        left = written(pb.LetGo, could_depend_on=sorted(missing), note=note)
        return b"".join((told, _BECAUSE(because), left))


def _stopped(ruling: Ruling) -> bytes:
    """Write the kill switches that are thrown."""
    thrown = ruling.consideration.situation.circumstances.killed.items()
    return written(pb.Decision, stopped=[{"target": what, "why": why} for what, why in thrown])
