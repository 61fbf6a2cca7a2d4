"""Links: the other open cases of a customer, over all kinds, as their history names them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

from keepsake.answer.phrases import time_of
from keepsake.core.case_table import CaseStatus
from keepsake.core.errors import NotFound, NotReady
from keepsake.core.history import cases_of, read
from keepsake.core.pack import SENSITIVE
from keepsake.overview import Look
from keepsake.steps.step import Followed, Scene
from keepsake.v1.case_pb2 import LinkedCase

MOST_LINKED = 20
"""How many of the cases that came up last are looked at; one look is one round trip."""


async def linked_cases(scene: Scene, look: Look) -> Sequence[LinkedCase]:
    """Return the other cases of the same customer that are open, those that came up last first.

    What cannot be read any more, as its retention is over, is no link.
    """
    start, _, own = scene.case_id.rpartition(".")
    names = [name for name in cases_of(read(scene.history)) if name != own][:MOST_LINKED]
    found = await asyncio.gather(*(_other(f"{start}.{name}", scene, look) for name in names))
    return [_link(other, scene) for other in found if other is not None]


async def _other(case_id: str, scene: Scene, look: Look) -> Scene | None:
    try:
        other = await look(case_id, scene.principal)
    except (NotFound, NotReady):
        return None
    is_open = other.case.status is CaseStatus.OPEN
    return other if is_open and other.owner == scene.owner else None


def _link(other: Scene, scene: Scene) -> LinkedCase:
    return LinkedCase(
        case_id=other.case_id,
        kind=other.case.kind,
        same_issue=bool(set(_issues(other)) & set(_issues(scene))),
        opened_time=time_of(other.case.opened_ms),
    )


def _issues(scene: Scene) -> Iterator[str]:
    """Yield what a case is about: its subjects, and its reasons that may be compared."""
    for each in scene.followed.values():
        yield each.inputs.subject_key
        if reason := _reason(each):
            yield f"reason {reason}"


def _reason(followed: Followed) -> str:
    reason = followed.inputs.reason.reason
    return "" if reason == SENSITIVE else reason
