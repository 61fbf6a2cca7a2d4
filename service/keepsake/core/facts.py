"""Facts: the named, typed inputs of a decision.

A fact is a float, a bool or a word. Money is a float in the pack's currency, a date is days since
1970, a time is seconds since 1970. A fact that is not known is absent from the mapping: missing is
a third answer and never a value.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

FactValue = float | bool | str
Facts = Mapping[str, FactValue]

DECIMALS = 6


class FactKind(StrEnum):
    """What a fact measures; two kinds are never compared with each other."""

    NUMBER = "number"
    MONEY = "money"
    PERCENT = "percent"
    DAYS = "days"
    HOURS = "hours"
    DATE = "date"
    TIME = "time"
    FLAG = "flag"
    ONE_OF = "one_of"
    ORDERED = "ordered"

    @property
    def is_numeric(self) -> bool:
        """Tell whether values of this kind are floats."""
        return self not in (FactKind.FLAG, FactKind.ONE_OF, FactKind.ORDERED)


@dataclass(frozen=True, slots=True)
class Source:
    """Where something is written, for messages a person can act on."""

    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.file else "built in"


@dataclass(frozen=True, slots=True)
class FactType:
    """The declaration of one fact; a count is a number that is always whole.

    One that is `derived` is set by rules, one that is `given` by a decision table or a checklist.
    """

    name: str
    kind: FactKind
    words: tuple[str, ...] = ()
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    default: FactValue | None = None
    derived: bool = False
    source: Source = Source()
    is_count: bool = False
    given: bool = False

    def rank(self, word: str) -> int:
        """Return the place of a word in an ordered list, 0 for the first."""
        return self.words.index(word)


class Vocabulary(Mapping[str, FactType]):
    """All facts of a pack: those of the proto messages and those the pack declares."""

    def __init__(self, types: Iterable[FactType]) -> None:
        self._types = {fact_type.name: fact_type for fact_type in types}

    def __getitem__(self, name: str) -> FactType:
        return self._types[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._types)

    def __len__(self) -> int:
        return len(self._types)

    def nearest(self, name: str) -> str | None:
        """Return the declared name that is spelled most like `name`, if one is near."""
        return nearest(name, self._types)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that is spelled most like `word`, if one is near."""
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return found[0] if found else None


def quantise(value: float) -> float:
    """Round to six decimals, once, so that every reader sees the same number.

    Raise ValueError for a value that is not finite. Negative zero becomes zero.
    """
    if not math.isfinite(value):
        message = f"{value} is not a finite number"
        raise ValueError(message)
    return round(value, DECIMALS) + 0.0
