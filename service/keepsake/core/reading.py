"""Reading facts by their declared type.

A value that is not of its fact's type counts as missing: it makes no offer eligible, and rules that
restrict apply. So no engine ever compares a number with a word.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from keepsake.core.facts import FactKind, Facts, FactType, FactValue

OPEN_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
"""What a word may look like where the pack lists none (`jurisdiction`)."""

_NO_NUMBERS = (bool, str)

Reader = Callable[[Facts], FactValue | None]


def reader(fact_type: FactType) -> Reader:
    """Return what reads one fact: a float, a flag, a word, the rank of an ordered word, or None."""
    if fact_type.kind is FactKind.FLAG:
        return _flag(fact_type.name)
    if fact_type.kind.is_numeric:
        return _number(fact_type.name)
    if fact_type.kind is FactKind.ORDERED:
        return _listed(fact_type.name, {word: float(i) for i, word in enumerate(fact_type.words)})
    if fact_type.words:
        return _listed(fact_type.name, {word: word for word in fact_type.words})
    return _open_word(fact_type.name)


def comparable(fact_type: FactType, value: FactValue) -> FactValue:
    """Return a value as the fact's reader gives it: an ordered word as its rank."""
    if fact_type.kind is FactKind.ORDERED:
        return float(fact_type.rank(str(value)))
    return value


def _flag(name: str) -> Reader:
    def read(facts: Facts) -> FactValue | None:
        value = facts.get(name)
        return value if isinstance(value, bool) else None

    return read


def _number(name: str) -> Reader:
    def read(facts: Facts) -> FactValue | None:
        value = facts.get(name)
        if value is None or isinstance(value, _NO_NUMBERS):
            return None
        return value if math.isfinite(value) else None

    return read


def _listed(name: str, values: dict[str, float] | dict[str, str]) -> Reader:
    def read(facts: Facts) -> FactValue | None:
        value = facts.get(name)
        return values.get(value) if isinstance(value, str) else None

    return read


def _open_word(name: str) -> Reader:
    def read(facts: Facts) -> FactValue | None:
        value = facts.get(name)
        return value if isinstance(value, str) and OPEN_WORD.fullmatch(value) else None

    return read
