"""By which day a clock of a kind runs out in a rule case."""

from __future__ import annotations

from datetime import timedelta

from keepsake.core.facts import Facts
from keepsake.core.local_days import EPOCH, day_in
from keepsake.core.pack import Pack
from keepsake.core.running_clocks import RunningClocks

NEVER, UNKNOWN = "none", "unknown"


def day_of_clock(name: str, pack: Pack, facts: Facts) -> str:
    """Return the day in the clock's own zone; `none` where it does not run, or `unknown`."""
    zone = next(clock.zone for clock in pack.work.clocks if clock.id == name)
    now_ms = round(float(facts["now"]) * 1000)
    ran = RunningClocks(pack.work, pack.vocabulary).of(facts, now_ms=now_ms)
    run = next((each.run for each in ran if each.clock.id == name), None)
    if run is None:
        return NEVER
    if run.due_ms is None:
        return UNKNOWN
    return str(EPOCH + timedelta(days=day_in(zone, run.due_ms)))
