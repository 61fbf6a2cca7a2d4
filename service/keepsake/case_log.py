"""Events of cases as the API has them, which is how the store and the journal keep them, too.

An event's own fields are written as `details`, by name, and read back by their annotation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from typing import Any

from keepsake.answer.phrases import time_of
from keepsake.clock_view import clock_told
from keepsake.core.case import Event, Happened, Held
from keepsake.core.case_events import EVENTS, Decided, Decision
from keepsake.core.clock_events import ClockStarted
from keepsake.core.errors import StoreUnavailable
from keepsake.ports import CaseReading
from keepsake.v1.case_pb2 import CaseEvent

_OFFER = "offer_id"
_NEWER = "a newer release has worked this case; a worker that runs it can answer"
_NOT_WRITTEN = ("decision", "its")


def written(event: Event, *, time_ms: int, principal: str = "") -> CaseEvent:
    """Return an event as it is stored and journalled."""
    told = {
        field.name: _text(getattr(event, field.name))
        for field in fields(event)
        if field.name not in _NOT_WRITTEN
    }
    offer_id = told.pop(_OFFER, "")
    details = {name: text for name, text in told.items() if text}
    return CaseEvent(
        type=event.type,
        time=time_of(time_ms),
        principal=principal,
        offer_id=offer_id,
        details=details,
    )


def read(stored: CaseEvent) -> Event:
    """Return an event as it was before it was written; what was empty has its default.

    Raise StoreUnavailable for what only a newer release knows: a worker that has it can answer.
    """
    if stored.type not in EVENTS:
        raise StoreUnavailable(_NEWER, is_final=True)  # of this case; the store is not away
    kind = EVENTS[stored.type]
    told = {**stored.details, _OFFER: stored.offer_id}
    return kind(
        **{
            field.name: _READ[str(field.type)](told[field.name])
            for field in fields(kind)
            if field.name in told and field.name not in _NOT_WRITTEN
        }
    )


def shown(reading: CaseReading) -> Iterator[CaseEvent]:
    """Return the events of a case with their numbers, and what was said about them."""
    for number, stored in enumerate(reading.events, 1):
        event = CaseEvent.FromString(stored)
        event.number = number
        event.text = reading.texts.get(number, "")
        yield event


def log_of(reading: CaseReading, decisions: Mapping[str, Decision]) -> Iterator[Happened]:
    """Return the events of a case, to be folded; each decision with what it says."""
    for each in shown(reading):
        event = read(each)
        if isinstance(event, Decided):
            event = replace(event, decision=decisions.get(event.decision_id))
        elif isinstance(event, ClockStarted):
            event = replace(event, its=clock_told(event.told))
        at_ms = each.time.ToMilliseconds()
        yield Happened(each.number, event, at_ms, each.principal, each.text)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ", ".join(map(_text, value))
    if isinstance(value, Held):
        return f"{value.units} {value.resource} {value.hold_id} {value.expires_ms}"
    return "" if value is None else str(value)


def _holds(text: str) -> tuple[Held, ...]:
    return tuple(map(_hold, text.split(", ")))


def _hold(text: str) -> Held:
    units, resource, hold_id, expires_ms = text.split(" ")
    return Held(resource, hold_id, int(units), int(expires_ms))


_READ: Mapping[str, Callable[[str], Any]] = {
    "str": str,
    "int": int,
    "float": float,
    "float | None": float,
    "int | None": int,
    "bool": lambda text: text == "true",
    "tuple[str, ...]": lambda text: tuple(text.split(", ")),
    "tuple[Held, ...]": _holds,
}
"""How the text of a field is read, by what the field holds."""
