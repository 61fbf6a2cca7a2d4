"""By when what must be out, in the words of an answer; and where the subject stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from keepsake.answer.parts import written
from keepsake.answer.phrases import time_fields
from keepsake.core.conditions import Truth
from keepsake.core.evaluate import check_of
from keepsake.core.kind_clocks import KindClock, Run, run
from keepsake.core.stages import every_stage
from keepsake.core.strata import facts_read
from keepsake.v1 import decision_pb2 as pb

if TYPE_CHECKING:
    from keepsake.answer.phrases import Fields
    from keepsake.core.facts import Facts
    from keepsake.core.pack import Pack
    from keepsake.v1.journal_pb2 import DecisionInputs

_NEVER = 1 << 62


class _Ran(NamedTuple):
    """A clock, how it runs, and the facts without which nobody can tell whether it should."""

    clock: KindClock
    run: Run
    unsure: tuple[str, ...]


class Clocks:
    """Writes the clocks and the stages of the decisions of one pack."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._stages = every_stage(pack.work.stages)
        self._clocks = tuple(
            (clock, check_of(clock.when, pack.vocabulary)) for clock in pack.work.clocks
        )

    def of(self, facts: Facts, inputs: DecisionInputs) -> bytes:
        """Return the clocks that run, the earliest deadline first, and the stage with its table."""
        if not self._clocks and not self._stages:
            return b""
        stage = str(facts.get(self._pack.work.stage_fact, next(iter(self._stages), "")))
        ran = sorted(
            self._ran(facts, stage, now_ms=inputs.server_time_ms),
            key=lambda each: _NEVER if each.run.due_ms is None else each.run.due_ms,
        )
        language = inputs.language
        return written(
            pb.Decision,
            clocks=[_fields(each, self._pack.text(each.clock.titles, language)) for each in ran],
            stage=stage,
            stages=[{"stage": name, "next": after} for name, after in self._stages.items()],
        )

    def _ran(self, facts: Facts, stage: str, *, now_ms: int) -> Iterator[_Ran]:
        """Yield the clocks that run, also those of which nobody can tell whether they should."""
        for clock, check in self._clocks:
            truth = check(facts)
            if truth is Truth.FALSE or stage in clock.stops:
                continue
            missing = (
                () if truth is Truth.TRUE else tuple(sorted(facts_read(clock.when) - {*facts}))
            )
            yield _Ran(clock, run(clock, facts, self._pack.vocabulary, now_ms=now_ms), missing)


def _fields(ran: _Ran, title: str) -> Fields:
    clock, runs = ran.clock, ran.run
    assumed = tuple(dict.fromkeys((*runs.missing, *ran.unsure)))
    return {
        "clock": clock.id,
        "title": title,
        "due_time": None if runs.due_ms is None else time_fields(runs.due_ms),
        "begun_time": time_fields(runs.begun_ms),
        "planned": runs.planned,
        "assumed": bool(assumed) and runs.due_ms is not None,
        "assumed_facts": assumed,
        "source_fact": runs.fact,
        "zone": clock.zone,
        "remind_times": [time_fields(at) for at in runs.remind_ms],
        "stops": clock.stops,
        "then_stage": clock.then.stage,
        "then_escalate": clock.then.escalate,
        "then_breach": clock.then.breach,
        "confidence": clock.confidence,
    }
