"""How values read on a terminal: money, chances, dates, verdicts."""

from __future__ import annotations

from google.protobuf.timestamp_pb2 import Timestamp
from google.type.date_pb2 import Date
from google.type.money_pb2 import Money
from rich.markup import escape

from keepsake.v1 import decision_pb2 as pb

VERDICTS = {
    pb.VERDICT_ALLOWED: "may be offered",
    pb.VERDICT_NEEDS_APPROVAL: "needs approval",
    pb.VERDICT_NOT_MATCHED: "did not match",
    pb.VERDICT_NOT_EVALUATED: "could not be evaluated",
    pb.VERDICT_WITHHELD: "withheld by a rule",
    pb.VERDICT_BARRED: "barred",
    pb.VERDICT_NOT_WORTH_IT: "not worth its cost",
    pb.VERDICT_CONTROL_GROUP: "control group",
    pb.VERDICT_OUTRANKED: "outranked",
}
CONFIDENCE = {
    "S": "sourced",
    "V": "one source",
    "G": "general knowledge",
    "D": "a default to be tuned",
    "F": "sources differ",
}
EVIDENCE = {
    pb.EVIDENCE_UNSPECIFIED: "no model took part",
    pb.EVIDENCE_REAL: "learned from real cases",
    pb.EVIDENCE_SIMULATED: "learned from a simulation: figures illustrate, they do not promise",
}
BAND_STYLES = {"low": "green", "medium": "yellow", "high": "red"}
_NANOS = 1_000_000_000


def amount(money: Money) -> float:
    """Return the number of a sum of money."""
    return float(money.units) + float(money.nanos) / _NANOS


def money(value: Money, *, signed: bool = False) -> str:
    """Write a sum of money: `USD 4,200`, `USD 12.50`, with its sign where that matters."""
    number = amount(value)
    cents = 0 if round(number, 2) == round(number) else 2
    sign = "-" if number < 0 else "+" if signed and number > 0 else ""
    return f"{sign}{value.currency_code} {abs(number):,.{cents}f}"


def chance(probability: float) -> str:
    """Write a probability in percent."""
    return f"{probability * 100:.0f} %"


def bar(share: float, width: int = 20) -> str:
    """Draw a share of 1 as a bar."""
    full = round(max(0.0, min(1.0, share)) * width)
    return "█" * full + "░" * (width - full)


def day(date: Date) -> str:
    """Write a date as ISO 8601."""
    return f"{date.year:04d}-{date.month:02d}-{date.day:02d}"


def moment(time: Timestamp) -> str:
    """Write a time to the minute, in UTC."""
    return time.ToDatetime().strftime("%Y-%m-%d %H:%M UTC")


def minute(time: Timestamp) -> str:
    """Write a time to the minute, where the zone, UTC, is said elsewhere."""
    return time.ToDatetime().strftime("%Y-%m-%d %H:%M")


def terms(value: pb.Terms) -> str:
    """Write the fixed terms of an offer: `5 % = USD 210`."""
    percent = f"{value.percent:g} %" if value.HasField("percent") else ""
    sum_of_money = money(value.amount) if value.HasField("amount") else ""
    return " = ".join(part for part in (percent, sum_of_money) if part)


def units(resource: str, count: int) -> str:
    """Write how much of a resource: `55.00 of budget:loaners:all:2026-11-16`, `1 of stone:s-7`."""
    is_money = resource.startswith("budget:")
    return f"{count / 100:,.2f} of {resource}" if is_money else f"{count} of {resource}"


def driver(value: pb.Driver) -> str:
    """Write one driver of a risk with its direction: `order.age_days 12 ▲0.41`."""
    arrow = "[red]▲[/]" if value.contribution > 0 else "[green]▼[/]"
    return f"{value.fact} {escape(value.value) or 'missing'} {arrow}{abs(value.contribution):.2f}"


def shortened(text: str, length: int) -> str:
    """Cut a text at a word, so that it has at most `length` characters."""
    flat = " ".join(text.split())
    if len(flat) <= length:
        return flat
    return flat[: length - 1].rsplit(" ", 1)[0].rstrip(",.;") + "…"
