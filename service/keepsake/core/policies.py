"""Policies of a pack: when words overrule a stated reason, exchange rates, words for chances."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReasonPolicy:
    """When the words overrule the stated reason, and when a hint of a never-save one counts."""

    trust_words_at: float = 0.6
    heed_never_save_at: float = 0.25


@dataclass(frozen=True, slots=True)
class Rates:
    """A dated table of exchange rates: one unit of each currency in the pack's currency."""

    date: str
    cites: str
    rates: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Bands:
    """Words for a probability: each with its lower bound, ascending from 0."""

    bounds: tuple[tuple[str, float], ...] = (("low", 0.0), ("medium", 0.3), ("high", 0.6))

    def band(self, probability: float) -> str:
        """Return the word for a probability."""
        return next(word for word, bound in reversed(self.bounds) if probability >= bound)
