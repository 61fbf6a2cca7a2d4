"""What is left of budgets, as a decision sees it: the ledgers it reads, and what it records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from keepsake.core.budgets import BudgetLedger, ledger_of, parts_of
from keepsake.core.findings import BudgetState
from keepsake.core.holds import Balance
from keepsake.core.pack import Pack
from keepsake.v1.journal_pb2 import DecisionInputs, RecordedBalance

_MOST_TEAMS = 1024


class BudgetLedgers:
    """Names the ledgers that offers may be charged to; remembers them until a period ends."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[int, int, tuple[BudgetLedger, ...]]] = {}

    def now(self, pack: Pack, team: str, now_ms: int) -> tuple[BudgetLedger, ...]:
        """Return the ledgers of a pack for an agent's team in the periods of a moment."""
        begins_ms, ends_ms, ledgers = self._known.get((pack.digest, team), (0, 0, ()))
        if begins_ms <= now_ms < ends_ms:
            return ledgers
        if len(self._known) >= _MOST_TEAMS:
            self._known.clear()
        ledgers = tuple(
            ledger_of(budget, part, team=team, now_ms=now_ms) for budget, part in parts_of(pack)
        )
        begins_ms = max((one.period.begins_ms for one in ledgers), default=now_ms)
        ends_ms = min((one.period.ends_ms for one in ledgers), default=now_ms + 1)
        self._known[pack.digest, team] = begins_ms, ends_ms, ledgers
        return ledgers


def recorded(
    ledgers: Sequence[BudgetLedger], balances: Mapping[str, Balance]
) -> list[RecordedBalance]:
    """Return what was read of the ledgers; one that could not be read is left out."""
    return [
        RecordedBalance(
            budget=one.budget.id,
            part=one.part,
            resource=one.resource,
            period=one.period.name,
            taken=balances[one.resource].taken,
            at_risk=balances[one.resource].at_risk,
        )
        for one in ledgers
        if one.resource in balances
    ]


def states_of(inputs: DecisionInputs) -> dict[tuple[str, str], BudgetState]:
    """Return what was taken of each part of each budget when the inputs were gathered."""
    return {
        (one.budget, one.part): BudgetState(one.period, one.taken, one.at_risk)
        for one in inputs.balances[:]
    }
