"""Facts as they are recorded, for journal and replay, and as an explanation lists them.

Which facts there are, and of which type, comes in few combinations; so the names are kept as they
are written.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import lru_cache
from itertools import compress
from operator import itemgetter, not_
from typing import Any, NamedTuple

from keepsake.answer.parts import field_of
from keepsake.core.facts import Facts, FactValue
from keepsake.v1.decision_pb2 import Fact
from keepsake.v1.journal_pb2 import Facts as RecordedFacts

_KEPT = 512
"""Of how many combinations of facts the names are kept."""
_NUMBER_NAME = field_of(RecordedFacts, "number_names")
_NUMBERS = field_of(RecordedFacts, "numbers")
_WORD_NAME = field_of(RecordedFacts, "word_names")
_WORD = field_of(RecordedFacts, "words")
_RAISED = field_of(RecordedFacts, "raised")
_LOWERED = field_of(RecordedFacts, "lowered")

_Values = Callable[[Facts], tuple[Any, ...]]


class _Columns(NamedTuple):
    """How facts of some names and types are recorded: names as written, and what reads values.

    A flag is nothing but its name: written as `raised` where it is true, as `lowered` where not.
    """

    number_names: bytes
    numbers: _Values
    pack: Callable[..., bytes]
    word_names: bytes
    words: _Values
    raised: tuple[bytes, ...]
    lowered: tuple[bytes, ...]
    are_raised: _Values


def in_columns(facts: Facts) -> bytes:
    """Return the facts as they are recorded, in bytes."""
    columns = _columns(tuple(facts), tuple(map(type, facts.values())))
    number_names, numbers, pack, word_names, words, raised, lowered, are_raised = columns
    flags = are_raised(facts)
    packed = pack(*numbers(facts))
    return b"".join(
        [
            number_names,
            _NUMBERS(packed) if packed else b"",
            word_names,
            *[_WORD(word.encode()) for word in words(facts)],
            *compress(raised, flags),
            *compress(lowered, map(not_, flags)),
        ]
    )


@lru_cache(maxsize=_KEPT)
def _columns(names: tuple[str, ...], types: tuple[type, ...]) -> _Columns:
    numbers, words, flags = list[str](), list[str](), list[str]()
    for name, kind in zip(names, types, strict=True):
        (flags if kind is bool else words if issubclass(kind, str) else numbers).append(name)
    return _Columns(
        b"".join([_NUMBER_NAME(name.encode()) for name in numbers]),
        _values(numbers),
        struct.Struct(f"<{len(numbers)}d").pack,
        b"".join([_WORD_NAME(name.encode()) for name in words]),
        _values(words),
        tuple([_RAISED(name.encode()) for name in flags]),
        tuple([_LOWERED(name.encode()) for name in flags]),
        _values(flags),
    )


def _values(names: list[str]) -> _Values:
    """Return what reads some facts; one name, too, gives a tuple."""
    if len(names) > 1:
        return itemgetter(*names)
    return lambda facts: tuple([facts[name] for name in names])


def record(facts: Facts) -> RecordedFacts:
    """Return the facts as they are recorded."""
    return RecordedFacts.FromString(in_columns(facts))


def facts_of(recorded: RecordedFacts) -> dict[str, FactValue]:
    """Return the facts by name, as they were before they were recorded."""
    # Slices are lists at once; walking along a field of a message costs an exception at its end.
    facts: dict[str, FactValue] = dict.fromkeys(recorded.lowered[:], False)
    facts.update(zip(recorded.number_names[:], recorded.numbers[:], strict=True))
    facts.update(zip(recorded.word_names[:], recorded.words[:], strict=True))
    facts.update(dict.fromkeys(recorded.raised[:], True))
    return facts


def listed(facts: Facts) -> list[Fact]:
    """Return the facts as an explanation lists them, sorted by name."""
    return [_fact(name, facts[name]) for name in sorted(facts)]


def _fact(name: str, value: FactValue) -> Fact:
    if isinstance(value, bool):
        return Fact(name=name, flag=value)
    if isinstance(value, str):
        return Fact(name=name, word=value)
    return Fact(name=name, number=value)
