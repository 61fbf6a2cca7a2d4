"""The calendar in rule cases: what it answers on the day of a case, and which days are full.

`calendar: free` asks it with every place free; a list (`[casting 2026-12-03]`) names the days on
which a stage has no place left. What the case itself says of feasibility stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from keepsake.core.facts import Facts
from keepsake.core.feasibility import Answer, slot_of
from keepsake.core.planning import Planner
from keepsake.packs.document import Document
from keepsake.packs.load import OpenedPack
from keepsake.packs.tree import Path

CALENDAR = "calendar"
_FREE = "free"
_FULL = re.compile(r"(?P<stage>[a-z][a-z0-9_]*) (?P<day>\d{4}-\d{2}-\d{2})")
_EPOCH = date(1970, 1, 1)
_MS = 1000


def answers_of_case(
    opened: OpenedPack, facts: Facts, written: Any, *, path: Path
) -> Mapping[str, Answer]:
    """Return what the calendar answers in a case; mistakes are noted in the document."""
    calendar = opened.pack.calendar
    if calendar is None:
        opened.document.refuse(path, "the pack has no calendar", "declare it, or drop this")
        return {}
    full = set(_full(opened.document, written, path))
    planner, now_ms = Planner(calendar, opened.pack.vocabulary), int(float(facts["now"]) * _MS)
    found = {}
    for question in calendar.plans:
        route = planner.route(question, facts, now_ms)
        if route is None or f"feasibility.{question}" in facts:
            continue
        taken = {one: calendar_places(opened, one) if one in full else 0 for one in route.resources}
        answer = planner.answer(question, facts, now_ms, taken=taken)
        if answer is not None:
            found[question] = answer
    return found


def calendar_places(opened: OpenedPack, slot: str) -> int:
    """Return how many places a slot has."""
    calendar = opened.pack.calendar
    places = calendar.places if calendar else {}
    return places[slot.split(":")[1]].count


def _full(document: Document, written: Any, path: Path) -> Iterator[str]:
    """Yield the slots that are full."""
    if written == _FREE:
        return
    for index, text in enumerate(written if isinstance(written, list) else [written]):
        found = _FULL.fullmatch(str(text))
        if found is None:
            hint = "write `free`, or a list of `stage day`: [casting 2026-12-03]"
            document.refuse((*path, index), "is no full day of a stage", hint, value=text)
            continue
        day = (date.fromisoformat(found["day"]) - _EPOCH).days
        yield slot_of(found["stage"], day)
