"""Reads the folder of a kind: what the kind itself says, and what follows from it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from keepsake.core.checklists import ItemState
from keepsake.core.facts import FactKind, FactType, FactValue
from keepsake.core.work import Work
from keepsake.packs.api_facts import message_facts
from keepsake.packs.clocks import read_clocks
from keepsake.packs.counted_dates import read_dates
from keepsake.packs.document import Document
from keepsake.packs.draft import Draft
from keepsake.packs.flags import read_flags
from keepsake.packs.schema import PackShape
from keepsake.packs.shapes import FACT
from keepsake.packs.sheets import Sheets
from keepsake.packs.tables import TableReader
from keepsake.packs.texts import TextCheck

_STAGES = ("kind", "stages")


def complete(document: Document, own: Document, kind: str) -> None:
    """Complete the document of a kind by what it takes of the pack's own.

    That is its subjects, channels and stake where it says none, and the offers and reasons that
    it names under `also`.
    """
    said = document.data.get("kind")
    if not isinstance(said, dict):
        document.refuse((), "says nowhere what the kind is", "write `kind:` into kind.yaml")
        said = {}
    document.data["kinds"] = [kind]
    for section in ("subjects", "channels"):
        both = [*_listed(said.get(section)), *_listed(own.data.get(section))]
        document.data[section] = list(dict.fromkeys(both))
    _take(document, own, "valuation")
    if isinstance(said.get("stake"), dict):
        _place(document, "valuation", "stake")
    if isinstance(said.get("models"), dict):
        _place(document, "models", "models")
    for section in ("reasons", "offers"):
        document.data.setdefault(section, {})
    for index, name in enumerate(_listed(said.get("also"))):
        _join(document, own, name, index=index)


def _listed(value: Any) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _take(document: Document, own: Document, *path: str) -> None:
    """Take a part of the pack's own document, with its places."""
    section, found = path[0], own.data.get(path[0])
    if len(path) == 1:
        document.data[section] = found
    elif isinstance(found, dict) and isinstance(document.data[section], dict):
        document.data[section] = {**document.data[section], path[1]: found[path[1]]}
        document.borrowed.add(path)
    places = {at: place for at, place in own.places.items() if at[: len(path)] == path}
    document.places |= {**places, **document.places}


def _place(document: Document, section: str, said: str) -> None:
    """Take a part of what the kind says for a section of the pack."""
    document.data[section] = document.data["kind"][said]
    written = ("kind", said)
    for path, place in list(document.places.items()):
        if path[:2] == written:
            document.places[section, *path[2:]] = place


def _join(document: Document, own: Document, name: str, *, index: int) -> None:
    """Join an offer or a reason of the pack's own to a kind."""
    known = {section: own.names(section) for section in ("offers", "reasons")}
    found = [section for section, names in known.items() if name in names]
    for section in found:
        _take(document, own, section, name)
    if not found:
        path, names = ("kind", "also", index), [each for some in known.values() for each in some]
        document.refuse_name(path, name, names, what="offer or reason of the pack")


def implied_facts(shape: PackShape, document: Document, sheets: Sheets) -> Iterator[FactType]:
    """Yield the facts that follow from stages and checklists."""
    yield from _stage(shape, document)
    states = tuple(str(state) for state in ItemState)
    for name, checklist in shape.checklists.items():
        sheet = sheets.sheet(checklist.table, ("checklists", name, "table"))
        if sheet is None or "item" not in sheet.columns:
            continue
        for row in sheet.rows:
            fact = f"{checklist.items}.{row.cells['item']}"
            if not re.fullmatch(FACT, fact):
                hint = "small letters, digits and _"
                document.problems.append(
                    sheet.problem(row, "item", message="is no name of a fact", hint=hint)
                )
            else:
                yield FactType(fact, FactKind.ORDERED, states, source=sheet.source(row))


def _stage(shape: PackShape, document: Document) -> Iterator[FactType]:
    stages = _stages(shape)
    name = stage_fact(shape)
    if not name:
        return
    if name in {fact.name for fact in message_facts()}:
        hint = "name a subject of the kind's own under `subjects`"
        document.refuse(_STAGES, f"would be {name}, which comes with the request", hint)
    declared = shape.facts.get(name)
    if declared is not None and not set(stages) <= {*(declared.ordered or declared.one_of or ())}:
        document.refuse(("facts", name), "lacks stages of the kind", "leave it out: it is implied")
    elif declared is None:
        where = document.where(_STAGES)
        yield FactType(name, FactKind.ORDERED, stages, default=stages[0], source=where)


def stage_fact(shape: PackShape) -> str:
    """Return the fact that says where the subject of a kind stands; empty without stages."""
    has_stages = shape.kind is not None and len(_stages(shape)) > 1
    return f"{shape.subjects[0]}.stage" if has_stages else ""


def _stages(shape: PackShape) -> tuple[str, ...]:
    """Return all stages, in the order in which they are named."""
    if shape.kind is None:
        return ()
    named = [word for stage, after in shape.kind.stages.items() for word in (stage, *after)]
    written = [*shape.kind.stages, *named]
    return tuple(dict.fromkeys(written))


def read_work(draft: Draft, sheets: Sheets) -> Work:
    """Return what the cases of a kind are worked by; mistakes are noted in the document."""
    kind, reader = draft.shape.kind, TableReader(draft, sheets)
    tables, checklists = reader.tables(), reader.checklists()
    _check_given(draft)
    work = Work(
        tables=tables,
        dates=read_dates(draft),
        flags=read_flags(draft, sheets),
        checklists=checklists,
        clocks=read_clocks(draft),
        defaults=_defaults(draft),
    )
    if kind is None:
        return work
    TextCheck(draft).check(kind.title, ("kind", "title"))
    return replace(
        work,
        kind=draft.shape.kinds[0],
        titles=kind.title,
        stages={stage: tuple(kind.stages.get(stage, ())) for stage in _stages(draft.shape)},
        stage_fact=stage_fact(draft.shape),
        outcomes=tuple(kind.outcomes),
    )


def _defaults(draft: Draft) -> dict[str, FactValue]:
    """Return what facts that tables give are where no table says more."""
    given = [fact for fact in draft.vocabulary.values() if fact.given]
    return {fact.name: fact.default for fact in given if fact.default is not None}


def _check_given(draft: Draft) -> None:
    """Refuse facts that a table gives and a request could send, too."""
    for name, fact in draft.vocabulary.items():
        shape = draft.shape.facts.get(name)
        if fact.given and shape is not None and not shape.derived:
            message = "is given by a table and could be sent as well"
            draft.document.refuse(("facts", name), message, "declare it with `derived: true`")
