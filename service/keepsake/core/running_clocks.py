"""The clocks that run in a case of one kind, given what is known of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from keepsake.core.conditions import Truth
from keepsake.core.evaluate import check_of
from keepsake.core.facts import Facts, Vocabulary
from keepsake.core.kind_clocks import KindClock, Run, run
from keepsake.core.strata import facts_read
from keepsake.core.work import Work

_NEVER = 1 << 62


class Ran(NamedTuple):
    """A clock, how it runs, and the facts without which nobody can tell whether it should."""

    clock: KindClock
    run: Run
    unsure: tuple[str, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Return every fact that is missing, each once."""
        return tuple(dict.fromkeys((*self.run.missing, *self.unsure)))


class RunningClocks:
    """Finds the clocks that run, of those that a kind declares."""

    def __init__(self, work: Work, vocabulary: Vocabulary) -> None:
        self._work = work
        self._vocabulary = vocabulary
        self._checked = tuple((each, check_of(each.when, vocabulary)) for each in work.clocks)

    def stage(self, facts: Facts) -> str:
        """Return where the subject stands: where it begins, if nobody says; empty for none."""
        return str(facts.get(self._work.stage_fact, next(iter(self._work.stages), "")))

    def of(self, facts: Facts, *, now_ms: int) -> Sequence[Ran]:
        """Return the clocks that run, the earliest deadline first.

        One of which nobody can tell whether it should runs, too: better an answer that was not
        owed than one that is missed.
        """
        ran = []
        for clock, check in self._checked:
            truth = check(facts)
            if truth is Truth.FALSE or self.stage(facts) in clock.stops:
                continue
            lacks = facts_read(clock.when) - {*facts} if truth is Truth.UNKNOWN else ()
            runs = run(clock, facts, self._vocabulary, now_ms=now_ms)
            ran.append(Ran(clock, runs, tuple(sorted(lacks))))
        return sorted(ran, key=lambda each: _NEVER if each.run.due_ms is None else each.run.due_ms)
