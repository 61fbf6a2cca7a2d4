"""Column mappings: how a raw table of somebody's own becomes facts.

A mapping is declared beside the pack's rules and applied in one place, so that `scan`, training and
evaluation read the same raw row as the same facts. A raw row is text by column name; a value that
says "missing" gives no fact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from keepsake.core.facts import FactKind, FactValue, quantise
from keepsake.core.features import EPOCH

RawRow = Mapping[str, str]
DAY_SECONDS = 86400.0
MOST_KEPT = 10_000
MONTH_NAMES = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
MONTHS = {
    name: number
    for number, full in enumerate(MONTH_NAMES, start=1)
    for name in (full, full[:3], str(number), f"{number:02}")
}
YES = frozenset({"1", "true", "yes", "y"})
NO = frozenset({"0", "false", "no", "n"})


class MappingError(ValueError):
    """A raw row that the mapping cannot read: which column, which value, and why."""

    def __init__(self, column: str, value: str, why: str) -> None:
        super().__init__(f"column {column!r}: {value!r} {why}")
        self.column = column
        self.value = value


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """How one fact comes from columns.

    One column is the common case. A date may come from three (`year`, `month`, `day`). A time may
    be a mapped date (`from_date`) less a mapped number of days (`less_days`). A `constant` is the
    same word in every row. `words` translates; where it is given, an unlisted word becomes
    `other`, and without `other` it is missing.
    """

    fact: str
    kind: FactKind
    columns: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    other: str | None = None
    currency: str = ""
    from_date: str = ""
    less_days: str = ""
    constant: str = ""


@dataclass(frozen=True, slots=True)
class TableMapping:
    """A declared mapping of one raw table: its facts, its label, and columns never to be read.

    `event` is what a positive label says of the case: `cancelled`, or `kept`.
    """

    name: str
    pack: str
    subject_type: str
    fields: tuple[FieldMapping, ...]
    missing: frozenset[str] = frozenset({""})
    subject_id: str = ""
    occurred: str = ""
    label: str = ""
    positive: frozenset[str] = frozenset({"1"})
    event: str = "cancelled"
    withheld: Mapping[str, str] = field(default_factory=dict)

    def columns(self) -> frozenset[str]:
        """Return the raw columns that facts are made of."""
        return frozenset(column for mapped in self.fields for column in mapped.columns)


@dataclass(frozen=True, slots=True)
class MappedValue:
    """One value as a request would carry it: money with its currency, all else plain."""

    fact: str
    kind: FactKind
    value: FactValue
    currency: str = ""


def map_row(mapping: TableMapping, row: RawRow) -> dict[str, MappedValue]:
    """Return the values of one raw row by fact name; raise MappingError where it cannot be read."""
    return row_reader(mapping)(row)


def row_reader(mapping: TableMapping) -> Callable[[RawRow], dict[str, MappedValue]]:
    """Return what reads many rows as `map_row` reads one.

    Most texts of a column come again, so what they say is kept.
    """
    plan = [(spec, dict[object, MappedValue | None]()) for spec in mapping.fields]

    def read(row: RawRow) -> dict[str, MappedValue]:
        mapped: dict[str, MappedValue] = {}
        get = row.get
        for spec, kept in plan:
            if spec.from_date:
                value = _mapped(spec, _derived(spec, mapped))
            else:
                texts = tuple([get(column, "") for column in spec.columns])
                try:
                    value = kept[texts]
                except KeyError:
                    value = _mapped(spec, _read(spec, texts, mapping.missing))
                    _keep(kept, texts, value)
            if value is not None:
                mapped[spec.fact] = value
        return mapped

    return read


def _keep(kept: dict[object, MappedValue | None], texts: object, value: MappedValue | None) -> None:
    """Keep what texts say; of a column with too many different ones, the latest."""
    if len(kept) >= MOST_KEPT:
        kept.clear()
    kept[texts] = value


def _mapped(spec: FieldMapping, value: FactValue | None) -> MappedValue | None:
    return None if value is None else MappedValue(spec.fact, spec.kind, value, spec.currency)


def to_facts(mapped: Iterable[MappedValue], rates: Mapping[str, float]) -> dict[str, FactValue]:
    """Return mapped values as facts: money in the pack's currency, numbers quantised.

    Money of a currency without a rate gives no fact.
    """
    facts: dict[str, FactValue] = {}
    for item in mapped:
        value = item.value
        if item.kind is FactKind.MONEY and item.currency:
            if item.currency not in rates:
                continue
            value = float(value) * rates[item.currency]
        facts[item.fact] = quantise(value) if isinstance(value, float) else value
    return facts


def label_of(mapping: TableMapping, row: RawRow) -> bool | None:
    """Return whether the row is labelled positive; None where the label is missing."""
    raw = row.get(mapping.label, "").strip()
    return None if raw in mapping.missing else raw in mapping.positive


def _derived(spec: FieldMapping, mapped: Mapping[str, MappedValue]) -> FactValue | None:
    start, days = mapped.get(spec.from_date), mapped.get(spec.less_days)
    if start is None or days is None:
        return None
    day = float(start.value) - float(days.value)
    return day * DAY_SECONDS if spec.kind is FactKind.TIME else day


def _read(spec: FieldMapping, texts: Sequence[str], missing: frozenset[str]) -> FactValue | None:
    if spec.constant:
        return spec.constant
    raw = [text.strip() for text in texts]
    if any(text in missing for text in raw):
        return None
    if spec.words:
        return spec.words.get(raw[0], spec.other)
    if len(raw) == len(("year", "month", "day")):
        return _day_of(spec, raw)
    try:
        return _value(spec.kind, raw[0])
    except ValueError as error:
        raise MappingError(spec.columns[0], raw[0], f"is no {spec.kind}") from error


def _day_of(spec: FieldMapping, raw: Sequence[str]) -> float:
    year, month, day = raw
    try:
        return float(date(int(year), MONTHS[month.lower()], int(day)).toordinal() - EPOCH)
    except (KeyError, ValueError) as error:
        raise MappingError(", ".join(spec.columns), " ".join(raw), "is no date") from error


def _value(kind: FactKind, text: str) -> FactValue:
    if kind is FactKind.FLAG:
        if text.lower() not in YES | NO:
            raise ValueError(text)
        return text.lower() in YES
    if kind is FactKind.DATE:
        return float(date.fromisoformat(text).toordinal() - EPOCH)
    if kind is FactKind.TIME:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    return quantise(float(text)) if kind.is_numeric else text
