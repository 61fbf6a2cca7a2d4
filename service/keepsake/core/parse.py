"""Conditions as packs write them, read into their compiled form.

A condition is `fact operator operand`; a list of them means all, and an item may be
`any: [...]` or `all: [...]` again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from keepsake.core.conditions import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    FactRef,
    Operand,
    Operator,
)
from keepsake.core.errors import PackError, Problem
from keepsake.core.facts import FactKind, FactType, FactValue, Source
from keepsake.core.literals import Dialect, LiteralError, read_literal, suggest

Path = tuple[str | int, ...]
Locate = Callable[[Path], Source]
"""Tells where an item of a `when` stands: (0,) the first, (1, "any", 0) one inside the second."""

_SHAPE = re.compile(
    r"(?P<fact>[A-Za-z_][\w.-]*)\s*"
    r"(?P<operator>==|!=|<=|>=|<|>|\b(?:not\s+in|in|before|after|is\s+missing|is\s+present)(?!\w))"
    r"\s*(?P<operand>.*)",
    re.DOTALL,
)
_PRESENCE = (Operator.IS_MISSING, Operator.IS_PRESENT)
_LISTS = (Operator.IN, Operator.NOT_IN)
_EQUALITY = (Operator.EQUAL, Operator.NOT_EQUAL, *_PRESENCE)
_ORDER = (Operator.LESS, Operator.AT_MOST, Operator.GREATER, Operator.AT_LEAST)
_TURNS = (Operator.BEFORE, Operator.AFTER)
_TURNING = (FactKind.ORDERED, FactKind.DATE, FactKind.TIME)


def parse_condition(
    text: str, dialect: Dialect, *, source: Source = Source(), key: str = "when"
) -> Comparison:
    """Return one comparison; raise PackError with the one problem that it has."""
    try:
        return _comparison(text.strip(), dialect, source)
    except LiteralError as error:
        problem = Problem(source, key, text, error.message, error.suggestion)
        raise PackError((problem,)) from error


def parse_when(when: object, dialect: Dialect, *, key: str, locate: Locate) -> AllOf:
    """Return the conditions of a `when` (a list, or one condition); raise PackError with all."""
    items = when if isinstance(when, list | tuple) else [when]
    return AllOf(_Reading(dialect, key, locate).items(items, ()))


@dataclass(frozen=True, slots=True)
class _Reading:
    """One `when` being read; problems are collected, so that a person sees all of them at once."""

    dialect: Dialect
    key: str
    locate: Locate

    def items(self, items: Sequence[object], path: Path) -> tuple[Condition, ...]:
        """Return every condition of a list."""
        return _collected(
            [partial(self.item, item, (*path, place)) for place, item in enumerate(items)]
        )

    def item(self, item: object, path: Path) -> Condition:
        """Return one item: a comparison, or `any` or `all` of several."""
        if isinstance(item, str):
            return parse_condition(item, self.dialect, source=self.locate(path), key=self.key)
        if isinstance(item, Mapping) and len(item) == 1:
            ((word, inner),) = item.items()
            if word in ("any", "all") and isinstance(inner, list | tuple) and inner:
                conditions = self.items(inner, (*path, word))
                return AnyOf(conditions) if word == "any" else AllOf(conditions)
        message = "a condition is a text, or a list under `any:` or `all:`"
        problem = Problem(self.locate(path), self.key, str(item), message, "order.stage == casting")
        raise PackError((problem,))


def _collected(reads: Sequence[Callable[[], Condition]]) -> tuple[Condition, ...]:
    found: list[Condition] = []
    problems: list[Problem] = []
    for read in reads:
        try:
            found.append(read())
        except PackError as error:
            problems.extend(error.problems)
    if problems:
        raise PackError(tuple(problems))
    return tuple(found)


def _comparison(text: str, dialect: Dialect, source: Source) -> Comparison:
    shape = _SHAPE.fullmatch(text)
    if not shape:
        message = "not a condition: write a fact, an operator and a constant or another fact"
        raise LiteralError(message, "operators: " + ", ".join(Operator))
    fact_type = _fact_type(shape["fact"], dialect)
    operator = Operator(" ".join(shape["operator"].split()))
    _refuse_operator(operator, fact_type)
    operand = _operand(operator, shape["operand"].strip(), fact_type, dialect=dialect)
    return Comparison(fact_type.name, operator, operand, text, source)


def _fact_type(name: str, dialect: Dialect) -> FactType:
    fact_type = dialect.vocabulary.get(name)
    if fact_type is None:
        near = dialect.vocabulary.nearest(name)
        suggestion = f"did you mean {near}?" if near else "declare it in facts.yaml"
        raise LiteralError(f"no fact is called {name}", suggestion)
    return fact_type


def _allowed(kind: FactKind) -> tuple[Operator, ...]:
    if kind is FactKind.FLAG:
        return _EQUALITY
    if kind is FactKind.ONE_OF:
        return (*_EQUALITY, *_LISTS)
    turns = _TURNS if kind in _TURNING else ()
    return (*_EQUALITY, *_LISTS, *_ORDER, *turns)


def _refuse_operator(operator: Operator, fact_type: FactType) -> None:
    allowed = _allowed(fact_type.kind)
    if operator in allowed:
        return
    if fact_type.kind is FactKind.ONE_OF:
        message = f"the words of {fact_type.name} have no order, so none is `{operator}` another"
        raise LiteralError(message, "declare them with `ordered:`, or use == or in")
    message = f"`{operator}` cannot compare {fact_type.name}, which is {fact_type.kind}"
    raise LiteralError(message, "use one of: " + ", ".join(allowed))


def _operand(operator: Operator, text: str, fact_type: FactType, *, dialect: Dialect) -> Operand:
    if operator in _PRESENCE:
        if text:
            raise LiteralError(f"`{operator}` takes nothing after it", f"drop {text!r}")
        return None
    if not text:
        raise LiteralError(f"nothing stands after `{operator}`", "write a constant or a fact")
    if operator in _LISTS:
        return _list(text, fact_type, dialect)
    if text in dialect.vocabulary and text not in fact_type.words:
        return _other_fact(fact_type, dialect.vocabulary[text])
    return read_literal(text, fact_type, dialect)


def _list(text: str, fact_type: FactType, dialect: Dialect) -> Operand:
    if text.startswith("[") and text.endswith("]"):
        words: Sequence[str] = [word.strip() for word in text[1:-1].split(",") if word.strip()]
    elif text in dialect.lists:
        words = dialect.lists[text]
    else:
        suggestion = suggest(text, dialect.lists) or "write [one, two]"
        raise LiteralError(f"no list is called {text!r}", suggestion)
    if not words:
        raise LiteralError("the list is empty", "name at least one word")
    values: list[FactValue] = [read_literal(str(word), fact_type, dialect) for word in words]
    if fact_type.kind.is_numeric:
        return tuple(dict.fromkeys(float(value) for value in values))
    return tuple(dict.fromkeys(str(value) for value in values))


def _other_fact(left: FactType, right: FactType) -> FactRef:
    if left.kind is not right.kind:
        message = f"{left.name} is {left.kind} and {right.name} is {right.kind}"
        raise LiteralError(message, "compare facts of one kind")
    if left.unit != right.unit:
        message = (
            f"{left.name} is in {left.unit or 'no unit'}, {right.name} in {right.unit or 'none'}"
        )
        raise LiteralError(message, "compare facts of one unit")
    if left.words and right.words and not _share_words(left, right):
        raise LiteralError(f"{left.name} and {right.name} do not have the same words")
    return FactRef(right.name)


def _share_words(left: FactType, right: FactType) -> bool:
    if left.kind is FactKind.ORDERED:
        return left.words == right.words
    return bool(set(left.words) & set(right.words))
