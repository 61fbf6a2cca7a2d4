"""Named tuples made, and read, many at a time.

The constructor of a named tuple is a Python function, and its fields are looked up by name. For
some twenty candidates in each decision, of four kinds of tuple, both cost more than the sums.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from operator import itemgetter
from typing import Any, TypeVar

Row = TypeVar("Row", bound=tuple[Any, ...])


def rows(kind: type[Row], *columns: Iterable[object]) -> list[Row]:
    """Return a named tuple for each row of the columns, which are its fields in their order."""
    make: Callable[[tuple[object, ...]], Row] = partial(tuple.__new__, kind)
    return list(map(make, zip(*columns, strict=True)))


def column(kind: type[Row], field: str) -> Callable[[Iterable[Row]], list[Any]]:
    """Return what reads one field of each named tuple of a kind."""
    read = itemgetter(kind._fields.index(field))  # type: ignore[attr-defined]  # of named tuples
    return lambda many: list(map(read, many))
