"""A desk that works its cases: earliest deadline first, so many hours a day, fewer on weekends."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

_WORK_DAYS = 5


@dataclass(frozen=True, slots=True, order=True)
class Job:
    """What has to be done about a case: from which day on, until which, and how long it takes."""

    due: date
    case: str
    arrives: date = field(compare=False)
    hours: float = field(compare=False)


@dataclass(frozen=True, slots=True)
class Worked:
    """How a quarter went: on which day each case was done, and the hours that were spent.

    `missed` are the cases that were not done by their day; no hour is spent on them after it.
    """

    done: Mapping[str, date]
    missed: frozenset[str]
    hours: float


def work(jobs: Iterable[Job], *, hours_a_day: float, weekend: float = 0.0) -> Worked:
    """Work all jobs to their end.

    A case whose day is over is given up, so that it does not take the time of those that can still
    be met; what was spent on it until then is spent.
    """
    coming = sorted(jobs, key=lambda job: (job.arrives, job))
    if not coming:
        return Worked({}, frozenset(), 0.0)
    waiting: list[tuple[Job, list[float]]] = []
    done, missed, spent = dict[str, date](), set[str](), 0.0
    day, place = coming[0].arrives, 0
    while place < len(coming) or waiting:
        while place < len(coming) and coming[place].arrives <= day:
            heapq.heappush(waiting, (coming[place], [coming[place].hours]))
            place += 1
        left = hours_a_day if day.weekday() < _WORK_DAYS else weekend
        while waiting and (left > 0 or waiting[0][0].due < day):
            job, rest = waiting[0]
            if job.due < day:
                missed.add(job.case)
                heapq.heappop(waiting)
                continue
            now = min(left, rest[0])
            rest[0] -= now
            left, spent = left - now, spent + now
            if rest[0] <= 0:
                done[job.case] = day
                heapq.heappop(waiting)
        day += timedelta(days=1)
    return Worked(done, frozenset(missed), spent)
