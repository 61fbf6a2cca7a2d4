"""Rows of a CSV file that tell how cases ended, or whether saves still hold, as requests."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from google.type.money_pb2 import Money

from keepsake.core.outcomes import Ending
from keepsake.v1.case_pb2 import OfferCost, RecordOutcomeRequest, ValidateOutcomeRequest

COLUMNS = {
    "case_id": "the case, as the decision told it",
    "outcome": ", ".join(Ending),
    "kept": "what is left of what was at stake, as 1200.50",
    "currency": "of kept and costs, as USD",
    "costs": "what offers cost in the end, as `expedite=120.00; free-resize=35`",
    "ended": "when it ended, as 2026-07-14T16:30:00Z, or a day",
    "note": "what is to be remembered",
    "still_kept": "yes or no: whether a save still holds",
    "heard_until": "until when the CRM knows that, as `ended`",
    "request_id": "if you have one; else a digest of the row",
}
"""The columns that are read; every other is passed over. Only `case_id` must be there."""
ENDINGS = tuple(str(ending) for ending in Ending)
_YES_OR_NO = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_FORMS = {
    "case_id": re.compile(r"[a-z][a-z0-9_-]{0,63}\.[0-9]{2}\.[a-z2-7]{26}"),
    "currency": re.compile(r"([A-Z]{3})?"),
    "request_id": re.compile(r"([A-Za-z0-9][A-Za-z0-9._:@/+=-]{0,110})?"),
}
_NANOS = 10**9
_ID_DIGITS = 32
_Told = TypeVar("_Told")


class WrongField(Exception):
    """A field of a row that cannot be read: which column, and what it should hold."""

    def __init__(self, column: str, value: str, allowed: str) -> None:
        super().__init__(f"{column}: {value!r} is not allowed; {allowed}")


@dataclass(frozen=True, slots=True)
class Row:
    """One row, and the line it stands on: how a case ended, whether that still holds, or both."""

    line: int
    outcome: RecordOutcomeRequest | None
    validation: ValidateOutcomeRequest | None


def read_row(line: int, fields: Mapping[str, str]) -> Row:
    """Read a row; raise WrongField for the first field that cannot be read."""
    told = {name: (fields.get(name) or "").strip() for name in COLUMNS}
    for column, pattern in _FORMS.items():
        if not pattern.fullmatch(told[column]):
            raise WrongField(column, told[column], COLUMNS[column])
    if not told["outcome"] and not told["still_kept"]:
        raise WrongField("outcome", "", f"{COLUMNS['outcome']}; or still_kept")
    return Row(
        line,
        _outcome(told) if told["outcome"] else None,
        _validation(told) if told["still_kept"] else None,
    )


def _outcome(told: Mapping[str, str]) -> RecordOutcomeRequest:
    if told["outcome"] not in ENDINGS:
        raise WrongField("outcome", told["outcome"], f"one of {', '.join(ENDINGS)}")
    request = RecordOutcomeRequest(
        case_id=told["case_id"], outcome=told["outcome"], note=told["note"]
    )
    if told["kept"]:
        request.kept.CopyFrom(_money("kept", told["kept"], told["currency"]))
    if told["ended"]:
        request.ended_time.CopyFrom(_time("ended", told["ended"]))
    request.costs.extend(_costs(told["costs"], told["currency"]))
    request.request_id = told["request_id"] or _digest(request)
    return request


def _validation(told: Mapping[str, str]) -> ValidateOutcomeRequest:
    still_kept = _YES_OR_NO.get(told["still_kept"].casefold())
    if still_kept is None:
        raise WrongField("still_kept", told["still_kept"], "yes or no")
    if not told["heard_until"]:
        raise WrongField("heard_until", "", COLUMNS["heard_until"])
    request = ValidateOutcomeRequest(
        case_id=told["case_id"],
        still_kept=still_kept,
        heard_until_time=_time("heard_until", told["heard_until"]),
    )
    given = told["request_id"]
    request.request_id = f"{given}/still-kept" if given else _digest(request)
    return request


def _costs(text: str, currency: str) -> Iterator[OfferCost]:
    for each in filter(None, (part.strip() for part in text.split(";"))):
        offer_id, equals, amount = each.partition("=")
        if not equals:
            raise WrongField("costs", each, COLUMNS["costs"])
        yield OfferCost(offer_id=offer_id.strip(), cost=_money("costs", amount.strip(), currency))


def _money(column: str, text: str, currency: str) -> Money:
    amount = _read(column, text, Decimal, allowed=COLUMNS["kept"])
    if not amount.is_finite() or amount < 0:
        raise WrongField(column, text, "not less than nothing")
    if not currency:
        raise WrongField("currency", "", COLUMNS["currency"])
    units = int(amount)
    return Money(currency_code=currency, units=units, nanos=int((amount - units) * _NANOS))


def _time(column: str, text: str) -> Timestamp:
    moment = _read(column, text, datetime.fromisoformat, allowed=COLUMNS["ended"])
    stamp = Timestamp()
    stamp.FromDatetime(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    return stamp


def _read(column: str, text: str, reader: Callable[[str], _Told], *, allowed: str) -> _Told:
    try:
        return reader(text)
    except (ValueError, InvalidOperation) as cause:
        raise WrongField(column, text, allowed) from cause


def _digest(request: Message) -> str:
    """Return the same id for the same row, so that a file may be imported again."""
    body = request.SerializeToString(deterministic=True)
    return f"import:{hashlib.sha256(body).hexdigest()[:_ID_DIGITS]}"
