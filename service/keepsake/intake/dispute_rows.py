"""Rows of a processor's table of disputes, by the mapping that says which column is which fact."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from google.type.date_pb2 import Date
from google.type.money_pb2 import Money

from keepsake.core.errors import FieldViolation, InvalidRequest
from keepsake.core.facts import FactKind
from keepsake.core.mapping import MappedValue, MappingError, RawRow, TableMapping, map_row
from keepsake.intake.claims import SPLIT_CODES, claim_of
from keepsake.intake.dispute import Dispute, Value, moment
from keepsake.intake.dispute_reasons import stated_reason
from keepsake.intake.stripe_words import STAGES, code_of

TEXT, CURRENCY, CUSTOMER = "dispute.issuer_text", "dispute.currency", "dispute.customer"
"""What a mapping may name beside facts: the issuer's text, the currency of a row, our customer."""
RECEIVED = "dispute.received_time"
_APART = frozenset({TEXT, CURRENCY, CUSTOMER})
_EPOCH = date(1970, 1, 1)
_NANOS = 1_000_000_000


def read_row(row: RawRow, mapping: TableMapping) -> Dispute:
    """Return the dispute of one row; raise InvalidRequest with the column that is wrong."""
    name = row.get(mapping.subject_id, "").strip()
    if not name:
        raise _wrong(mapping.subject_id, "", "the id of the dispute is needed")
    try:
        read = map_row(mapping, row)
    except MappingError as error:
        raise _wrong(error.column, error.value, str(error)) from error
    said = {fact: str(read[fact].value) for fact in _APART & read.keys()}
    facts = {
        fact: _value(each, said.get(CURRENCY, ""))
        for fact, each in read.items()
        if fact not in _APART
    }
    network, code = str(facts.get("dispute.network", "")), str(facts.get("dispute.code", ""))
    claim = claim_of(network, code, said.get(TEXT, ""))
    if claim:
        facts.setdefault("dispute.claim", claim)
    status = str(facts.get("dispute.status", ""))
    if status in STAGES:
        facts.setdefault("dispute.stage", STAGES[status])
    stripe_reason = str(facts.get("dispute.stripe_reason", ""))
    is_split = (network, code) in SPLIT_CODES
    received = read.get(RECEIVED)
    return Dispute(
        name,
        moment(int(received.value) if received else 0),
        facts,
        reason=stated_reason(stripe_reason, claim, is_split=is_split),
        customer_id=said.get(CUSTOMER, ""),
        issuer_text=said.get(TEXT, ""),
    )


def _value(read: MappedValue, currency: str) -> Value:
    match read.kind:
        case FactKind.MONEY:
            return _money(read, read.currency or currency)
        case FactKind.DATE:
            day = _EPOCH + timedelta(days=int(read.value))
            return Date(year=day.year, month=day.month, day=day.day)
        case FactKind.TIME:
            return moment(int(read.value))
        case FactKind.ONE_OF | FactKind.ORDERED:
            return code_of(str(read.value))
        case FactKind.FLAG:
            return bool(read.value)
        case _:
            return float(read.value)


def _money(read: MappedValue, currency: str) -> Money:
    if not currency:
        raise _wrong(read.fact, str(read.value), f"name its currency, or map {CURRENCY}")
    number = Decimal(repr(float(read.value)))
    units = int(number)
    nanos = int((number - units) * _NANOS)
    return Money(currency_code=currency.upper(), units=units, nanos=nanos)


def _wrong(field: str, value: str, allowed: str) -> InvalidRequest:
    return InvalidRequest((FieldViolation(field, value, allowed),))
