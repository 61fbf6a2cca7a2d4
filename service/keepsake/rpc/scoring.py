"""Scores many subjects on the one thread that also answers intercepts."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from keepsake.core.errors import FieldViolation, InvalidRequest
from keepsake.rpc.advisor import Advisor
from keepsake.v1.decision_pb2 import ModelVersion
from keepsake.v1.intercept_pb2 import HazardScore, ScanSubject

_SLICE = 50  # about a millisecond; so long an intercept may have to wait for a scan


async def score(
    advisor: Advisor, pack: str, subjects: Sequence[ScanSubject]
) -> tuple[list[HazardScore], ModelVersion]:
    """Score in slices, between which other calls get their turn; all by one model.

    Where a new model comes into force between two slices, it scores them all again. Raise
    InvalidRequest with every wrong field of the whole message.
    """
    while True:
        scores, versions = await _score_once(advisor, pack, subjects)
        if all(version.digest == versions[0].digest for version in versions):
            return scores, versions[0]


async def _score_once(
    advisor: Advisor, pack: str, subjects: Sequence[ScanSubject]
) -> tuple[list[HazardScore], list[ModelVersion]]:
    scores, versions, wrong = list[HazardScore](), list[ModelVersion](), list[FieldViolation]()
    for start in range(0, len(subjects), _SLICE):
        if start:
            await asyncio.sleep(0)
        try:
            more, model = advisor.scan(pack, subjects[start : start + _SLICE], first=start)
        except InvalidRequest as error:
            wrong += error.violations
            continue
        scores += more
        versions.append(model)
    if wrong:
        raise InvalidRequest(tuple(wrong))
    return scores, versions
