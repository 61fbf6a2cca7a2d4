"""Conditions: comparisons of facts in three-valued (Kleene) logic."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from keepsake.core.facts import FactValue, Source


class Truth(IntEnum):
    """False, unknown, true, in this order: `and` is the minimum, `or` the maximum."""

    FALSE = 0
    UNKNOWN = 1
    TRUE = 2


class Operator(StrEnum):
    """How a fact is compared, spelled as in the packs."""

    EQUAL = "=="
    NOT_EQUAL = "!="
    LESS = "<"
    AT_MOST = "<="
    GREATER = ">"
    AT_LEAST = ">="
    IN = "in"
    NOT_IN = "not in"
    BEFORE = "before"
    AFTER = "after"
    IS_MISSING = "is missing"
    IS_PRESENT = "is present"


@dataclass(frozen=True, slots=True)
class FactRef:
    """The other fact of a comparison between two facts."""

    fact: str


Operand = FactValue | tuple[str, ...] | tuple[float, ...] | FactRef | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """One fact against a constant, a list of constants, or another fact of the same kind.

    `operand` is None for `is missing` and `is present`, which are never unknown. `text` is the
    condition as written.
    """

    fact: str
    operator: Operator
    operand: Operand
    text: str
    source: Source = Source()


@dataclass(frozen=True, slots=True)
class AllOf:
    """Holds when all its conditions hold; with none it holds always."""

    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Holds when at least one of its conditions holds."""

    conditions: tuple[Condition, ...]


Condition = Comparison | AllOf | AnyOf
