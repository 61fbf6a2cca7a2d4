"""What the amounts and answers of one request must be to each other.

A slip of the caller's here is money: a tenfold `paid` is paid back by a way out, and a margin above
the price buys concessions that nobody can afford.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from keepsake.core.facts import Facts
from keepsake.packs.request_reading import Reading

MOST_PAID_OF_VALUE = 10
"""Taxes, fees and extras are paid beside the price; ten times the price is a slip."""


def check_amounts(reading: Reading, part: str, facts: Facts, *, path: str) -> None:
    """Refuse a margin above the value, and a payment of many times the value."""
    value = facts.get(f"{part}.value")
    if value is None:
        return
    for name, times in (("margin", 1), ("paid", MOST_PAID_OF_VALUE)):
        amount = facts.get(f"{part}.{name}")
        if amount is not None and float(amount) > float(value) * times:
            allowed = f"at most {times} times {path}.value, which is {float(value):g}"
            reading.refuse(f"{path}.{name}", f"{float(amount):g}", allowed)


def check_once(reading: Reading, names: Sequence[str], *, path: str, key: str) -> None:
    """Refuse a name that stands twice in a list: nobody can tell which of the two is meant."""
    if len(set(names)) == len(names):
        return
    first = dict[str, int]()
    for index, name in enumerate(names):
        if first.setdefault(name, index) != index:
            reading.refuse(f"{path}[{index}].{key}", name, f"once; it is in [{first[name]}] too")


def check_concessions(reading: Reading, concessions: Iterable[Any], *, path: str) -> None:
    """Refuse a share of the price that is none."""
    for index, concession in enumerate(concessions):
        percent = concession.percent
        if not (math.isfinite(percent) and 0 <= percent <= 100):  # noqa: PLR2004 - percent
            where = f"{path}[{index}].percent"
            reading.refuse(where, f"{percent:g}", "at least 0 and at most 100 percent")
