"""What is left of budgets, as a table for each."""

from __future__ import annotations

from collections.abc import Iterator

from google.type.money_pb2 import Money
from rich import box
from rich.console import Group, RenderableType
from rich.table import Table

from keepsake.cli import figures
from keepsake.v1.policy_pb2 import BudgetLedger, GetBudgetsResponse


def budgets_view(answer: GetBudgetsResponse) -> RenderableType:
    """Return each ledger with what is left of it, and a row for each day on which it moved."""
    if not answer.ledgers:
        return "No budget is charged by any offer."
    return Group(*(part for ledger in answer.ledgers for part in _ledger(ledger)))


def _ledger(ledger: BudgetLedger) -> Iterator[RenderableType]:
    whose = f" of {ledger.part}" if ledger.part else ""
    days = f"{figures.day(ledger.first_day)} to {figures.day(ledger.last_day)}"
    left, limit = figures.amount(ledger.left), figures.amount(ledger.limit)
    bar = figures.bar(left / limit if limit else 0.0)
    yield f"\n[bold]{ledger.budget}[/]{whose}, {ledger.period} ({days})"
    yield f"  {bar} {figures.money(ledger.left)} of {figures.money(ledger.limit)} left"
    yield (
        f"  held {figures.money(ledger.held)}, being accepted {figures.money(ledger.pinned)}, "
        f"spent {figures.money(ledger.committed)}"
    )
    if ledger.HasField("at_risk"):
        yield f"  the limit is a share of {figures.money(ledger.at_risk)} at risk"
    if ledger.days:
        yield _days(ledger)


def _days(ledger: BudgetLedger) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False, show_edge=False)
    for title in ("day", "held", "let go", "spent"):
        table.add_column(title)
    for day in ledger.days:
        sums = (_moved(each) for each in (day.held, day.released, day.committed))
        table.add_row(figures.day(day.day), *sums)
    return table


def _moved(money: Money) -> str:
    return figures.money(money) if money.currency_code else "-"
