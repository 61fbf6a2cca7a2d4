"""Replaying: decisions made again from what was recorded, compared bit for bit."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from keepsake.advisor import answer_bytes
from keepsake.core.errors import NotFound, NotReady
from keepsake.in_force import InForce
from keepsake.ports import Store
from keepsake.v1.journal_pb2 import DecisionInputs, StoredDecision


@dataclass(slots=True)
class ReplayReport:
    """What a replay found, by decision id."""

    same: int = 0
    different: list[str] = field(default_factory=list)
    not_kept: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Tell whether every decision came out the same, bit for bit."""
        return not (self.different or self.not_kept or self.missing)


async def replay(
    in_force: InForce,
    store: Store,
    decision_ids: AsyncIterator[str],
    *,
    on_progress: Callable[[int], None] = lambda _: None,
) -> ReplayReport:
    """Make each decision again from its recorded inputs, and compare the answers' bytes."""
    report = ReplayReport()
    done = 0
    async for decision_id in decision_ids:
        stored = await store.decision(decision_id)
        if stored is None:
            report.missing.append(decision_id)
        else:
            found = StoredDecision.FromString(stored)
            await _compare(report, in_force, decision_id=decision_id, stored=found)
        done += 1
        on_progress(done)
    return report


async def _compare(
    report: ReplayReport, in_force: InForce, *, decision_id: str, stored: StoredDecision
) -> None:
    inputs = DecisionInputs.FromString(stored.inputs)
    try:
        snapshot = await in_force.snapshot_of(inputs)
    except (NotReady, NotFound):
        report.not_kept.append(decision_id)
        return
    if answer_bytes(inputs, snapshot) == stored.answer:
        report.same += 1
    else:
        report.different.append(decision_id)
