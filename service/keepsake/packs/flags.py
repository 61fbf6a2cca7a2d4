"""Reads the flags of a kind, and what was counted of each; every mistake says where."""

from __future__ import annotations

from collections.abc import Iterator

from keepsake.core.conditions import AllOf
from keepsake.core.errors import PackError
from keepsake.core.flags import Flag
from keepsake.core.parse import parse_when
from keepsake.packs.draft import Draft
from keepsake.packs.kind_shapes import FlagShape
from keepsake.packs.sheets import Sheet, SheetRow, Sheets
from keepsake.packs.texts import TextCheck
from keepsake.packs.tree import Path, key_of

_WHOLE = 100


def read_flags(draft: Draft, sheets: Sheets) -> tuple[Flag, ...]:
    """Return the flags of a kind, in the order written."""
    return tuple(_flags(draft, sheets))


def _flags(draft: Draft, sheets: Sheets) -> Iterator[Flag]:
    for name, shape in draft.shape.flags.items():
        path: Path = ("flags", name)
        check = TextCheck(draft).check
        check(shape.title, (*path, "title"))
        check(shape.advice, (*path, "advice"))
        if shape.reason not in draft.shape.reasons:
            draft.document.refuse_name(
                (*path, "reason"), shape.reason, draft.shape.reasons, what="reason of the kind"
            )
        percent = draft.amounts.percent(shape.chance, (*path, "chance")) or 0.0
        counted = _counted(draft, sheets, shape, name=name)
        yield Flag(
            id=name,
            kind=draft.shape.kinds[0],
            titles=shape.title,
            advice=shape.advice,
            reason=shape.reason,
            chance=counted[2] if counted else percent / _WHOLE,
            default=percent / _WHOLE,
            when=_when(draft, shape, path),
            seen=counted[0] if counted else 0,
            hit=counted[1] if counted else 0,
            confidence=shape.conf,
            source=draft.document.where(path),
        )


def _when(draft: Draft, shape: FlagShape, path: Path) -> AllOf:
    inside = (*path, "when")
    written = [item if isinstance(item, str) else item.model_dump() for item in shape.when]
    try:
        return parse_when(
            written,
            draft.dialect,
            key=key_of(inside),
            locate=lambda item: draft.document.where((*inside, *item)),
        )
    except PackError as error:
        draft.document.problems += error.problems
        return AllOf()


def _counted(
    draft: Draft, sheets: Sheets, shape: FlagShape, *, name: str
) -> tuple[int, int, float] | None:
    """Return how many were seen, how many were hit, and the chance by that; None if none was."""
    if shape.counted is None:
        return None
    sheet = sheets.sheet(shape.counted, ("flags", name, "counted"))
    rows = [row for row in sheet.rows if row.cells.get("flag") == name] if sheet else []
    if sheet is None or not rows:
        return None
    return _numbers(draft, sheet, rows[0])


def _numbers(draft: Draft, sheet: Sheet, row: SheetRow) -> tuple[int, int, float] | None:
    hint = "columns flag, seen, hit and chance: hit of seen, and a number from 0 to 1"
    try:
        cells = row.cells
        seen, hit, chance = int(cells["seen"]), int(cells["hit"]), float(cells["chance"])
    except (KeyError, ValueError):
        seen, hit, chance = 0, 1, 0.0
    if 0 <= hit <= seen and 0 <= chance <= 1:
        return seen, hit, chance
    draft.document.problems.append(sheet.problem(row, "chance", message="cannot be", hint=hint))
    return None
