"""Reads what a business counted in a month of its card payments."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from keepsake.core.errors import FieldViolation, InvalidRequest
from keepsake.core.programmes import Month

Count = Annotated[int, Field(ge=0, le=10**12)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class VisaShape(_Shape):
    """Visa: `fraud_reports` are TC40, `disputes` TC15, `settled` are CNP sales (TC05) of the month.

    `resolved_before` were settled before they became a dispute (RDR, CDRN), `ce3_fraud` are fraud
    reports that Compelling Evidence 3.0 answered.
    """

    fraud_reports: Count | None = None
    disputes: Count | None = None
    resolved_before: Count | None = None
    ce3_fraud: Count | None = None
    settled: Count | None = None
    fraud_usd: Count | None = None
    enumerated: Count | None = None
    authorisations: Count | None = None


class MastercardShape(_Shape):
    """Mastercard: chargebacks of this month are held against the sales of the month before."""

    chargebacks: Count | None = None
    transactions_last_month: Count | None = None
    fraud_transactions: Count | None = None
    ecommerce_transactions: Count | None = None
    fraud_usd: Count | None = None
    three_ds_percent: Annotated[float, Field(ge=0, le=100)] | None = None


class OtherShape(_Shape):
    """Another network."""

    disputes: Count | None = None
    settled: Count | None = None


class MonthShape(_Shape):
    """A whole month; `region` is Visa's (US, CA, EU, AP, LAC, CEMEA)."""

    month: Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
    region: Annotated[str, Field(pattern=r"^(US|CA|EU|AP|LAC|CEMEA)?$")] = ""
    regulated: bool = False
    visa: VisaShape | None = None
    mastercard: MastercardShape | None = None
    amex: OtherShape | None = None
    discover: OtherShape | None = None


def read_month(payload: object) -> Month:
    """Return a month that was counted; raise InvalidRequest with every wrong field."""
    try:
        shape = MonthShape.model_validate(payload)
    except ValidationError as error:
        raise InvalidRequest(tuple(map(_violation, error.errors()))) from error
    networks = ("visa", "mastercard", "amex", "discover")
    told = {name: getattr(shape, name) for name in networks if getattr(shape, name) is not None}
    counts = {name: _told(each) for name, each in told.items()}
    day = date.fromisoformat(f"{shape.month}-01")
    return Month(day, counts, region=shape.region, regulated=shape.regulated)


def _told(shape: BaseModel) -> dict[str, float]:
    return {name: value for name, value in shape.model_dump().items() if value is not None}


def _violation(found: Any) -> FieldViolation:
    where = ".".join(str(part) for part in found["loc"]) or "month"
    value = "" if found["type"] == "missing" else str(found["input"])[:80]
    return FieldViolation(where, value, found["msg"][:1].lower() + found["msg"][1:])
