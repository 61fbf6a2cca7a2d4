"""Sums: how a guard reckoned, in numbers and in words."""

from __future__ import annotations

from typing import NamedTuple

from keepsake.core.conditions import Truth


class Sum(NamedTuple):
    """One number that a guard reckons with; None where it is not known."""

    name: str
    value: float | None
    unit: str


class Reckoning(NamedTuple):
    """How one guard reckoned with one candidate, and what came of it."""

    guard: str
    passed: Truth
    words: str
    sums: tuple[Sum, ...] = ()
