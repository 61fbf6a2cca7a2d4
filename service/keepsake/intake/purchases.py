"""Reads what a shop stored of its purchases, and tells whether Compelling Evidence 3.0 is met.

Addresses, IPs and devices are compared here, at the caller's side. Only what came of it is sent:
whether it is met by every reading, by some, or by none.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, NamedTuple

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
)

from keepsake.core.ce3 import READINGS, Purchase, Qualification, qualify
from keepsake.core.errors import FieldViolation, InvalidRequest

_ADDRESS = ("line1", "city", "postal_code", "country")
_YES, _NO = ("true", "yes", "1"), ("false", "no", "0", "")
_MOST = 1000


def _truth(value: Any) -> Any:
    """Return what a table writes for yes and no as such."""
    word = str(value).strip().lower()
    return True if word in _YES else False if word in _NO else value


def _plain(value: Any) -> Any:
    return " ".join(value.casefold().split()) if isinstance(value, str) else value


def _whole_address(value: Any) -> Any:
    """Return an address that has all its fields as one text; one that lacks some is none."""
    if not isinstance(value, Mapping):
        return _plain(value)
    fields = [str(value.get(name) or "").strip() for name in _ADDRESS]
    return _plain(" ".join(fields)) if all(fields) else ""


def _ip(value: str) -> str:
    return ipaddress.ip_address(value.strip()).compressed if value.strip() else ""


Flag = Annotated[bool, BeforeValidator(_truth)]
Name = Annotated[str, BeforeValidator(_plain), Field(max_length=500)]


class PurchaseShape(BaseModel):
    """One purchase of a file; of an address all of line1, city, postal_code and country count."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    id: Annotated[str, Field(min_length=1, max_length=128)]
    day: date
    account: Name = ""
    ip: Annotated[str, Field(max_length=100), AfterValidator(_ip)] = ""
    address: Annotated[str, BeforeValidator(_whole_address), Field(max_length=1000)] = ""
    device: Name = ""
    fingerprint: Name = ""
    same_card: Flag = True
    disputed: Flag = False
    reported_fraud: Flag = False
    validation: Flag = False
    paid: Flag = True


COLUMNS = tuple(PurchaseShape.model_fields)
_LIST = TypeAdapter(Annotated[list[PurchaseShape], Field(max_length=_MOST)])


def read_purchases(rows: object) -> tuple[Purchase, ...]:
    """Return the purchases of a list; raise InvalidRequest with every wrong field."""
    try:
        shapes = _LIST.validate_python(rows)
        return tuple(Purchase(**dict(shape)) for shape in shapes)
    except ValidationError as error:
        wrong = tuple(_violation(found) for found in error.errors())
        raise InvalidRequest(wrong) from error


def _violation(found: Any) -> FieldViolation:
    where = ".".join(str(part) for part in ("purchases", *found["loc"]))
    value = "" if found["type"] == "missing" else str(found["input"])[:80]
    return FieldViolation(where, value, found["msg"][:1].lower() + found["msg"][1:])


class Ce3(NamedTuple):
    """What comes of all readings."""

    disputed: Purchase
    readings: tuple[Qualification, ...]

    @property
    def word(self) -> str:
        """What comes of it in the words of the fact `dispute.ce3_history`."""
        met = [reading.is_met for reading in self.readings]
        return "qualified" if all(met) else "by_one_reading" if any(met) else "not_qualified"

    @property
    def facts(self) -> Mapping[str, str]:
        """What is sent of it."""
        return {"dispute.ce3_history": self.word}


def check_ce3(purchases: Sequence[Purchase], disputed_id: str, dispute_day: date) -> Ce3:
    """Return whether the purchases show that the cardholder made one of them, by each reading."""
    disputed = next((each for each in purchases if each.id == disputed_id), None)
    if disputed is None:
        allowed = "the purchase that is disputed stands in the file, too"
        raise InvalidRequest((FieldViolation("purchases", disputed_id, allowed),))
    others = [each for each in purchases if each is not disputed]
    found = (qualify(disputed, others, each, dispute_day=dispute_day) for each in READINGS)
    return Ce3(disputed, tuple(found))
