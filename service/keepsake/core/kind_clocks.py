"""Clocks that a pack declares for a kind of case: by when something must be out.

A clock is a deadline that somebody tells (`moment`), else a length that is counted from a day that
the case tells (`begins`), else from now. Whether it is a real deadline or a planning window of our
own (`planned`) is always told with it. Nothing here knows a store, or the time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from keepsake.core.business_days import BusinessDays
from keepsake.core.conditions import AllOf
from keepsake.core.facts import FactKind, Facts, Source, Vocabulary
from keepsake.core.local_days import begins_ms, day_in, days_before, ends_ms, months_after

_MS = 1000
_MS_PER_HOUR = 3_600_000


class Measure(StrEnum):
    """What a length is counted in."""

    DAYS = "days"
    WORKING_DAYS = "working_days"
    MONTHS = "months"
    HOURS = "hours"
    PERCENT = "percent"


@dataclass(frozen=True, slots=True)
class Length:
    """How long a clock runs: a count, or what a fact says; hours are exact, all else whole days."""

    measure: Measure
    count: float = 0.0
    fact: str = ""


@dataclass(frozen=True, slots=True)
class Reminder:
    """When somebody is reminded: so much before the end, or after that share of the time."""

    measure: Measure
    count: float


@dataclass(frozen=True, slots=True)
class AtEnd:
    """What the end of a clock does: at most one of them."""

    stage: str = ""
    escalate: str = ""
    breach: bool = False


@dataclass(frozen=True, slots=True)
class KindClock:
    """A clock as the pack declares it, for one kind of case.

    `stops` are the stages, offers and documents at which it stops.
    """

    id: str
    titles: Mapping[str, str]
    zone: str
    moment: tuple[str, ...] = ()
    begins: tuple[str, ...] = ()
    length: Length | None = None
    business: BusinessDays = field(default_factory=BusinessDays)
    planned: bool = False
    remind: tuple[Reminder, ...] = ()
    then: AtEnd = field(default_factory=AtEnd)
    stops: tuple[str, ...] = ()
    when: AllOf = field(default_factory=AllOf)
    confidence: str = ""
    source: Source = Source()


class Run(NamedTuple):
    """A clock as it runs in one case, in milliseconds since 1970.

    `due_ms` is the last one in time, None where it could not be told. `fact` is what the deadline
    came from, or what it was counted from, empty where that is now. `missing` are the facts that
    could have told more; where there are any, now was taken instead.
    """

    due_ms: int | None
    begun_ms: int
    planned: bool
    fact: str = ""
    missing: tuple[str, ...] = ()
    remind_ms: tuple[int, ...] = ()


class _Begin(NamedTuple):
    """When a clock begins, and on which day; the fact that says so, and what is missing."""

    ms: int
    day: int
    fact: str = ""
    missing: tuple[str, ...] = ()


def run(clock: KindClock, facts: Facts, vocabulary: Vocabulary, *, now_ms: int) -> Run:
    """Return how a clock runs, given what is known now."""
    begin = _begin(clock, facts, vocabulary, now_ms=now_ms)
    told = next((name for name in clock.moment if name in facts), "")
    if told:
        due_ms: int | None = _moment(told, facts, vocabulary, zone=clock.zone)
        planned, fact, missing = False, told, tuple[str, ...]()
    else:
        due_ms = _counted(clock, begin, facts, vocabulary=vocabulary)
        missing = begin.missing if due_ms is not None else (*clock.moment, *_length_of(clock))
        planned, fact = clock.planned, begin.fact
    remind = () if due_ms is None else tuple(_reminders(clock, begin.ms, due_ms, now_ms=now_ms))
    return Run(due_ms, begin.ms, planned, fact, missing, remind)


def _begin(clock: KindClock, facts: Facts, vocabulary: Vocabulary, *, now_ms: int) -> _Begin:
    for name in clock.begins:
        if name not in facts:
            continue
        value = float(facts[name])
        if vocabulary[name].kind is FactKind.TIME:
            moment_ms = round(value * _MS)
            return _Begin(moment_ms, day_in(clock.zone, moment_ms), name)
        return _Begin(begins_ms(clock.zone, int(value)), int(value), name)
    return _Begin(now_ms, day_in(clock.zone, now_ms), missing=clock.begins)


def _moment(name: str, facts: Facts, vocabulary: Vocabulary, *, zone: str) -> int:
    """Return the deadline that a fact tells; a day is over at its last moment."""
    value = float(facts[name])
    is_time = vocabulary[name].kind is FactKind.TIME
    return round(value * _MS) if is_time else ends_ms(zone, int(value))


def _length_of(clock: KindClock) -> tuple[str, ...]:
    return (clock.length.fact,) if clock.length and clock.length.fact else ()


def _counted(
    clock: KindClock, begin: _Begin, facts: Facts, *, vocabulary: Vocabulary
) -> int | None:
    """Return the deadline that a length comes to; None where nobody tells the length."""
    length = clock.length
    if length is None or (length.fact and length.fact not in facts):
        return None
    measure, count = length.measure, length.count
    if length.fact:
        count = float(facts[length.fact])
        is_hours = vocabulary[length.fact].kind is FactKind.HOURS
        measure = Measure.HOURS if is_hours else Measure.DAYS
    if measure is Measure.HOURS:
        return begin.ms + round(count * _MS_PER_HOUR)
    return ends_ms(clock.zone, _day_after(clock, begin.day, measure, count=int(count)))


def _day_after(clock: KindClock, day: int, measure: Measure, *, count: int) -> int:
    if measure is Measure.WORKING_DAYS:
        return clock.business.after(day, count)
    return months_after(day, count) if measure is Measure.MONTHS else day + count


def _reminders(clock: KindClock, begun_ms: int, due_ms: int, *, now_ms: int) -> Iterator[int]:
    """Yield the reminders that are still to come, the earliest first, each moment once."""
    moments = {_reminder(each, clock.zone, begun_ms, due_ms=due_ms) for each in clock.remind}
    yield from sorted(moment for moment in moments if now_ms < moment < due_ms)


def _reminder(reminder: Reminder, zone: str, begun_ms: int, *, due_ms: int) -> int:
    if reminder.measure is Measure.PERCENT:
        return begun_ms + round((due_ms - begun_ms) * reminder.count / 100)
    if reminder.measure is Measure.HOURS:
        return due_ms - round(reminder.count * _MS_PER_HOUR)
    return days_before(zone, due_ms, int(reminder.count))
