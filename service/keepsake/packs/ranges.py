"""What one fact may still be after some comparisons."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from keepsake.core.conditions import Operator
from keepsake.core.facts import FactValue


@dataclass(slots=True)
class ValueRange:
    """What one fact may still be: numbers in an interval, values of a set, or missing."""

    low: float = -math.inf
    high: float = math.inf
    open_low: bool = False
    open_high: bool = False
    only: set[FactValue] | None = None
    never: set[FactValue] = field(default_factory=set)
    may_be_missing: bool = True
    may_be_known: bool = True

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is left."""
        return not self.may_be_missing and not (self.may_be_known and self._has_values())

    def _has_values(self) -> bool:
        if self.only is not None:
            return any(value not in self.never and self._inside(value) for value in self.only)
        if self.low == self.high:
            return not (self.open_low or self.open_high) and self.low not in self.never
        return self.low < self.high

    def _inside(self, value: FactValue) -> bool:
        if isinstance(value, str):
            return True
        low = value > self.low or (value == self.low and not self.open_low)
        return low and (value < self.high or (value == self.high and not self.open_high))

    def narrow(self, operator: Operator, operand: Sequence[FactValue]) -> None:
        """Leave only what the comparison allows."""
        if operator is Operator.IS_MISSING:
            self.may_be_known = False
            return
        self.may_be_missing = False
        match operator:
            case Operator.EQUAL | Operator.IN:
                wanted = set(operand)
                self.only = wanted if self.only is None else self.only & wanted
            case Operator.NOT_EQUAL | Operator.NOT_IN:
                self.never |= set(operand)
            case Operator.LESS | Operator.BEFORE | Operator.AT_MOST:
                self._below(float(operand[0]), is_open=operator is not Operator.AT_MOST)
            case Operator.GREATER | Operator.AFTER | Operator.AT_LEAST:
                self._above(float(operand[0]), is_open=operator is not Operator.AT_LEAST)

    def _below(self, bound: float, *, is_open: bool) -> None:
        if bound < self.high or (bound == self.high and is_open):
            self.high, self.open_high = bound, is_open

    def _above(self, bound: float, *, is_open: bool) -> None:
        if bound > self.low or (bound == self.low and is_open):
            self.low, self.open_low = bound, is_open
