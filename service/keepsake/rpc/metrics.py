"""The figures of the edge, by method and code."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
)
from prometheus_client.registry import Collector

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 15.0, 60.0)
_BOUNDS = (*map(str, _SECONDS), "+Inf")


class MethodFigures:
    """The figures of one method. Only the thread that serves changes them."""

    __slots__ = ("codes", "in_flight", "seconds", "within")

    def __init__(self) -> None:
        self.in_flight = 0
        self.codes: Counter[str] = Counter()
        self.seconds = 0.0
        self.within = [0] * (len(_SECONDS) + 1)

    def end(self, code: str, seconds: float) -> None:
        """Count a call that has ended."""
        self.in_flight -= 1
        self.codes[code] += 1
        self.seconds += seconds
        self.within[bisect_left(_SECONDS, seconds)] += 1


class Metrics(Collector):
    """Counts, durations and calls in flight; methods and codes are the only labels.

    Calls count in plain numbers, and become samples when somebody asks: that spares each call the
    locks of a counter.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._methods: dict[str, MethodFigures] = {}
        registry.register(self)

    def of(self, method: str) -> MethodFigures:
        """Return the figures of a method, which begin at nothing."""
        return self._methods.setdefault(method, MethodFigures())

    def collect(self) -> Iterator[Metric]:
        """Yield what has been counted until now; it is asked from another thread."""
        yield self._calls()
        yield self._durations()
        yield self._running()

    def _calls(self) -> Metric:
        told = "Calls that have ended, by method and code."
        family = CounterMetricFamily("keepsake_rpc_calls", told, labels=("method", "code"))
        for name, figures in self._methods.items():
            for code, count in tuple(figures.codes.items()):
                family.add_metric((name, code), count)
        return family

    def _durations(self) -> Metric:
        told = "How long calls took, in seconds, by method."
        family = HistogramMetricFamily("keepsake_rpc_seconds", told, labels=("method",))
        for name, figures in self._methods.items():
            buckets = tuple(zip(_BOUNDS, accumulate(figures.within), strict=True))
            family.add_metric((name,), buckets, figures.seconds)
        return family

    def _running(self) -> Metric:
        told = "Calls that run now, by method."
        family = GaugeMetricFamily("keepsake_rpc_in_flight", told, labels=("method",))
        for name, figures in self._methods.items():
            family.add_metric((name,), figures.in_flight)
        return family
