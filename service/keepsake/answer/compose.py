"""Composing: each part of a ruling at its place in the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepsake.answer.offers import Offers, ranking
from keepsake.answer.phrases import drivers_of, money_of, time_of, traced, weakest
from keepsake.answer.withheld import Refusals
from keepsake.answer.wording import Wording
from keepsake.core.rules import Advise, Notify, Play
from keepsake.core.trace import trace
from keepsake.v1 import decision_pb2 as pb

if TYPE_CHECKING:
    from keepsake.core.pack import Pack
    from keepsake.core.ruling import Ruling
    from keepsake.core.verdicts import Judge
    from keepsake.v1.journal_pb2 import DecisionInputs

_MS_PER_HOUR = 3_600_000


def compose(ruling: Ruling, inputs: DecisionInputs, judge: Judge) -> pb.Decision:
    """Put a ruling into an answer; the full view also lists every candidate."""
    pack = judge.pack
    words = Wording(pack, inputs, ruling.consideration.situation.facts)
    ranked = ranking(ruling, inputs.max_offers)
    offers = Offers(ruling, judge, words)
    refusals = Refusals(ruling, judge, ranked)
    evaluation = ruling.consideration.evaluation
    return pb.Decision(
        decision_id=inputs.decision_id,
        request_id=inputs.request_id,
        pack=inputs.pack,
        kind=inputs.kind,
        decided_time=time_of(inputs.server_time_ms),
        valid_until=time_of(inputs.server_time_ms + pack.valid_hours * _MS_PER_HOUR),
        risk=_risk(ruling, pack),
        reason=inputs.reason,
        recommendations=offers.recommendations(ranked),
        remedies=offers.remedies(),
        let_go=_let_go(ruling, pack, words),
        withheld=refusals.withheld(every=inputs.full_view),
        notices=_notices(ruling, judge, words),
        advice=[spoken.name for spoken in judge.spoken(evaluation, Advise)],
        playbooks=[spoken.name for spoken in judge.spoken(evaluation, Play)],
        choice=_choice(ruling, pack),
        versions=inputs.versions,
        evidence=weakest(_took_part(ruling, inputs)),
        degraded=pb.Degraded(
            degraded=bool(inputs.degraded_parts), parts=sorted(inputs.degraded_parts)
        ),
        candidates=refusals.records() if inputs.full_view else (),
    )


def _took_part(ruling: Ruling, inputs: DecisionInputs) -> list[pb.ModelVersion]:
    asked = {"save": ruling.consideration.scores is not None, "reason": inputs.reason.detected}
    return [model for model in inputs.versions.models if asked.get(model.name)]


def _risk(ruling: Ruling, pack: Pack) -> pb.Risk:
    scores = ruling.consideration.scores
    if scores is None:
        return pb.Risk()
    risk = float(ruling.consideration.situation.facts["risk"])
    return pb.Risk(risk=risk, band=pack.risk_bands.band(risk), drivers=drivers_of(scores.drivers))


def _let_go(ruling: Ruling, pack: Pack, words: Wording) -> pb.LetGo:
    way, facts = ruling.exit, ruling.consideration.situation.facts
    traces = [trace(rule, facts, pack.vocabulary, currency=pack.currency) for rule in way.better]
    missing = {part.fact for found in traces for part in found.conditions if not part.actual}
    answer = pb.LetGo(
        way_out=way.way_out.id,
        text=words.way_out(way.way_out, fee=way.fee, returned=way.returned),
        because=traced(way.rule, facts, pack),
        could_depend_on=sorted(missing),
        note=words.way_out_note(fee=way.fee, returned=way.returned),
    )
    if way.fee is not None:
        answer.fee.CopyFrom(money_of(way.fee, pack.currency))
    if way.returned is not None:
        answer.returned.CopyFrom(money_of(way.returned, pack.currency))
    return answer


def _notices(ruling: Ruling, judge: Judge, words: Wording) -> list[pb.LegalNotice]:
    notices = []
    for spoken in judge.spoken(ruling.consideration.evaluation, Notify):
        law = judge.pack.laws[spoken.name]
        notices.append(
            pb.LegalNotice(
                law=law.id,
                name=law.name,
                text=words.text(law.texts),
                source=law.cites,
                confidence=law.confidence,
                assumed=spoken.assumed,
            )
        )
    return notices


def _choice(ruling: Ruling, pack: Pack) -> pb.Choice:
    chosen = ruling.chosen
    return pb.Choice(
        probability=chosen.probabilities[chosen.index],
        experiment=pack.experiment.id,
        eligible_for_control=chosen.eligible_for_control,
        control_group=chosen.control_group,
        explored=chosen.explored,
    )
