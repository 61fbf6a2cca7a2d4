"""Assist: somebody has spoken; what to say or offer next."""

from __future__ import annotations

from dataclasses import replace

from keepsake.advising import AGENT, CUSTOMER, Advised, advised
from keepsake.case_view import case_of
from keepsake.core.case import fold
from keepsake.core.case_table import ASSIST
from keepsake.core.pack import Pack
from keepsake.core.talk_events import Assisted
from keepsake.steps.step import Plan, Scene
from keepsake.v1.case_pb2 import (
    SPEAKER_AGENT,
    Advice,
    AssistRequest,
    AssistResponse,
    Objection,
)


class Assist:
    """Reads an utterance; what it makes of it is an event, the words stay with the case."""

    name = ASSIST

    def plan(self, request: AssistRequest, scene: Scene) -> Plan:
        """Note what was heard and what is advised."""
        scene.case.check(self.name)
        given = _given(request, scene)
        return Plan((given.event, *given.proposed), text=request.words)

    def answer(self, request: AssistRequest, scene: Scene) -> AssistResponse:
        """Return the case and the advice."""
        given = _given(request, _before(scene))
        language = scene.followed[scene.case.decision_ids[-1]].inputs.language
        advice = _advice(given, scene.snapshot.pack, language)
        return AssistResponse(case=case_of(scene), advice=advice)


def _given(request: AssistRequest, scene: Scene) -> Advised:
    speaker = AGENT if request.speaker == SPEAKER_AGENT else CUSTOMER
    return advised(scene, request.words, speaker=speaker)


def _before(scene: Scene) -> Scene:
    """Return the scene as it was before the utterance: from it the advice follows."""
    numbers = [each.number for each in scene.log if isinstance(each.event, Assisted)]
    log = [each for each in scene.log if each.number < numbers[-1]]
    return replace(scene, log=log, case=fold(log, scene.now_ms))


def _advice(given: Advised, pack: Pack, language: str) -> Advice:
    event, objections = given.event, pack.conversation.objections
    argued = objections.get(event.argued)
    return Advice(
        reason=given.reason,
        objections=[
            Objection(
                objection=name,
                title=pack.text(objections[name].titles, language) if name in objections else name,
                answered=name in event.answered,
            )
            for name in event.heard
        ],
        offer=given.offer,
        argument=pack.text(argued.argument, language) if argued else "",
        stop=event.ended,
        let_go=given.decision.let_go,
    )
