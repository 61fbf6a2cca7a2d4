"""Decisions without gRPC: many at a time, in this process, through everything else."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

from keepsake.advisor import Advisor
from keepsake.core.principal import DEVELOPMENT
from keepsake.rpc.validation import violations
from keepsake.v1.intercept_pb2 import RecommendRequest

from bench.intercepts import Bodies
from bench.stopwatch import Pace, Stopwatch

READ = "parse and check"
UNDER_WAY, CALLS = 16, 400
_PACE_EVERY = 8


class Drive:
    """Makes decisions by one advisor; charges reading the requests to the stopwatch."""

    def __init__(self, bodies: Bodies, advisor: Advisor, watch: Stopwatch, *, pace: Pace) -> None:
        self._bodies = bodies
        self._advisor = advisor
        self._pace = pace
        self._parse = watch.timed(READ, RecommendRequest.FromString)
        self._validate = watch.timed(READ, violations)

    async def round(self, calls: int = CALLS) -> float:
        """Make so many decisions; return the microseconds of processor time of each."""
        left = iter(range(calls))
        already = sum(self._pace.pieces)
        started = time.thread_time()
        await asyncio.gather(*(self._caller(left) for _ in range(UNDER_WAY)))
        spent = time.thread_time() - started - (sum(self._pace.pieces) - already)
        return spent / calls * 1e6

    async def _caller(self, left: Iterator[int]) -> None:
        for number in left:
            if number % _PACE_EVERY == 0:
                self._pace.take()
            request = self._parse(self._bodies.next())
            if self._validate(request):
                raise ValueError("the benchmark asks what is not valid")
            await self._advisor.recommend(request, seconds=60.0, principal=DEVELOPMENT)
