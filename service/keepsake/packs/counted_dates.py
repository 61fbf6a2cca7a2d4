"""Turns the `dates` of a pack into the core's frozen values; every mistake says where."""

from __future__ import annotations

from collections.abc import Iterable

from keepsake.core.counted_dates import CountedDate
from keepsake.core.facts import FactKind
from keepsake.packs.draft import Draft
from keepsake.packs.kind_shapes import DateShape
from keepsake.packs.tree import Path


def read_dates(draft: Draft) -> tuple[CountedDate, ...]:
    """Return the counted dates, in the order in which they are written."""
    return tuple(_date(draft, name, shape) for name, shape in draft.shape.dates.items())


def _date(draft: Draft, name: str, shape: DateShape) -> CountedDate:
    path: Path = ("dates", name)
    _check(draft, [name], path, kind=FactKind.DATE)
    _check(draft, shape.moment, (*path, "moment"), kind=FactKind.DATE)
    _check(draft, shape.begins, (*path, "begins"), kind=FactKind.DATE)
    _check(draft, [shape.length] if shape.length else (), (*path, "length"), kind=FactKind.DAYS)
    lengths = [one for one in (shape.days, shape.months, shape.length) if one is not None]
    if len(lengths) != bool(shape.begins):
        message = "says not how long after" if shape.begins else "is counted from nothing"
        draft.document.refuse(path, message, "give begins with one of days, months, length")
    return CountedDate(
        name,
        tuple(shape.moment),
        tuple(shape.begins),
        days=shape.days or 0,
        months=shape.months or 0,
        length=shape.length or "",
    )


def _check(draft: Draft, facts: Iterable[str], path: Path, *, kind: FactKind) -> None:
    for fact in facts:
        known = draft.vocabulary.get(fact)
        if known is None:
            draft.document.refuse_name(path, fact, draft.vocabulary, what="fact")
        elif known.kind is not kind:
            draft.document.refuse(path, f"{fact} is {known.kind}, not {kind}", value=fact)
