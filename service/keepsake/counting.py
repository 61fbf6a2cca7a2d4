"""What the service counts of itself, beside its calls: packs, engines, the spool."""

from __future__ import annotations

from collections.abc import Mapping

import structlog
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge

log = structlog.get_logger()


class Counting:
    """Counts what an operator wants to be told of."""

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        self._swaps = _counter(registry, "pack_swaps", "packs put in force", labels=("pack",))
        self._refusals = _counter(registry, "pack_refusals", "edits refused", labels=("pack",))
        self._serving = _gauge(
            registry, "pack_serving", "1 when the pack answers", labels=("pack",)
        )
        self._spooled = _counter(registry, "spooled", "decisions kept on the local disk")
        self._drained = _counter(registry, "drained", "spooled decisions gone", labels=("how",))
        self._disagreed = _counter(
            registry, "engine_disagreements", "above 0 is a defect", labels=("pack",)
        )
        self._passed = _counter(
            registry, "due_done", "what time did to cases", labels=("pack", "what")
        )
        self.disagreements: dict[str, int] = {}

    def swapped(self, pack: str, serving: bool) -> None:  # noqa: FBT001 - a callback's shape
        """Count a pack put in force, or known not to serve."""
        self._serving.labels(pack).set(serving)
        if serving:
            self._swaps.labels(pack).inc()

    def refused(self, pack: str) -> None:
        """Count a refused edit."""
        self._refusals.labels(pack).inc()

    def spooled(self) -> None:
        """Count a decision that went to the spool."""
        self._spooled.inc()

    def drained(self, stored: int, already: int, refused: int) -> None:
        """Count decisions that left the spool: stored now, there before, or refused for ever."""
        self._drained.labels("stored").inc(stored)
        self._drained.labels("already").inc(already)
        self._drained.labels("refused").inc(refused)

    def passed(self, pack: str, done: Mapping[str, int]) -> None:
        """Count what time did to cases."""
        for what, times in done.items():
            self._passed.labels(pack, what).inc(times)

    def disagreed(self, pack: str, *told: object) -> None:
        """Count and log a disagreement of the two rule engines: a defect of ours."""
        self.disagreements[pack] = self.disagreements.get(pack, 0) + 1
        self._disagreed.labels(pack).inc()
        log.error("engines_disagree", pack=pack, told=[str(part) for part in told])


def _counter(
    registry: CollectorRegistry, name: str, text: str, *, labels: tuple[str, ...] = ()
) -> Counter:
    return Counter(f"keepsake_{name}", text, labels, registry=registry)


def _gauge(
    registry: CollectorRegistry, name: str, text: str, *, labels: tuple[str, ...] = ()
) -> Gauge:
    return Gauge(f"keepsake_{name}", text, labels, registry=registry)
