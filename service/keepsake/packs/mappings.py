"""Reads the column mappings of a pack: `rules/<pack>/mappings/*.yaml`.

They are no part of the pack's rules and of no decision; scan, training and evaluation read raw
tables through them. What a fact measures is known from the API; a pack's own attribute says its
`kind` here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from keepsake.core.errors import PackError, Problem
from keepsake.core.facts import FactKind, Source, nearest
from keepsake.core.mapping import FieldMapping, TableMapping
from keepsake.core.protected import protected_part
from keepsake.packs.api_facts import message_facts
from keepsake.packs.files import MAPPINGS_FOLDER
from keepsake.packs.tree import Tree, key_of, parse_tree

__all__ = ["MAPPINGS_FOLDER", "find_mapping", "read_mapping"]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FieldShape(_Shape):
    """One fact of a mapping: where it comes from, in exactly one of four ways."""

    column: str = ""
    constant: str = ""
    year: str = ""
    month: str = ""
    day: str = ""
    date: str = ""
    less_days: str = ""
    kind: FactKind | None = None
    currency: str = Field("", pattern="^([A-Z]{3})?$")
    words: dict[str, str] = {}
    other: str | None = None


class LabelShape(_Shape):
    """The column that says what happened, which of its values count as yes, and to what."""

    column: str
    positive: list[str] = ["1"]
    event: Literal["cancelled", "kept"] = "cancelled"


class MappingShape(_Shape):
    """A whole mapping file."""

    mapping: str
    pack: str
    subject: Literal["order", "booking", "item", "memo", "dispute"]
    missing: list[str] = [""]
    subject_id: str = ""
    occurred: str = ""
    label: LabelShape | None = None
    fields: dict[str, FieldShape]
    withheld: dict[str, str] = {}


def find_mapping(rules: Path, pack: str, name: str) -> Path:
    """Return the file of a mapping by its name; raise PackError with the nearest one."""
    folder = rules / pack / MAPPINGS_FOLDER
    path = folder / f"{name}.yaml"
    if not path.is_file():
        near = nearest(name, [found.stem for found in folder.glob("*.yaml")])
        hint = f"did you mean {near}?" if near else ""
        raise PackError((Problem(Source(str(folder), 1), "mapping", name, "no such file", hint),))
    return path


def read_mapping(path: Path) -> TableMapping:
    """Read one mapping file; raise PackError with every mistake."""
    tree = parse_tree(str(path), path.read_bytes())
    if tree.problems:
        raise PackError(tuple(tree.problems))
    try:
        shape = MappingShape.model_validate(tree.value)
    except ValidationError as error:
        raise PackError(tuple(_problem(tree, found) for found in error.errors())) from error
    problems = [problem for name in shape.fields for problem in _wrong_field(tree, shape, name)]
    if problems:
        raise PackError(tuple(problems))
    return _mapping(shape)


def _mapping(shape: MappingShape) -> TableMapping:
    kinds = {fact.name: fact.kind for fact in message_facts()}
    fields = [_field(name, spec, spec.kind or kinds[name]) for name, spec in shape.fields.items()]
    label = shape.label or LabelShape(column="")
    return TableMapping(
        name=shape.mapping,
        pack=shape.pack,
        subject_type=shape.subject,
        fields=tuple(fields),
        missing=frozenset(shape.missing) | {""},
        subject_id=shape.subject_id,
        occurred=shape.occurred,
        label=label.column,
        positive=frozenset(label.positive),
        event=label.event,
        withheld=shape.withheld,
    )


def _field(name: str, spec: FieldShape, kind: FactKind) -> FieldMapping:
    columns: tuple[str, ...] = (spec.column,) if spec.column else ()
    if spec.year:
        columns = (spec.year, spec.month, spec.day)
    return FieldMapping(
        name, kind, columns, spec.words, spec.other, spec.currency, spec.date, spec.less_days,
        spec.constant,
    )  # fmt: skip


def _wrong_field(tree: Tree, shape: MappingShape, name: str) -> list[Problem]:
    """Return what is wrong with one fact of a mapping."""
    spec = shape.fields[name]
    known = {fact.name for fact in message_facts()}
    where = Source(tree.file, tree.lines[("fields", name)])
    key = f"fields.{name}"
    wrong = []
    if name not in known and spec.kind is None:
        near = nearest(name, known)
        hint = f"did you mean {near}?" if near else "a fact of the pack's own says its kind"
        wrong.append(Problem(where, key, "", "is no field of the API", hint))
    if [*map(bool, (spec.column, spec.constant, spec.year, spec.date))].count(True) != 1:
        hint = "give exactly one of column, constant, year/month/day, date"
        wrong.append(Problem(where, key, "", "says not where it comes from", hint))
    for named in (name, *{spec.column, spec.year, spec.month, spec.day, spec.date} - {""}):
        part = protected_part(named)
        if part is not None:
            wrong.append(Problem(where, key, named, f"speaks of {part}: no decision may know it"))
    for column in {spec.column, spec.year, spec.month, spec.day} & set(shape.withheld):
        why = shape.withheld[column]
        wrong.append(Problem(where, key, column, f"must not be read: it {why}"))
    return wrong


def _problem(tree: Tree, error: Any) -> Problem:
    path = tuple(error["loc"])
    line = next(
        (tree.lines[path[:n]] for n in range(len(path), -1, -1) if path[:n] in tree.lines), 1
    )
    return Problem(Source(tree.file, line), key_of(path), "", str(error["msg"]).lower())
