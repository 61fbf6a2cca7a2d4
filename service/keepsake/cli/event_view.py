"""The details of an event as people read them: amounts as money, days as days, flags as words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta

from google.type.money_pb2 import Money
from rich.markup import escape

from keepsake.cli import figures
from keepsake.v1 import case_pb2 as pb

_SHOWN_ELSEWHERE = frozenset({
    *("held", "spent", "hold_id", "approval_id", "decision_id", "digest", "told"),
    *("titled", "arguments", "answered"),
})  # fmt: skip
_EPOCH = date(1970, 1, 1)
_CENTS = 100
_NANOS_OF_A_CENT = 10_000_000
_SAID_EITHER_WAY = frozenset({"approved", "heard", "still_kept"})


def currency_of(case: pb.Case) -> str:
    """Return the currency of a case's pack, where any amount of it tells."""
    amounts = [case.outcome.cost, case.outcome.kept]
    amounts += [amount for offer in case.offers for amount in (offer.most, offer.cost)]
    return next((each.currency_code for each in amounts if each.currency_code), "")


def told(event: pb.CaseEvent, currency: str) -> Iterator[str]:
    """Yield the details of an event, each as its name and what it says."""
    for name, text in sorted(event.details.items()):
        if name not in _SHOWN_ELSEWHERE:
            said = _said(name, text, currency)
            label = name.removesuffix("_ms").replace("_", " ")
            yield from filter(None, (_joined(label, said),))


def _joined(label: str, said: str | None) -> str:
    if said is None:
        return ""
    return f"[dim]{label}[/]" if not said else f"[dim]{label}[/] {escape(said)}"


def _said(name: str, text: str, currency: str) -> str | None:
    """Return what a detail says; nothing for a flag that is raised, None for what says nothing."""
    if text in ("true", "false"):
        if name in _SAID_EITHER_WAY:
            return "yes" if text == "true" else "no"
        return "" if text == "true" else None
    if name.endswith("_ms"):
        return _moment(text)
    if name == "costs":
        parts = (each.rpartition(" ") for each in text.split(", "))
        return ", ".join(f"{offer} {_money(cents, currency)}" for offer, _, cents in parts)
    if name in _MONEY:
        return _money(text, currency)
    return _SAYERS.get(name, _plainly)(text)


def _money(cents: str, currency: str) -> str:
    units, rest = divmod(int(cents), _CENTS)
    return figures.money(
        Money(currency_code=currency, units=units, nanos=rest * _NANOS_OF_A_CENT)
    ).strip()


def _moment(milliseconds: str) -> str | None:
    if not int(milliseconds):
        return None
    return f"{datetime.fromtimestamp(int(milliseconds) / 1000, UTC):%Y-%m-%d %H:%M} UTC"


def _day(days: str) -> str:
    return (_EPOCH + timedelta(days=int(days))).isoformat()


def _percent(text: str) -> str:
    return f"{float(text):g} %"


def _plainly(text: str) -> str | None:
    return text if text != "0" else None


_MONEY = frozenset({"most", "amount", "cost", "kept", "at_stake"})
_SAYERS: Mapping[str, Callable[[str], str | None]] = {
    "ready": _day,
    "due": _day,
    "percent": _percent,
}
