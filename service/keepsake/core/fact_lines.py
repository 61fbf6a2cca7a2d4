"""Facts as the attributes that the C core takes: numbers only, never a text from outside.

A number is the attribute `v3`. Where its fact is missing, the sure line leaves it out and the
maybe line gives the widest interval (`l3`, `h3`). A flag is an attribute that is there, as 1, when
its condition holds, and in the maybe line also when that cannot be told.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

from keepsake.core.conditions import Comparison, Operator, Truth
from keepsake.core.evaluate import Check, comparable_operand
from keepsake.core.facts import DECIMALS, FactKind, Facts, FactType, FactValue
from keepsake.core.reading import Reader, comparable, reader

WIDEST = 1e15
"""Beyond every constant that a pack may write."""
HELD = 1.0
_NUMBER = f"%.{DECIMALS}f"
_ANOTHER_WORD = "-"

Write = Callable[[FactValue | None], str]
"""Writes the attributes of a value as it was read; None is a missing fact."""
Holds = Callable[[FactValue | None], bool | None]
"""Tells whether a condition on one value holds; None where that cannot be told."""


class FactLine:
    """What the rules of one set ask of one fact."""

    def __init__(self, fact_type: FactType) -> None:
        self.read: Reader = reader(fact_type)
        self._fact_type = fact_type
        self._place: int | None = None
        self._sides: dict[str, float] = {}
        self._flags: dict[Hashable, tuple[int, Holds]] = {}
        self._words = {word: float(place) for place, word in enumerate(fact_type.words)}

    def __len__(self) -> int:
        return len(self._flags) + max(len(self._sides), 0 if self._place is None else 1)

    def number(self, place: int, constant: FactValue) -> tuple[int, float]:
        """Ask for the value itself; return its place, and a constant as it is compared."""
        if self._place is None:
            self._place = place
        return self._place, self._number(self._known(comparable(self._fact_type, constant)))

    def low(self) -> str:
        """Ask how low the value may be; return the attribute that says so."""
        self._sides["l"] = -WIDEST
        return f"l{self._place}"

    def high(self) -> str:
        """Ask how high the value may be; return the attribute that says so."""
        self._sides["h"] = WIDEST
        return f"h{self._place}"

    def flag(self, place: int, comparison: Comparison) -> int:
        """Ask whether the fact is missing, present or in a list; return the place of the answer."""
        key = (comparison.operator, comparison.operand)
        return self._flags.setdefault(key, (place, self._holds(comparison)))[0]

    def writer(self, *, maybe: bool) -> Write:
        """Return what writes this line, once everything is asked: what can be, is written now."""
        number, flags = self._number_writer(maybe=maybe), self._flag_writer(maybe=maybe)
        if self._fact_type.kind.is_numeric:
            return (lambda value: number(value) + flags(value)) if self._flags else number
        values = [True, False] if self._fact_type.kind is FactKind.FLAG else [*self._words]
        read = [comparable(self._fact_type, value) for value in values]
        written = {value: number(value) + flags(value) for value in (*read, None, _ANOTHER_WORD)}
        if self._fact_type.words or self._fact_type.kind is FactKind.FLAG:
            return written.__getitem__
        other = written[_ANOTHER_WORD]
        return lambda value: written.get(value, other)

    def _number_writer(self, *, maybe: bool) -> Write:
        sides = self._sides if maybe else {} if self._place is None else {"v": None}
        known = "".join(f',"{side}{self._place}":{_NUMBER}' for side in sides)
        missing = known % tuple(sides.values()) if maybe else ""

        def write(value: FactValue | None) -> str:
            if value is None:
                return missing
            return known % ((self._number(value),) * len(sides))

        return write

    def _flag_writer(self, *, maybe: bool) -> Write:
        flags = [(flag_text(place), holds) for place, holds in self._flags.values()]

        def write(value: FactValue | None) -> str:
            held = [(text, holds(value)) for text, holds in flags]
            return "".join(text for text, holds in held if holds or (maybe and holds is None))

        return write

    def _number(self, value: FactValue) -> float:
        return self._words.get(value, -1.0) if isinstance(value, str) else float(value)

    def _known(self, value: FactValue) -> FactValue:
        if isinstance(value, str):
            self._words.setdefault(value, float(len(self._words)))
        return value

    def _holds(self, comparison: Comparison) -> Holds:
        if comparison.operator is Operator.IS_MISSING:
            return lambda value: value is None
        if comparison.operator is Operator.IS_PRESENT:
            return lambda value: value is not None
        listed = comparable_operand(comparison, self._fact_type)
        members = listed if isinstance(listed, frozenset) else frozenset([listed])
        wanted = comparison.operator is Operator.IN
        for member in members:
            self._known(member)
        return lambda value: None if value is None else (value in members) is wanted


class PairLine:
    """A comparison of two facts, which the core gets as a flag."""

    def __init__(self, check: Check, place: int) -> None:
        self._check = check
        self.place = place

    def __len__(self) -> int:
        return 1

    def read(self, facts: Facts) -> FactValue | None:
        """Return whether it holds; None where that cannot be told."""
        found = self._check(facts)
        return None if found is Truth.UNKNOWN else found is Truth.TRUE

    def writer(self, *, maybe: bool) -> Write:
        """Return what writes this line."""
        flag = flag_text(self.place)
        written: dict[FactValue | None, str] = {True: flag, False: "", None: flag if maybe else ""}
        return written.__getitem__


def flag_text(place: int) -> str:
    """Return a flag that holds."""
    return f',"v{place}":{_NUMBER}' % HELD


Line = FactLine | PairLine
