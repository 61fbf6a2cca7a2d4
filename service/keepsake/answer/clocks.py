"""By when what must be out, in the words of an answer; and where the subject stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepsake.answer.parts import written
from keepsake.answer.phrases import time_fields
from keepsake.core.running_clocks import Ran, RunningClocks
from keepsake.v1 import decision_pb2 as pb

if TYPE_CHECKING:
    from keepsake.answer.phrases import Fields
    from keepsake.core.facts import Facts
    from keepsake.core.pack import Pack
    from keepsake.v1.journal_pb2 import DecisionInputs


class Clocks:
    """Writes the clocks and the stages of the decisions of one pack."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._clocks = RunningClocks(pack.work, pack.vocabulary)

    def of(self, facts: Facts, inputs: DecisionInputs) -> bytes:
        """Return the clocks that run, the earliest deadline first, and the stage with its table."""
        clocks, stages = self._clocks, self._pack.work.stages
        if not self._pack.work.clocks and not stages:
            return b""
        ran = clocks.of(facts, now_ms=inputs.server_time_ms)
        language = inputs.language
        return written(
            pb.Decision,
            clocks=[_fields(each, self._pack.text(each.clock.titles, language)) for each in ran],
            stage=clocks.stage(facts),
            stages=[{"stage": name, "next": after} for name, after in stages.items()],
        )


def _fields(ran: Ran, title: str) -> Fields:
    """Return a clock as the answer has it; what is planned or assumed ends nothing."""
    clock, runs = ran.clock, ran.run
    is_sure = not (runs.planned or ran.missing)
    return {
        "clock": clock.id,
        "title": title,
        "due_time": None if runs.due_ms is None else time_fields(runs.due_ms),
        "begun_time": time_fields(runs.begun_ms),
        "planned": runs.planned,
        "assumed": bool(ran.missing) and runs.due_ms is not None,
        "assumed_facts": ran.missing,
        "source_fact": runs.fact,
        "zone": clock.zone,
        "remind_times": [time_fields(at) for at in runs.remind_ms],
        "stops": clock.stops,
        "then_stage": clock.then.stage if is_sure else "",
        "then_escalate": clock.then.escalate,
        "then_breach": clock.then.breach and is_sure,
        "confidence": clock.confidence,
    }
