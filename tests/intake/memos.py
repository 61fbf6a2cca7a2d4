"""Debit memos in the layouts of several airlines, generated with what is true of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

REASONS = {
    "fare_undercollection": "Fare difference, advance purchase not met",
    "commission_wrong": "Commission over claimed",
    "plating_violation": "Wrong plate used for this itinerary",
    "schedule_change_mishandled": "Involuntary rebooking not applied",
    "churning": "Churning of segments",
}
_DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))
_AMOUNTS = st.decimals(min_value=Decimal("0.01"), max_value=999_999, places=2)


@dataclass(frozen=True)
class TrueMemo:
    """What a memo says."""

    airline: str
    serial: str
    agency: str
    issued: date
    sold: date
    flown: date
    amount: Decimal
    fee: Decimal
    currency: str
    ticket: str
    name: str
    fcmi: str
    cause: str

    @property
    def fields(self) -> dict[str, str]:
        """Return what a reader should find, by fact."""
        return {
            "memo.number": self.serial,
            "memo.airline": self.airline,
            "memo.agency": self.agency,
            "memo.issue_date": self.issued.isoformat(),
            "memo.document_issue_date": self.sold.isoformat(),
            "memo.final_travel_date": self.flown.isoformat(),
            "memo.amount": f"{self.currency} {self.amount:.2f}",
            "memo.admin_fee": f"{self.currency} {self.fee:.2f}",
            "memo.fcmi": {"0": "auto", "1": "manual"}[self.fcmi],
            "reason": self.cause,
        }


def _digits(many: int) -> st.SearchStrategy[str]:
    return st.text(alphabet="0123456789", min_size=many, max_size=many)


@st.composite
def true_memos(draw: st.DrawFn) -> TrueMemo:
    """Draw a memo."""
    seven, airline = draw(_digits(7)), draw(_digits(3))
    return TrueMemo(
        airline=airline,
        serial="6" + draw(_digits(9)),
        agency=f"{seven}{int(seven) % 7}",
        issued=draw(_DAYS),
        sold=draw(_DAYS),
        flown=draw(_DAYS),
        amount=draw(_AMOUNTS),
        fee=draw(_AMOUNTS),
        currency=draw(st.sampled_from(["EUR", "USD", "GBP"])),
        ticket=airline + "2" + draw(_digits(9)),
        name=draw(st.sampled_from(["MUSTERMANN/ERIKA MRS", "OKAFOR/CHIDI", "SMITH/JOHN MR"])),
        fcmi=draw(st.sampled_from("01")),
        cause=draw(st.sampled_from(sorted(REASONS))),
    )


def as_settlement_system(memo: TrueMemo) -> str:
    """Write a memo as lines of label and value."""
    return f"""AGENCY DEBIT MEMO
ADM number: {memo.airline}-{memo.serial}
Transaction code: ADMA
Airline code: {memo.airline}
Agent code: {memo.agency}
Date of issue: {memo.issued:%Y-%m-%d}
Currency: {memo.currency}
Related document: {memo.ticket}
Related document issue date: {memo.sold:%Y-%m-%d}
Final travel date: {memo.flown:%Y-%m-%d}
Passenger: {memo.name}
FCMI: {memo.fcmi}
Administration fee: {memo.fee:.2f}
Total amount: {memo.amount:.2f}
Reason for memo: {REASONS[memo.cause]} by {memo.name.split("/")[0]}
"""


def as_columns(memo: TrueMemo) -> str:
    """Write a memo in two columns, with dates and marks of an American airline."""
    return f"""Carrier {memo.airline}     IATA No. {memo.agency[:2]}-{memo.agency[2]} {memo.agency[3:7]} {memo.agency[7]}
ADM NO: {memo.airline} {memo.serial}     Issue date: {memo.issued:%m/%d/%Y}
Ticket: {memo.ticket[:3]}-{memo.ticket[3:]}     Ticket issue date: {memo.sold:%m/%d/%Y}
Passenger name: {memo.name}     Last travel date: {memo.flown:%m/%d/%Y}
FCMI  {memo.fcmi}
Admin fee:  {memo.currency} {memo.fee:,.2f}
Total due:  {memo.currency} {memo.amount:,.2f}
Reason: {REASONS[memo.cause]}
for passenger {memo.name}
"""  # noqa: E501 - one line of the layout


def as_german_letter(memo: TrueMemo) -> str:
    """Write a memo as a letter, with commas before cents."""
    fee, amount = (
        f"{one:,.2f}".replace(",", "T").replace(".", ",").replace("T", ".")
        for one in (memo.fee, memo.amount)
    )
    return f"""Sehr geehrte Damen und Herren,

Belastungsnummer: {memo.serial}
Fluggesellschaft: {memo.airline}
IATA-Nummer: {memo.agency}
Ausstellungsdatum: {memo.issued:%d.%m.%Y}
Ticketnummer: {memo.ticket}
Verkaufsdatum: {memo.sold:%d.%m.%Y}
Letzter Reisetag: {memo.flown:%d.%m.%Y}
Reisender: {memo.name}
FCMI: {memo.fcmi}
Bearbeitungsgebühr: {fee} {memo.currency}
Gesamtbetrag: {amount} {memo.currency}
Grund: {REASONS[memo.cause]}

Mit freundlichen Grüßen
"""


LAYOUTS = (as_settlement_system, as_columns, as_german_letter)
