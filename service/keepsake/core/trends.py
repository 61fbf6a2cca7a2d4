"""Trends: what came in, how it ended, and what it was worth, by whatever the facts tell apart.

Only facts that are words part the cases: a code, an airline, a reason. Amounts are in cents of the
pack's currency; what nobody told is not counted as nothing but told beside.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import median

MONTH, KIND = "month", "kind"
UNKNOWN = "unknown"
_MS_PER_DAY = 86_400_000


@dataclass(frozen=True, slots=True)
class PastCase:
    """One case as it is counted: what parted it from others, when it was open, how it ended.

    `words` are the facts of its first decision that are words. `ending` is empty while it is open;
    `at_stake` is None where nobody knew it.
    """

    case_id: str
    kind: str
    opened_ms: int
    words: Mapping[str, str] = field(default_factory=dict)
    ending: str = ""
    ended_ms: int | None = None
    at_stake: int | None = None
    kept: int = 0
    cost: int = 0

    def word(self, name: str) -> str:
        """Return what parts it: a fact, its kind, or the month (UTC) in which it was opened."""
        if name == MONTH:
            return datetime.fromtimestamp(self.opened_ms / 1000, UTC).strftime("%Y-%m")
        return self.kind if name == KIND else self.words.get(name, UNKNOWN)

    @property
    def days(self) -> float | None:
        """Return how long it was open, None while it is."""
        return None if self.ended_ms is None else (self.ended_ms - self.opened_ms) / _MS_PER_DAY


@dataclass(frozen=True, slots=True)
class Trend:
    """The cases that have the same words; `unvalued` are those of which nobody knew the stake.

    `median_days` is how long half of the closed ones were open at most, None where none is closed.
    """

    words: tuple[str, ...]
    received: int
    endings: Mapping[str, int]
    at_stake: int
    kept: int
    cost: int
    unvalued: int
    median_days: float | None

    @property
    def open(self) -> int:
        """Return how many have not ended."""
        return self.received - sum(self.endings.values())

    def share(self, *endings: str) -> float | None:
        """Return the share of the ended ones that ended so, None where none has."""
        ended = sum(self.endings.values())
        return sum(self.endings.get(each, 0) for each in endings) / ended if ended else None


def trends(cases: Iterable[PastCase], by: Sequence[str]) -> list[Trend]:
    """Return the cases parted by their words, most of them first, then by their words."""
    parted = defaultdict[tuple[str, ...], list[PastCase]](list)
    for case in cases:
        parted[tuple(case.word(name) for name in by)].append(case)
    found = [_trend(words, alike) for words, alike in parted.items()]
    return sorted(found, key=lambda trend: (-trend.received, trend.words))


def _trend(words: tuple[str, ...], cases: Sequence[PastCase]) -> Trend:
    days = [case.days for case in cases if case.days is not None]
    return Trend(
        words,
        received=len(cases),
        endings=Counter(case.ending for case in cases if case.ending),
        at_stake=sum(case.at_stake or 0 for case in cases),
        kept=sum(case.kept for case in cases),
        cost=sum(case.cost for case in cases),
        unvalued=sum(case.at_stake is None for case in cases),
        median_days=median(days) if days else None,
    )
