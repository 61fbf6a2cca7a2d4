"""Rows of a table of memos, each read as a pasted memo is: what is not sure says so.

The mapping says which column is which fact. How the file writes amounts and dates is seen from all
of its rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from keepsake.core.facts import FactKind
from keepsake.core.mapping import NO, YES, FieldMapping, RawRow, TableMapping
from keepsake.intake import memo_values, written_amounts, written_dates
from keepsake.intake.memo_causes import causes_of
from keepsake.intake.memo_text import Memo, Seen
from keepsake.intake.memo_values import READERS, Context, Value

DOCUMENTS, REASON_TEXT, REASON = "memo.documents", "memo.reason_text", "reason"
_APART = frozenset({DOCUMENTS, REASON_TEXT})


def read_rows(rows: Sequence[RawRow], mapping: TableMapping) -> Iterator[Memo]:
    """Yield the memo of each row."""
    shown = _shown(rows, mapping)
    for row in rows:
        texts = {spec.fact: _text(spec, row, mapping) for spec in mapping.fields}
        said = memo_values.currency(texts.get("memo.currency", ""), shown).value
        context = shown._replace(currency=said)
        fields = [
            Seen(spec.fact, *_read(spec, text, context))
            for spec in mapping.fields
            if spec.fact not in _APART and (text := texts[spec.fact])
        ]
        reason = texts.get(REASON_TEXT, "")
        if REASON not in {one.name for one in fields}:
            fields += _cause(reason)
        tickets = memo_values.documents(texts.get(DOCUMENTS, ""))
        yield Memo(tuple(fields), tuple(tickets), reason)


def _shown(rows: Sequence[RawRow], mapping: TableMapping) -> Context:
    amounts, days = list[str](), list[str]()
    for spec in mapping.fields:
        kept = amounts if spec.kind is FactKind.MONEY else days
        if spec.kind in (FactKind.MONEY, FactKind.DATE):
            kept += [_text(spec, row, mapping) for row in rows]
    numbers = [found for text in amounts for found in written_amounts.WRITTEN.findall(text)]
    return Context(written_amounts.decimal_mark(numbers), written_dates.order_of(days))


def _text(spec: FieldMapping, row: RawRow, mapping: TableMapping) -> str:
    if spec.constant:
        return spec.constant
    text = row.get(spec.columns[0], "").strip() if spec.columns else ""
    if text in mapping.missing:
        return ""
    return spec.words.get(text, spec.other or "") if spec.words else text


def _read(spec: FieldMapping, text: str, context: Context) -> tuple[str, str, str]:
    read = READERS.get(spec.fact, _KINDS.get(spec.kind, _plain))
    value = read(text, context)
    return value.value, text, value.doubt


def _flag(text: str, _context: Context) -> Value:
    word = text.casefold()
    if word in YES or word in NO:
        return Value("true" if word in YES else "false")
    return Value(doubt="is neither yes nor no")


def _plain(text: str, _context: Context) -> Value:
    return Value(text)


_KINDS = {FactKind.FLAG: _flag, FactKind.MONEY: memo_values.amount, FactKind.DATE: memo_values.day}


def _cause(reason: str) -> Iterator[Seen]:
    causes = causes_of(reason)
    value = causes[0] if len(causes) == 1 else ""
    doubt = "" if value else f"may be {', '.join(causes)}" if causes else "no known cause is named"
    yield Seen(REASON, value, reason, doubt)
