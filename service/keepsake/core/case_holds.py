"""What an offer takes of what is limited, as a step holds it and as it is told."""

from __future__ import annotations

from dataclasses import dataclass

from keepsake.core.budgets import BUDGET, BudgetLedger, written
from keepsake.core.case import Held
from keepsake.core.errors import NothingLeft
from keepsake.core.holds import Balance, Hold


@dataclass(frozen=True, slots=True)
class Need:
    """A hold that a step takes; `name` and `unit` say in words of what."""

    hold: Hold
    name: str
    unit: str = ""

    @property
    def held(self) -> Held:
        """Return it as the case notes it."""
        hold = self.hold
        return Held(hold.resource, hold.hold_id, hold.units, hold.expires_ms)

    def refused(self, balance: Balance) -> NothingLeft | None:
        """Return the refusal where the balance leaves less than is needed; None where it does."""
        if self.hold.units <= balance.left:
            return None
        left, limit, needed = map(self._written, (balance.left, balance.limit, self.hold.units))
        message = f"the {self.name} has {left} of {limit} left; this needs {needed}"
        return NothingLeft(message, resource=self.hold.resource, left=left, needed=needed)

    def _written(self, units: int) -> str:
        return f"{written(units)} {self.unit}" if self.unit else str(units)


def budget_need(ledger: BudgetLedger, hold: Hold, currency: str) -> Need:
    """Return the need of money."""
    return Need(hold, f"{ledger.budget.id} budget of {ledger.period.name}", currency)


def is_same_purse(one: str, other: str) -> bool:
    """Tell whether two resources are one, or money of one budget: of whichever period or team."""
    return one == other or (is_money(one) and one.split(":")[:2] == other.split(":")[:2])


def is_money(resource: str) -> bool:
    """Tell whether a resource is money of a budget."""
    return resource.startswith(f"{BUDGET}:")
