"""The pasted text of a debit memo, read into its fields; nothing is guessed.

A field is known, or in doubt with what was read and why. What is in doubt is never sent: it stays
a missing fact until a person says it. The passenger is found so that the name can be taken out of
the text that is kept, and for nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from keepsake.intake import memo_values, written_amounts, written_dates
from keepsake.intake.memo_causes import causes_of
from keepsake.intake.memo_labels import Labelled, is_labelled, labelled
from keepsake.intake.memo_values import READERS, Context, Value

MOST = 20_000
"""As many characters of a memo as the API takes of words; a reason has at most 900."""
PASSENGER = "[passenger]"
_SHORTEST_NAME = 3


class Seen(NamedTuple):
    """A field as it was read: its value, or the doubt about what stands there."""

    name: str
    value: str
    text: str
    doubt: str = ""


class Memo(NamedTuple):
    """A memo as it was read. `reason_text` names no passenger; `documents` are its tickets."""

    fields: tuple[Seen, ...]
    documents: tuple[str, ...]
    reason_text: str

    def value(self, name: str) -> str:
        """Return the value of a field; empty where it is in doubt or does not stand there."""
        return next((one.value for one in self.fields if one.name == name and not one.doubt), "")


def read_memo(text: str) -> Memo:
    """Read a memo; any text can be read, if only to nothing."""
    lines = text[:MOST].replace("\r", "\n").split("\n")
    found = labelled(lines)
    context = _context(text[:MOST], found)
    fields = [*_fields(found, context)]
    reason = _without_names(_reason(lines, found), found)
    tickets = _tickets(text[:MOST], found)
    known = {one.name for one in fields}
    fields += _implied(text[:MOST], tickets, known, context=context)
    fields += _of_reason(reason)
    return Memo(tuple(fields), tuple(tickets), reason)


def _context(text: str, found: Sequence[Labelled]) -> Context:
    plain = written_amounts.CURRENCY.sub(" ", text)
    dates = [one.group() for one in written_dates.WRITTEN.finditer(text)]
    for one in dates:
        plain = plain.replace(one, " ")
    said = [memo_values.currency(one.value, Context()).value
            for one in found if one.name == "memo.currency"]  # fmt: skip
    return Context(
        written_amounts.decimal_mark(written_amounts.WRITTEN.findall(plain)),
        written_dates.order_of(dates),
        (said or [written_amounts.currency_of(text)])[0],
    )


def _fields(found: Sequence[Labelled], context: Context) -> Iterable[Seen]:
    for name, read in READERS.items():
        texts = [one.value for one in found if one.name == name and one.value]
        if texts:
            values = {text: read(text, context) for text in texts}
            yield _agreed(name, values)


def _agreed(name: str, values: dict[str, Value]) -> Seen:
    """Return what all places say of one field; what cannot be read is passed over."""
    known = {text: one.value for text, one in values.items() if one.value}
    if len(set(known.values())) == 1:
        text, value = next(iter(known.items()))
        return Seen(name, value, text)
    if known:
        said = ", ".join(sorted(set(known.values())))
        return Seen(name, "", " / ".join(known), f"stands there as {said}")
    text, one = next(iter(values.items()))
    return Seen(name, "", text, one.doubt)


def _reason(lines: Sequence[str], found: Sequence[Labelled]) -> str:
    """Return the reason with the lines that go on with it, until a blank or another label."""
    said = []
    for one in found:
        if one.name != "memo.reason_text":
            continue
        said.append(one.value)
        for line in lines[one.line + 1 :]:
            if not line.strip() or is_labelled(line):
                break
            if line.strip() != one.value:
                said.append(line.strip())
    return " ".join(part for part in said if part)


def _without_names(reason: str, found: Sequence[Labelled]) -> str:
    for one in found:
        names = re.split(r"[/,\s]+", one.value) if one.name == "passenger" else []
        for name in sorted(names, key=len, reverse=True):
            if len(name) >= _SHORTEST_NAME:
                reason = re.sub(rf"\b{re.escape(name)}\b", PASSENGER, reason, flags=re.IGNORECASE)
    return re.sub(rf"{re.escape(PASSENGER)}(?:[/,\s]+{re.escape(PASSENGER)})+", PASSENGER, reason)


def _tickets(text: str, found: Sequence[Labelled]) -> list[str]:
    """Return the tickets: those behind their label, else all numbers that look like one."""
    said = [ticket for one in found if one.name == "documents"
            for ticket in memo_values.documents(one.value)]  # fmt: skip
    memos = [memo_values.documents(one.value) for one in found if one.name == "memo.number"]
    own = {number for numbers in memos for number in numbers}
    return said or [ticket for ticket in memo_values.documents(text) if ticket not in own]


def _implied(
    text: str, tickets: Sequence[str], known: set[str], *, context: Context
) -> Iterable[Seen]:
    """Yield what no label says, each with the doubt of that."""
    airlines = sorted({ticket[:3] for ticket in tickets})
    if "memo.airline" not in known and airlines:
        doubt = f"only the ticket says it: {', '.join(airlines)}"
        yield Seen("memo.airline", "", tickets[0], doubt)
    if "memo.fcmi" not in known:
        yield Seen("memo.fcmi", "", "", "not mentioned; say not_given if all of the memo is here")
    if "memo.amount" not in known:
        around = rf"(?:{written_amounts.CURRENCY.pattern})"
        number = rf"(?:{written_amounts.WRITTEN.pattern})"
        spaced = re.sub(rf"({around})", r" \1 ", text)
        priced = re.findall(rf"{around} *{number}|{number} *{around}", spaced)
        if len(priced) == 1:
            read = memo_values.amount(priced[0], context)
            doubt = f"no label; the only amount is {read.value}" if read.value else read.doubt
            yield Seen("memo.amount", "", priced[0].strip(), doubt)
        else:
            yield Seen("memo.amount", "", "", "no label, and not one amount alone")
    if "memo.issue_date" not in known:
        yield Seen("memo.issue_date", "", "", "no label says when the memo was issued")


def _of_reason(reason: str) -> Iterable[Seen]:
    causes = causes_of(reason)
    if not reason:
        yield Seen("memo.reason_given", "", "", "no reason was found; say empty if there is none")
    if len(causes) == 1:
        yield Seen("reason", causes[0], reason)
    elif causes:
        yield Seen("reason", "", reason, f"may be {', '.join(causes)}")
        said = f"speaks of {len(causes)} causes; say bundled if they are unrelated"
        yield Seen("memo.reason_given", "", reason, said)
    else:
        yield Seen("reason", "", reason, "no known cause is named")
