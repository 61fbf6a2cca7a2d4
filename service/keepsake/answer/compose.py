"""Composing: each part of a ruling at its place in the answer."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from keepsake.answer.offers import Offers, ranking
from keepsake.answer.phrases import driver_fields, money_of, time_fields, weakest
from keepsake.answer.traces import TraceWriter
from keepsake.answer.withheld import Refusals
from keepsake.answer.wording import Wording
from keepsake.v1 import decision_pb2 as pb

if TYPE_CHECKING:
    from keepsake.answer.phrases import Fields
    from keepsake.core.rules import Rule
    from keepsake.core.ruling import Ruling
    from keepsake.core.speech import Spoken
    from keepsake.core.verdicts import Judge
    from keepsake.v1.journal_pb2 import DecisionInputs

_MS_PER_HOUR = 3_600_000
_LANGUAGES = 8
"""In how many languages the words of a pack are kept ready."""


class Composer:
    """Composes the answers of one pack; what they have in common is made once."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._pack = judge.pack
        self._traces = TraceWriter(judge.pack)
        self._refusals = Refusals(judge)
        self._offers = Offers(judge, self._traces)
        self._wording = lru_cache(maxsize=_LANGUAGES)(self._words)

    def _words(self, language: str) -> Wording:
        return Wording(self._pack, language)

    def traced(self, rule: Rule, ruling: Ruling) -> pb.RuleTrace:
        """Return a rule with each condition and the value it met."""
        return pb.RuleTrace(**self._traces.traced(rule, ruling.consideration.situation.facts))

    def compose(self, ruling: Ruling, inputs: DecisionInputs) -> pb.Decision:
        """Put a ruling into an answer; the full view also lists every candidate."""
        pack, words = self._pack, self._wording(inputs.language)
        ranked = ranking(ruling, inputs.max_offers)
        come = ruling.consideration
        said = self._judge.speech.said(come.evaluation.truths, come.fired)
        shown_in_full = inputs.full_view
        degraded = sorted(inputs.degraded_parts)
        offers = self._offers.of(ruling, words, talks="talk_track" not in degraded)
        now = inputs.server_time_ms
        fields: Fields = {
            "decision_id": inputs.decision_id,
            "request_id": inputs.request_id,
            "pack": inputs.pack,
            "kind": inputs.kind,
            "decided_time": time_fields(now),
            "valid_until": time_fields(now + pack.valid_hours * _MS_PER_HOUR),
            "risk": self._risk(ruling),
            "reason": inputs.reason,
            "recommendations": offers.recommendations(ranked),
            "remedies": offers.remedies(),
            "let_go": self._let_go(ruling, words),
            "withheld": self._refusals.withheld(ruling, ranked, every=shown_in_full),
            "notices": [self._notice(spoken, ruling, words) for spoken in said.notices],
            "advice": [spoken.name for spoken in said.advice],
            "playbooks": [spoken.name for spoken in said.playbooks],
            "choice": self._choice(ruling),
            "versions": inputs.versions,
            "evidence": weakest(_took_part(ruling, inputs)),
            "degraded": {"degraded": bool(degraded), "parts": degraded},
            "candidates": self._refusals.records(ruling, ranked) if shown_in_full else (),
        }
        return pb.Decision(**fields)

    def _risk(self, ruling: Ruling) -> Fields:
        scores = ruling.consideration.scores
        if scores is None:
            return {}
        risk = float(ruling.consideration.situation.facts["risk"])
        band = self._pack.risk_bands.band(risk)
        return {"risk": risk, "band": band, "drivers": driver_fields(scores.drivers)}

    def _let_go(self, ruling: Ruling, words: Wording) -> Fields:
        way, facts = ruling.exit, ruling.consideration.situation.facts
        fee, returned, currency = way.fee, way.returned, self._pack.currency
        missing = {fact for rule in way.better for fact in self._traces.missing(rule, facts)}
        return {
            "way_out": way.way_out.id,
            "text": words.way_out(way.way_out, facts, fee=fee, returned=returned),
            "fee": None if fee is None else money_of(fee, currency),
            "returned": None if returned is None else money_of(returned, currency),
            "because": self._traces.traced(way.rule, facts),
            "could_depend_on": sorted(missing),
            "note": words.way_out_note(fee=fee, returned=returned),
        }

    def _notice(self, spoken: Spoken, ruling: Ruling, words: Wording) -> Fields:
        law = self._pack.laws[spoken.name]
        return {
            "law": law.id,
            "name": law.name,
            "text": words.law(law.id, ruling.consideration.situation.facts),
            "source": law.cites,
            "confidence": law.confidence,
            "assumed": spoken.assumed,
        }

    def _choice(self, ruling: Ruling) -> Fields:
        chosen = ruling.chosen
        return {
            "probability": chosen.probabilities[chosen.index],
            "experiment": self._pack.experiment.id,
            "eligible_for_control": chosen.eligible_for_control,
            "control_group": chosen.control_group,
            "explored": chosen.explored,
        }


def _took_part(ruling: Ruling, inputs: DecisionInputs) -> list[pb.ModelVersion]:
    asked = {"save": ruling.consideration.scores is not None, "reason": inputs.reason.detected}
    return [model for model in inputs.versions.models if asked.get(model.name)]
