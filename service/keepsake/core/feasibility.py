"""Feasibility: what is asked of operations, and what they say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from keepsake.core.facts import Facts, FactValue
from keepsake.core.holds import resource

CALLER, CALENDAR, OPERATIONS = "caller", "calendar", "operations"
SLOT = "slot"
READY_DATE = ".ready_date"
_EPOCH = date(1970, 1, 1)


class Slot(NamedTuple):
    """A place of a day that a promise takes, and how many may be promised of that day in all."""

    resource: str
    places: int


class Answer(NamedTuple):
    """What was said to one question.

    `feasible` is None where nobody could say. `ready` and `begin_by` are days since 1970. Until
    `valid_until_ms` the same would be said again, had nobody taken a place; 0 means nobody knows.
    """

    question: str
    answered_by: str
    feasible: bool | None
    ready: int | None = None
    slots: tuple[Slot, ...] = ()
    valid_until_ms: int = 0
    why: str = ""
    begin_by: int | None = None
    reference: str = ""


@lru_cache(maxsize=4096)
def slot_of(stage: str, day: int) -> str:
    """Return the resource of a stage's places of a day."""
    return resource(SLOT, stage, day_text(day))


def day_text(day: int) -> str:
    """Write a day: `2026-12-02`."""
    return (_EPOCH + timedelta(days=day)).isoformat()


def told(answer: Answer) -> str:
    """Write an answer on one line, without its words: `expedite calendar yes 2026-12-02`."""
    said = {True: "yes", False: "no", None: "no answer"}[answer.feasible]
    day = "" if answer.ready is None else day_text(answer.ready)
    return " ".join(filter(None, (answer.question, answer.answered_by, said, day)))


def as_facts(answers: Mapping[str, Answer]) -> dict[str, FactValue]:
    """Return what answers come to as facts; a question that nobody could answer stays missing."""
    facts: dict[str, FactValue] = {}
    for question, answer in answers.items():
        if answer.feasible is None:
            continue
        facts[f"feasibility.{question}"] = answer.feasible
        if answer.ready is not None:
            facts[f"feasibility.{question}{READY_DATE}"] = float(answer.ready)
    return facts


def known_by(facts: Facts, answers: Mapping[str, Answer]) -> dict[str, FactValue]:
    """Return facts with what was answered now in place of what was answered before."""
    stale = {f"feasibility.{one}{part}" for one in answers for part in ("", READY_DATE)}
    kept = {name: value for name, value in facts.items() if name not in stale}
    return {**kept, **as_facts(answers)}
