"""Saves as a person reads them, and as data."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table

from keepsake.core.saves import FEWEST, Arm, Difference, Settled, difference

_CENTS = 100
_UNLIKE = 0.05  # so far apart the known cases of two arms are no longer alike
_WORDS = {
    Settled.KEPT: "kept, and validated",
    Settled.NOT_KEPT: "saved, but not kept",
    Settled.LOST: "lost",
    Settled.UNVERIFIED: "unverified: the CRM was not heard from in time",
    Settled.WAITING: "too young, or still to be validated",
    Settled.NO_OUTCOME: "no outcome told",
}


def saves_data(treated: Arm, control: Arm, *, currency: str) -> dict[str, object]:
    """Return what was counted; amounts are in cents."""
    found = difference(treated, control)
    return {
        "currency": currency,
        "with_incentives": _arm_data(treated),
        "control_group": _arm_data(control),
        "more_a_case": None if found is None else _difference_data(found),
    }


def _arm_data(arm: Arm) -> dict[str, object]:
    return {
        "cases": arm.all,
        **{str(kind): arm.cases.get(kind, 0) for kind in Settled},
        "net_cents": arm.net,
        "net_cents_a_case": arm.mean,
        "kept_share": arm.kept_share,
        "at_stake_cents": arm.at_stake,
        "non_compliant": arm.non_compliant,
    }


def _difference_data(found: Difference) -> dict[str, object]:
    interval = {"low_cents": found.low, "high_cents": found.high, "confidence": 0.95}
    return {"cents": found.mean, **interval, "too_few": found.is_thin}


def saves_view(treated: Arm, control: Arm, *, currency: str) -> RenderableType:
    """Return the arms beside each other, and how much more a case brings with incentives."""
    table = Table("", "with incentives", "control group", box=None)
    for column in table.columns[1:]:
        column.justify = "right"
    table.add_row("cases", f"{treated.all:,}", f"{control.all:,}")
    for kind, words in _WORDS.items():
        table.add_row(f"  {words}", *(f"{arm.cases.get(kind, 0):,}" for arm in (treated, control)))
    table.add_row(
        f"net of cost, {currency}", *(f"{arm.net / _CENTS:,.2f}" for arm in (treated, control))
    )
    table.add_row(f"  a known case, {currency}", *(_mean(arm.mean) for arm in (treated, control)))
    table.add_row("incentive made all the same", "", f"{control.non_compliant:,}")
    return Group(table, "", *_lines(treated, control, currency))


def _mean(cents: float | None) -> str:
    return "-" if cents is None else f"{cents / _CENTS:,.2f}"


def _lines(treated: Arm, control: Arm, currency: str) -> list[str]:
    found = difference(treated, control)
    if found is None:
        return ["Too few cases are known to the end to compare the arms: at least two in each."]
    low, mean, high = (each / _CENTS for each in (found.low, found.mean, found.high))
    lines = [f"With incentives a case brings [bold]{mean:+,.2f} {currency}[/] more"]
    lines[0] += f" (95 % between {low:+,.2f} and {high:+,.2f})."
    if low <= 0 <= high:
        lines.append("That may as well be chance: the interval holds 0.")
    if found.is_thin:
        lines.append(f"[yellow]Fewer than {FEWEST} known cases in an arm: take it as a hint.[/]")
    share = [arm.known / arm.all for arm in (treated, control)]
    if abs(share[0] - share[1]) > _UNLIKE:
        told = f"{share[0]:.0%} and {share[1]:.0%}"
        lines.append(f"[yellow]The arms are not known alike ({told}): tell both how they ended.[/]")
    return lines
