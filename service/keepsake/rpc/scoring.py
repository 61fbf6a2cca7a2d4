"""Scores many subjects on the one thread that also answers intercepts."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from keepsake.rpc.advisor import Advisor
from keepsake.v1.decision_pb2 import ModelVersion
from keepsake.v1.intercept_pb2 import HazardScore, ScanSubject

_SLICE = 50  # about a millisecond; so long an intercept may have to wait for a scan


async def score(
    advisor: Advisor, pack: str, subjects: Sequence[ScanSubject]
) -> tuple[list[HazardScore], ModelVersion]:
    """Score in slices, between which other calls get their turn; all by one model.

    Where a new model comes into force between two slices, it scores them all again.
    """
    while True:
        scores, model = advisor.scan(pack, subjects[:_SLICE])
        versions = [model]
        for start in range(_SLICE, len(subjects), _SLICE):
            await asyncio.sleep(0)
            more, model = advisor.scan(pack, subjects[start : start + _SLICE])
            scores = [*scores, *more]
            versions.append(model)
        if all(version.digest == model.digest for version in versions):
            return scores, model
