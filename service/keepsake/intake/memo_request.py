"""A memo that was read, and what a person says of it, as the request that decides it.

What is in doubt is not sent. The passenger is sent nowhere, the tickets only as what the case is
related to; the reason goes with the words of the case.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from google.type.date_pb2 import Date
from google.type.money_pb2 import Money

from keepsake.intake.memo_text import Memo
from keepsake.intake.memo_values import READERS, amount, day, taxes
from keepsake.v1.common_pb2 import AttributeValue, Contract, Intercept, Related
from keepsake.v1.intercept_pb2 import RecommendRequest

KIND, SUBJECT, CHANNEL = "debit_memo", "memo", "settlement"
NEEDED = ("memo.number", "memo.airline", "memo.amount", "memo.country")
_PARTIES = {"memo.consultant": "consultant", "memo.airline": "airline"}
_LINKED = {"chargeback": "chargeback", "booking": "booking"}
_NO_FACTS = frozenset({"memo.country", "memo.currency", "reason", *_LINKED})
_AMOUNTS = frozenset(name for name, read in READERS.items() if read in (amount, taxes))
_DAYS = frozenset(name for name, read in READERS.items() if read is day)
_MONEY = re.compile(r"([A-Z]{3}) (\d+(?:\.\d+)?)")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_NANOS = 1_000_000_000
_MOST_OFFERS = 5
_MOST_TICKETS = 12


@dataclass(frozen=True, slots=True)
class Desk:
    """What a memo does not say: whose pack it is decided by, and what people know of it.

    `said` are facts by name, each as a text: `EUR 12.50`, `2026-05-12`, `true`, a word. They stand
    above what was read.
    """

    pack: str = "travel"
    case_id: str = ""
    language: str = ""
    said: Mapping[str, str] = field(default_factory=dict)


def values_of(memo: Memo, desk: Desk) -> dict[str, str]:
    """Return everything that is sure, by name."""
    return {one.name: one.value for one in memo.fields if not one.doubt} | dict(desk.said)


def lacking(memo: Memo, desk: Desk) -> tuple[str, ...]:
    """Return what must be said before the memo can be decided."""
    known = values_of(memo, desk)
    return tuple(name for name in NEEDED if not known.get(name))


def memo_request(memo: Memo, desk: Desk) -> RecommendRequest:
    """Return the request; `lacking` must be empty. The same memo, said the same, is the same id."""
    known = values_of(memo, desk)
    subject = f"{known['memo.airline']}-{known['memo.number']}"
    intercept = Intercept(
        kind=KIND,
        channel=CHANNEL,
        subject_type=SUBJECT,
        subject_id=subject,
        jurisdiction=known["memo.country"],
        stated_reason=known.get("reason", ""),
        language=desk.language,
        words=memo.reason_text,
        related=_related(memo, known),
        contract=Contract(consumer=False, price_personalised=False),
        case_id=desk.case_id,
    )
    for name in sorted(known.keys() - _NO_FACTS):
        intercept.attributes[name].CopyFrom(_attribute(name, known[name]))
    told = "|".join((*(f"{name}={known[name]}" for name in sorted(known)), memo.reason_text))
    digest = hashlib.sha256(f"{told}|{desk.case_id}".encode()).hexdigest()[:16]
    return RecommendRequest(
        request_id=f"memo-{subject}-{digest}",
        pack=desk.pack,
        intercept=intercept,
        max_offers=_MOST_OFFERS,
    )


def _related(memo: Memo, known: Mapping[str, str]) -> Iterator[Related]:
    """Yield what it hangs on: its tickets, what a person links it with, and who had a part."""
    yield from (Related(type="ticket", id=ticket) for ticket in memo.documents[:_MOST_TICKETS])
    yield from (Related(type=kind, id=known[name]) for name, kind in _LINKED.items()
                if name in known)  # fmt: skip
    yield from (Related(type=kind, id=known[name], party=True)
                for name, kind in _PARTIES.items() if name in known)  # fmt: skip


def _attribute(name: str, text: str) -> AttributeValue:
    """Return a value as an attribute: by its name where it is known, else by its form."""
    if found := _MONEY.fullmatch(text):
        return AttributeValue(money=_money(found[1], Decimal(found[2])))
    is_code = name in READERS and name not in _AMOUNTS | _DAYS
    if is_code:
        return AttributeValue(text=text)
    if _DAY.fullmatch(text):
        found_day = date.fromisoformat(text)
        return AttributeValue(
            date=Date(year=found_day.year, month=found_day.month, day=found_day.day)
        )
    if text in ("true", "false"):
        return AttributeValue(flag=text == "true")
    if _NUMBER.fullmatch(text):
        return AttributeValue(number=float(text))
    return AttributeValue(text=text)


def _money(currency: str, number: Decimal) -> Money:
    units, rest = divmod(number, 1)
    return Money(currency_code=currency, units=int(units), nanos=int(rest * _NANOS))
