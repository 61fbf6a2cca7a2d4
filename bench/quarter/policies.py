"""What is done about each case: by Keepsake's decision, by its rivals, and by one who knows all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from keepsake.v1.decision_pb2 import Decision

from bench.quarter.world import HOURS_OF_OTHERS, Drawn

FIGHTS = ("contest", "dispute")
HOURS = {"chargeback": 1.5, "debit_memo": 1.0}
HOURS_OTHERWISE = 0.15
HOURLY_COST = 30.0
FEE_OF_A_LOST_ONE = 20.0
"""Of a chargeback that was contested and lost, or an inquiry that became a chargeback, in EUR."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A case with what Keepsake recommended first, and by when it must be out."""

    case: Drawn
    lever: str
    days: int


@dataclass(frozen=True, slots=True)
class Action:
    """Whether a case is fought, how long that takes, and whether it is refunded at once."""

    fights: bool
    hours: float
    refunds: bool = False


Policy = Callable[[Decided], Action]


def decided(case: Drawn, decision: Decision) -> Decided:
    """Return what the decision says: the lever of what it ranks first, and its nearest deadline."""
    first = decision.recommendations[0] if decision.recommendations else None
    lever = first.offer_id if first else ""
    now = datetime.now(UTC)
    ends = [
        clock.due_time.ToDatetime(UTC) - now
        for clock in decision.clocks
        if clock.HasField("due_time") and not clock.then_escalate
    ]
    ends = ends or [
        c.due_time.ToDatetime(UTC) - now for c in decision.clocks if c.HasField("due_time")
    ]
    days = min(ends, default=timedelta(days=30)) / timedelta(days=1)
    return Decided(case, lever, max(round(days), 0))


def expected_value(each: Decided) -> Action:
    """Do what Keepsake ranks first."""
    fights = each.lever.startswith((*FIGHTS, "answer-inquiry", "post-billing", "accept-in-part"))
    return _action(each.case, fights=fights)


def fight_all(each: Decided) -> Action:
    """Contest and dispute everything."""
    return _action(each.case, fights=True)


def accept_all(each: Decided) -> Action:
    """Contest and dispute nothing."""
    return _action(each.case, fights=False)


def above(amount: float) -> Policy:
    """Return the policy that fights whatever is worth at least so much."""

    def policy(each: Decided) -> Action:
        return _action(each.case, fights=each.case.amount >= amount)

    return policy


def oracle(each: Decided) -> Action:
    """Fight where the truth says that it pays. Nobody can: it knows what nobody sees."""
    case = each.case
    return _action(case, fights=case.kind in HOURS and worth_fighting(case) > worth_accepting())


def worth_fighting(case: Drawn) -> float:
    """Return what fighting brings on average, handling included."""
    lost = FEE_OF_A_LOST_ONE if case.kind == "chargeback" else 0.0
    handling = HOURS[case.kind] * HOURLY_COST
    return case.p_won * case.amount - (1 - case.p_won) * lost - handling


def worth_accepting() -> float:
    """Return what accepting brings: nothing, less the time it takes."""
    return -HOURS_OTHERWISE * HOURLY_COST


def _action(case: Drawn, *, fights: bool) -> Action:
    if case.kind in HOURS_OF_OTHERS:
        return Action(fights=False, hours=HOURS_OF_OTHERS[case.kind])
    hours = HOURS[case.kind] if fights else HOURS_OTHERWISE
    return Action(fights, hours, refunds=case.is_inquiry and not fights)
