"""What the law asks for, in words: each with its source, what it assumed, and by when it is due."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from keepsake.answer.parts import field_of, written
from keepsake.core.clocks import due
from keepsake.days import date_of
from keepsake.v1 import decision_pb2 as pb

if TYPE_CHECKING:
    from keepsake.answer.traces import TraceWriter
    from keepsake.answer.wording import Wording
    from keepsake.core.facts import Facts
    from keepsake.core.pack import Pack
    from keepsake.core.speech import Spoken

_KEPT = 128
"""How many notices of laws are kept as they are written."""
_NOTICE = field_of(pb.Decision, "notices")


class Notices:
    """Writes the notices of the laws of one pack."""

    def __init__(self, pack: Pack, traces: TraceWriter) -> None:
        self._pack = pack
        self._traces = traces
        self._written = lru_cache(maxsize=_KEPT)(self._write)

    def of(self, spoken: Spoken, facts: Facts, words: Wording) -> bytes:
        """Return the notice of a law that speaks."""
        clock = self._pack.laws[spoken.name].clock
        runs_out = due(clock, facts, self._pack.vocabulary) if clock else None
        missing = self._traces.missing(spoken.rule, facts) if spoken.assumed else set[str]()
        if runs_out is not None and runs_out.assumed:
            missing.add(runs_out.assumed)
        text = words.law(spoken.name, facts, runs_out)
        day = runs_out.day if runs_out else None
        return self._written(
            spoken.name, text, tuple(sorted(missing)), day=day, assumed=spoken.assumed
        )

    def _write(
        self, name: str, text: str, missing: tuple[str, ...], *, day: int | None, assumed: bool
    ) -> bytes:
        law = self._pack.laws[name]
        notice = written(
            pb.LegalNotice,
            law=law.id,
            name=law.name,
            text=text,
            source=law.cites,
            confidence=law.confidence,
            assumed=assumed,
            assumed_facts=missing,
            due_date=None if day is None else date_of(day),
        )
        return _NOTICE(notice)
