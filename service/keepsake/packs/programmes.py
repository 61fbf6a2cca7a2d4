"""Reads the monitoring programmes of a pack: `kinds/<kind>/programmes/*.yaml`.

They are no part of the rules and of no decision. `keepsake monitor` reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from keepsake.core.errors import PackError, Problem
from keepsake.core.facts import Source
from keepsake.core.programmes import Alerts, Limit, Programme
from keepsake.packs.shapes import Confidence, Id, Texts
from keepsake.packs.tree import key_of, parse_tree

PATTERN = "kinds/*/programmes/*.yaml"


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LimitShape(_Shape):
    """One limit; all that it names must be reached."""

    id: Id
    bps: float = Field(gt=0)
    count: float = 0
    of: float = 0
    usd: float = 0
    three_ds_below: float | None = None
    regions: list[str] = []
    regulated: bool | None = None
    from_: date = Field(date.min, alias="from")
    until: date = date.max
    conf: Confidence
    note: str = ""


class CountShape(_Shape):
    """What is counted, and what is taken off it."""

    plus: list[Id] = Field(min_length=1)
    minus: list[Id] = []


class ProgrammeShape(_Shape):
    """One programme of a network."""

    title: Texts
    network: Id
    count: CountShape
    of: Id
    limits: list[LimitShape] = Field(min_length=1)
    informs: bool = False
    conf: Confidence
    note: str = ""


class AlertsShape(_Shape):
    """When we warn, and when we act, in basis points."""

    warned: float = Field(gt=0)
    acting: float = Field(gt=0)
    conf: Confidence


class ProgrammesShape(_Shape):
    """A whole file."""

    programmes: dict[Id, ProgrammeShape]
    alerts: AlertsShape


class Monitoring(NamedTuple):
    """The programmes of a pack, and when to be alarmed."""

    programmes: tuple[Programme, ...]
    alerts: Alerts


def read_programmes(pack: Path) -> Monitoring:
    """Return the programmes of a pack's folder; raise PackError with every mistake."""
    files = sorted(pack.glob(PATTERN))
    if len(files) != 1:
        message = "no file of programmes" if not files else "more than one file of programmes"
        raise PackError((Problem(Source(str(pack), 1), PATTERN, "", message),))
    tree = parse_tree(str(files[0]), files[0].read_bytes())
    if tree.problems:
        raise PackError(tuple(tree.problems))
    try:
        shape = ProgrammesShape.model_validate(tree.value)
    except ValidationError as error:
        wrong = tuple(_problem(tree.file, tree.lines, found) for found in error.errors())
        raise PackError(wrong) from error
    programmes = tuple(_programme(name, each) for name, each in shape.programmes.items())
    return Monitoring(programmes, Alerts(shape.alerts.warned, shape.alerts.acting))


def _programme(name: str, shape: ProgrammeShape) -> Programme:
    return Programme(
        id=name,
        titles=shape.title,
        network=shape.network,
        plus=tuple(shape.count.plus),
        minus=tuple(shape.count.minus),
        of=shape.of,
        limits=tuple(map(_limit, shape.limits)),
        informs=shape.informs,
        note=shape.note,
    )


def _limit(shape: LimitShape) -> Limit:
    return Limit(
        shape.id,
        shape.bps,
        shape.count,
        shape.of,
        shape.usd,
        three_ds_below=shape.three_ds_below,
        regions=frozenset(shape.regions),
        regulated=shape.regulated,
        first_day=shape.from_,
        end_day=shape.until,
        confidence=shape.conf,
        note=shape.note,
    )


def _problem(file: str, lines: Mapping[Any, int], found: Any) -> Problem:
    path = found["loc"]
    near = next((path[:end] for end in range(len(path), 0, -1) if path[:end] in lines), ())
    where = Source(file, lines.get(near, 1))
    value = "" if found["type"] == "missing" else str(found["input"])[:60]
    return Problem(where, key_of(path), value, found["msg"][:1].lower() + found["msg"][1:])
