"""One request being read: the facts so far, every field that is wrong, and what is at stake."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from keepsake.core.errors import FieldViolation, InvalidRequest
from keepsake.core.facts import FactValue, Vocabulary, quantise
from keepsake.packs.converters import SECONDS_PER_DAY, Convert, Refused, moment

MOST_DAYS_AHEAD = 1
"""Clocks of two systems differ, and one may send local time: by a day at most."""
MOST_DAYS_BEFORE = 400
"""An intercept of more than a year ago is a date misread, or a test against the wrong system."""
_FIRST = datetime(2000, 1, 1, tzinfo=UTC).timestamp()
_END = datetime(2101, 1, 1, tzinfo=UTC).timestamp()
_SHARED = ("margin", "paid", "setting_cost")


class Reading:
    """The facts of one request so far, and every field that is wrong."""

    def __init__(self, root: str, server_time: float) -> None:
        self.root = root
        self.violations: list[FieldViolation] = []
        now = quantise(server_time)
        today = float(server_time // SECONDS_PER_DAY)
        self.facts: dict[str, FactValue] = {"now": now, "today": today, "occurred": now}

    def refuse(self, path: str, value: str, allowed: str) -> None:
        """Note a wrong field."""
        self.violations.append(FieldViolation(f"{self.root}.{path}", value, allowed))

    def take(self, fact: str, path: str, convert: Convert, *, value: Any) -> None:
        """Read one value."""
        try:
            self.facts[fact] = convert(value)
        except Refused as refused:
            self.refuse(path, refused.value, refused.allowed)

    def result(self) -> dict[str, FactValue]:
        """Return the facts; raise InvalidRequest with every wrong field."""
        if self.violations:
            raise InvalidRequest(tuple(self.violations))
        return self.facts


def occurred(value: Any) -> float:
    """Return when something occurred, in seconds since 1970; raise Refused."""
    seconds = moment(value)
    if not _FIRST <= seconds < _END:
        raise Refused(_shown(seconds), "a time in the years 2000 to 2100")
    return seconds


def lately(server_time: float) -> Convert:
    """Return what reads the time at which a customer spoke; it may not be far from the server's."""

    def convert(value: Any) -> FactValue:
        seconds = occurred(value)
        ahead = (seconds - server_time) / SECONDS_PER_DAY
        if not -MOST_DAYS_BEFORE <= ahead <= MOST_DAYS_AHEAD:
            limits = f"at most {MOST_DAYS_AHEAD} day ahead and {MOST_DAYS_BEFORE} days before"
            raise Refused(_shown(seconds), f"{limits} the server's {_shown(server_time)}")
        return seconds

    return convert


def _shown(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


def narrow(facts: dict[str, FactValue], whole: str, part: str, *, vocabulary: Vocabulary) -> None:
    """Let the facts of a whole (`order`) speak of the one part (`line`) that is meant.

    The value is the part's own; margin, what was paid and the setting's cost are its share by
    value, unless it says its own margin; so is the category, where it has one. What the share
    cannot be told for is missing, never that of the whole.
    """
    share = _share(facts.get(f"{whole}.value"), facts.get(f"{part}.value"))
    _put(facts, f"{whole}.value", facts.get(f"{part}.value"))
    for name in _SHARED:
        own = _part(facts.get(f"{whole}.{name}"), share)
        _put(facts, f"{whole}.{name}", facts.get(f"{part}.{name}", own))
    category = facts.get(f"{part}.category")
    fact_type = vocabulary.get(f"{whole}.category")
    if fact_type is not None and category in fact_type.words:
        facts[f"{whole}.category"] = str(category)


def _share(whole: FactValue | None, part: FactValue | None) -> float | None:
    """Return which part of a whole is meant, from 0 to 1; None where that is not known."""
    if whole is None or part is None or float(whole) <= 0:
        return None
    return min(1.0, max(0.0, float(part) / float(whole)))


def _part(whole: FactValue | None, share: float | None) -> float | None:
    return None if whole is None or share is None else quantise(float(whole) * share)


def _put(facts: dict[str, FactValue], fact: str, value: FactValue | None) -> None:
    if value is None:
        facts.pop(fact, None)
    else:
        facts[fact] = value
