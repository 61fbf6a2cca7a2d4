"""A complaint as it comes in, and the request that decides it.

What people say of it stands above what its words show. `AT_STAKE` is what is taken to be at stake
where nobody says: the margin of the booking, or what the customer brings in a year where that is
more (D).
"""

from __future__ import annotations

from google.type.money_pb2 import Money

from keepsake.intake.columns import money, put
from keepsake.intake.feedback import Desk, Row, begun, finished
from keepsake.intake.signs import alarms, topic
from keepsake.v1.common_pb2 import Intercept
from keepsake.v1.intercept_pb2 import RecommendRequest

KIND, RECEIVED = "complaint", "received"
AT_STAKE = "complaint.at_stake"
COLUMNS = {
    "id": "the CRM's id of the complaint",
    "received": "when it came, as 2026-05-12T10:00Z",
    "channel": "email, phone, chat, web (email if none is said)",
    "jurisdiction": "the law that protects the customer: DE, US-NY",
    "customer": "the CRM's id of the customer",
    "booking": "the CRM's id of the booking: letters and calls about one are one subject",
    "topic": "a reason of the pack, if somebody has read it; else the words are",
    "claimed": "what is asked for: 120 EUR",
    "text": "the words",
    "language": "in which to answer: en, de",
    "case_id": "the case it goes on with",
}
"""The columns of a complaint; any other is called as its fact is (`booking.value`)."""
_DAYS_A_YEAR = 365
_NANOS = 1_000_000_000


def complaint_request(row: Row, desk: Desk) -> RecommendRequest:
    """Return the request of a row; raise InvalidRequest with what is missing or cannot be read."""
    intercept = begun(row, desk, kind=KIND, received=RECEIVED)
    intercept.channel = row.get("channel", "email")
    intercept.stated_reason = row.get("topic", "") or topic(intercept.words)
    if row.get("customer"):
        intercept.customer.id = row["customer"]
    put(intercept, "complaint.received_date", row[RECEIVED][:10])
    for name in sorted(alarms(intercept.words)):
        put(intercept, name, "true")
    if "claimed" in row:
        put(intercept, "complaint.claimed", row["claimed"])
    request = finished(intercept, row, desk, plain=COLUMNS)
    if AT_STAKE not in intercept.attributes:
        _put_at_stake(request.intercept)
    return request


def _put_at_stake(intercept: Intercept) -> None:
    """Add what is at stake, where it can be told; amounts of two currencies are not compared."""
    margin = intercept.booking.margin
    customer = intercept.customer
    years = max(customer.tenure_days / _DAYS_A_YEAR, 1.0)
    yearly = _units(customer.lifetime_value) / years
    known = [each for each in (margin, customer.lifetime_value) if each.currency_code]
    if not known:
        return
    is_mixed = len({each.currency_code for each in known}) > 1
    most = max(_units(margin), 0.0 if is_mixed else yearly, 0.0)
    found = money(f"{most:.2f} {known[0].currency_code}")
    intercept.attributes[AT_STAKE].money.CopyFrom(found)


def _units(amount: Money) -> float:
    units: int = amount.units
    nanos: int = amount.nanos
    return units + nanos / _NANOS
