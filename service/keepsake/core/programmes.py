"""Monitoring programmes: how far a month is from each limit of the card networks.

A network counts fraud and disputes against sales and fines who is above. Each limit has conditions
that must all be met; so a month is told condition by condition, in pieces of what is counted.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

BPS = 10_000
USD, THREE_DS = "fraud_usd", "three_ds_percent"

Counts = Mapping[str, float]
"""What was counted in a month for one network, by name."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit: what must be reached, where and from when on it holds."""

    id: str
    bps: float
    count: float = 0
    of: float = 0
    usd: float = 0
    three_ds_below: float | None = None
    regions: frozenset[str] = frozenset()
    regulated: bool | None = None
    first_day: date = date.min
    end_day: date = date.max
    confidence: str = ""
    note: str = ""

    def also(self) -> Iterator[str]:
        """Yield what must be counted for it beside what its programme counts."""
        if self.usd:
            yield USD
        if self.three_ds_below is not None:
            yield THREE_DS

    def holds(self, month: Month) -> bool:
        """Tell whether it is the limit of a month; of an unknown region every one is."""
        is_ours = not self.regions or not month.region or month.region in self.regions
        is_regulated = self.regulated in (None, month.regulated)
        return is_ours and is_regulated and self.first_day <= month.day < self.end_day


@dataclass(frozen=True, slots=True)
class Programme:
    """What one network counts, against what, and its limits; `informs` where it is not ours."""

    id: str
    titles: Mapping[str, str]
    network: str
    plus: tuple[str, ...]
    minus: tuple[str, ...]
    of: str
    limits: tuple[Limit, ...]
    informs: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Month:
    """One month as it was counted, by network."""

    day: date
    counts: Mapping[str, Counts]
    region: str = ""
    regulated: bool = False


class Standing(NamedTuple):
    """How far a month is from one condition; None where what it needs was not counted."""

    what: str
    have: float | None
    limit: float
    is_met: bool
    left: str


class Reached(NamedTuple):
    """How far a month is from one limit of a programme."""

    programme: Programme
    limit: Limit
    bps: float | None
    standings: tuple[Standing, ...]

    @property
    def is_reached(self) -> bool:
        """Whether all its conditions are met."""
        return all(each.is_met for each in self.standings)

    @property
    def is_known(self) -> bool:
        """Whether it can be told: it is reached, or a condition that was counted is not met."""
        return self.is_reached or any(
            each.have is not None and not each.is_met for each in self.standings
        )


class Unknown(NamedTuple):
    """A programme of which a month does not tell enough, and the counts that it lacks."""

    programme: Programme
    lacking: tuple[str, ...]


class Alerts(NamedTuple):
    """From how many basis points on we warn, and act."""

    warned: float
    acting: float


def reached(programmes: Iterable[Programme], month: Month) -> Iterator[Reached]:
    """Yield how far a month is from each limit that holds for it."""
    for programme in programmes:
        counts = month.counts.get(programme.network)
        if counts is None:
            continue
        for limit in programme.limits:
            if limit.holds(month):
                standings = tuple(_standings(programme, limit, counts))
                yield Reached(programme, limit, _bps(programme, counts), standings)


def unknown(programmes: Iterable[Programme], month: Month) -> Iterator[Unknown]:
    """Yield the programmes that cannot be told, with what was not counted, or none of it."""
    for programme in programmes:
        counts = month.counts.get(programme.network, {})
        names = [*(name for name in programme.plus if name not in counts)]
        names += [] if counts.get(programme.of) else [programme.of]
        for limit in (each for each in programme.limits if each.holds(month)):
            found = Reached(programme, limit, None, tuple(_standings(programme, limit, counts)))
            if not found.is_known:
                names += [name for name in limit.also() if name not in counts]
        if names:
            told = dict.fromkeys(f"{programme.network}.{name}" for name in names)
            yield Unknown(programme, tuple(told))


def state_of(limits: Iterable[Reached], alerts: Alerts) -> str:
    """Return what a month is called: the word of the fact `dispute.month`, or `unknown`."""
    ours = [each for each in limits if not each.programme.informs]
    known = [each.bps for each in ours if each.bps is not None]
    if not known:
        return "unknown"
    most = max(known)
    if any(each.is_reached for each in ours):
        return "over"
    if most >= alerts.acting:
        return "acting"
    return "warned" if most >= alerts.warned else "clear"


def _counted(programme: Programme, counts: Counts) -> float | None:
    """Return what a programme counts; None where a part of it was not told."""
    plus = [counts.get(name) for name in programme.plus]
    if None in plus:
        return None
    minus = sum(counts.get(name, 0) for name in programme.minus)
    return max(sum(each or 0 for each in plus) - minus, 0)


def _bps(programme: Programme, counts: Counts) -> float | None:
    counted, base = _counted(programme, counts), counts.get(programme.of)
    return None if counted is None or not base else counted / base * BPS


def _standings(programme: Programme, limit: Limit, counts: Counts) -> Iterator[Standing]:
    counted, base = _counted(programme, counts), counts.get(programme.of)
    bps = _bps(programme, counts)
    left = ""
    if counted is not None and base:
        left = _more(math.ceil(round(limit.bps * base / BPS, 6)) - counted)
    yield Standing("bps", bps, limit.bps, bps is not None and bps >= limit.bps, left)
    for what, have, least in (
        ("count", counted, limit.count),
        (programme.of, base, limit.of),
        (USD, counts.get(USD), limit.usd),
    ):
        if least:
            yield _at_least(what, have, least)
    if limit.three_ds_below is not None:
        share, most = counts.get(THREE_DS), limit.three_ds_below
        is_met = share is not None and share < most
        told = (
            ""
            if share is None
            else f"{abs(share - most):g} points {'below' if is_met else 'above'}"
        )
        yield Standing(f"{THREE_DS} below", share, most, is_met, told)


def _at_least(what: str, have: float | None, least: float) -> Standing:
    is_met = have is not None and have >= least
    return Standing(what, have, least, is_met, "" if have is None else _more(least - have))


def _more(left: float) -> str:
    return f"{left:,.0f} more" if left > 0 else f"passed by {-left:,.0f}"
