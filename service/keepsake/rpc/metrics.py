"""The figures of the edge, by method and code."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 15.0, 60.0)


class Metrics:
    """Counts, durations and calls in flight; methods and codes are the only labels."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.calls = Counter(
            "keepsake_rpc_calls",
            "Calls that have ended, by method and code.",
            ("method", "code"),
            registry=registry,
        )
        self.seconds = Histogram(
            "keepsake_rpc_seconds",
            "How long calls took, in seconds, by method.",
            ("method",),
            buckets=_SECONDS,
            registry=registry,
        )
        self.in_flight = Gauge(
            "keepsake_rpc_in_flight",
            "Calls that run now, by method.",
            ("method",),
            multiprocess_mode="livesum",
            registry=registry,
        )
