"""Lists over all cases of a pack, which the steps themselves keep up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Listed:
    """The place of a name in a list, by which it is ordered; None takes it off the list."""

    list: str
    name: str
    score: int | None
