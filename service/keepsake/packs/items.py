"""Reads the items of a catalogue out of the rows of its file, and checks each of them.

A file is refused whole, with every mistake in it: an item that is read half would be offered as
what it is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from keepsake.core.catalogue import Catalogue, Item
from keepsake.core.errors import PackError, Problem
from keepsake.core.facts import FactKind, FactType, FactValue, Source, nearest
from keepsake.core.mapping import (
    FieldMapping,
    MappedValue,
    MappingError,
    RawRow,
    TableMapping,
    row_reader,
    to_facts,
)
from keepsake.core.pack import Pack

AVAILABLE, ID = "available", "id"
MOST_TOLD = 20

_Read = Callable[[RawRow], dict[str, MappedValue]]


class ItemReader:
    """Reads the items of one catalogue; `name` is how messages call its file.

    Without a mapping the columns are called as the facts are, beside `id` and `available`.
    """

    def __init__(
        self, catalogue: Catalogue, pack: Pack, name: str, *, mapping: TableMapping | None = None
    ) -> None:
        self._name = name
        self._mapping = mapping or _plain(catalogue, pack)
        self._aspects = [aspect.fact for aspect in catalogue.aspects]
        self._price = catalogue.price
        self._rates = {**pack.rates.rates, pack.currency: 1.0}
        self._id = catalogue.id
        self._problems: list[Problem] = []
        self._ids: dict[str, int] = {}

    def read(self, rows: Iterable[tuple[int, RawRow]]) -> tuple[Item, ...]:
        """Return the items that are available; raise PackError with what is wrong, if anything."""
        read, items = row_reader(self._mapping), list[Item]()
        for number, (line, row) in enumerate(rows, 1):
            if number == 1 and not self._has_columns(row):
                break
            item = self._item(line, row, read, number=number)
            if item is not None:
                items.append(item)
            if len(self._problems) >= MOST_TOLD:
                self._refuse(line, "", ("has more mistakes than are told here", ""))
                break
        if not self._problems and not self._ids:
            self._refuse(1, "", ("holds no items", ""))
        if self._problems:
            raise PackError(tuple(self._problems))
        return tuple(items)

    def _has_columns(self, row: RawRow) -> bool:
        """Tell whether the columns are there; those of the price and the id have to be."""
        wanted = {*self._mapping.columns(), *filter(None, (self._mapping.subject_id,))}
        for column in sorted(wanted - row.keys()):
            near = nearest(column, row)
            self._refuse(1, column, ("no such column", f"did you mean {near}?" if near else ""))
        if self._price not in {mapped.fact for mapped in self._mapping.fields}:
            self._refuse(1, self._price, ("says not where the price comes from", ""))
        return not self._problems

    def _item(
        self,
        line: int,
        row: RawRow,
        read: Callable[[RawRow], dict[str, MappedValue]],
        *,
        number: int,
    ) -> Item | None:
        """Return an item; None for one that is not available, or is refused."""
        before = len(self._problems)
        name = self._named(line, row, number)
        try:
            mapped = read(row)
        except MappingError as error:
            why = str(error).rpartition("' ")[2]
            self._refuse(line, error.column, (why, ""), value=error.value)
            return None
        self._check_words(line, row, mapped)
        available = mapped.pop(AVAILABLE, None)
        facts = to_facts(mapped.values(), self._rates)
        for fact in self._aspects:
            self._check(line, fact, facts.get(fact.name))
        is_there = available is None or available.value is True
        return Item(name, facts) if is_there and len(self._problems) == before else None

    def _check_words(self, line: int, row: RawRow, mapped: Mapping[str, MappedValue]) -> None:
        """Refuse a word that the mapping does not translate: it would be lost without a trace."""
        for field in self._mapping.fields:
            if field.words and field.fact not in mapped:
                word = row.get(field.columns[0], "").strip()
                if word not in self._mapping.missing:
                    near = nearest(word, field.words)
                    hint = f"did you mean {near}?" if near else f"one of {', '.join(field.words)}"
                    self._refuse(line, field.fact, ("is no word of the mapping", hint), value=word)

    def _named(self, line: int, row: RawRow, number: int) -> str:
        column = self._mapping.subject_id
        name = row.get(column, "").strip() if column else f"{self._id}-{number}"
        if not name or len(name) > 128 or not name.isprintable():  # noqa: PLR2004 - as the API says
            self._refuse(line, column, ("is no id", "1 to 128 characters"), value=name[:128])
        elif name in self._ids:
            first = f"stands twice; the first is in line {self._ids[name]}"
            self._refuse(line, column, (first, ""), value=name)
        self._ids.setdefault(name, line)
        return name

    def _check(self, line: int, fact: FactType, value: FactValue | None) -> None:
        wrong = next(_wrong(fact, value, is_price=fact.name == self._price), None)
        if wrong:
            self._refuse(line, fact.name, wrong, value="" if value is None else str(value))

    def _refuse(self, line: int, key: str, told: tuple[str, str], *, value: str = "") -> None:
        """Note a mistake: what is wrong, and what would be right."""
        named = f"{self._id}.{key}" if key else self._id
        self._problems.append(Problem(Source(self._name, line), named, value, *told))


def _wrong(fact: FactType, value: FactValue | None, *, is_price: bool) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a value, and what would be right."""
    if value is None:
        if is_price:
            yield "is missing", "an item without a price cannot be compared"
    elif isinstance(value, str):
        if value not in fact.words:
            near = nearest(value, fact.words)
            known = ", ".join(fact.words)
            yield "is not one of its words", f"did you mean {near}?" if near else f"one of {known}"
    elif not isinstance(value, bool):
        least = fact.minimum if fact.minimum is not None else float("-inf")
        most = fact.maximum if fact.maximum is not None else float("inf")
        if not least <= value <= most:
            yield "is not between what the fact allows", f"{least:g} to {most:g}"
        elif is_price and value <= 0:
            yield "is no price", "more than 0"


def _plain(catalogue: Catalogue, pack: Pack) -> TableMapping:
    """Return the mapping of a file whose columns are called as the facts are."""
    fields = [
        FieldMapping(
            aspect.fact.name,
            aspect.fact.kind,
            (aspect.fact.name,),
            currency=pack.currency if aspect.fact.kind is FactKind.MONEY else "",
        )
        for aspect in catalogue.aspects
    ]
    fields.append(FieldMapping(AVAILABLE, FactKind.FLAG, (AVAILABLE,)))
    return TableMapping(catalogue.id, pack.id, "item", tuple(fields), subject_id=ID)


def fitted(mapping: TableMapping, catalogue: Catalogue, path: Path) -> TableMapping:
    """Return a mapping with the kinds of the catalogue's aspects; raise PackError for others."""
    kinds = {aspect.fact.name: aspect.fact.kind for aspect in catalogue.aspects}
    kinds[AVAILABLE] = FactKind.FLAG
    strangers = [mapped.fact for mapped in mapping.fields if mapped.fact not in kinds]
    if strangers:
        near = nearest(strangers[0], kinds)
        hint = f"did you mean {near}?" if near else f"one of {', '.join(kinds)}"
        where = Source(str(path), 1)
        message = f"is no aspect of {catalogue.id}"
        raise PackError((Problem(where, f"fields.{strangers[0]}", "", message, hint),))
    fields = tuple(replace(mapped, kind=kinds[mapped.fact]) for mapped in mapping.fields)
    return replace(mapping, fields=fields)
