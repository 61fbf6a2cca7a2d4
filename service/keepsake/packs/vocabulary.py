"""The vocabulary of a pack: the fields of the API's messages, the pack's own facts, the built-ins.

A field of `Order` is a fact `order.*`. A text field is a fact only when the pack declares its
words; ids are never facts. So rules, models and callers can only speak of what is declared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from keepsake.core import links
from keepsake.core.facts import FactKind, FactType, FactValue, Vocabulary
from keepsake.core.literals import Dialect, LiteralError, read_literal
from keepsake.core.pack import SENSITIVE
from keepsake.core.protected import protected_part, protected_word
from keepsake.core.windows import SHOWN_AMOUNT, SHOWN_OFFERS, SHOWN_PERCENT
from keepsake.packs.api_facts import message_facts
from keepsake.packs.document import Document
from keepsake.packs.entries import FactShape
from keepsake.packs.schema import PackShape

COUNT = "count"
"""The type of a number that is always whole."""
CODE = "code"
"""The type of a word that no list holds: a network's code, an airline's. Never a name or an id."""
_SHORT = {COUNT: FactKind.NUMBER, CODE: FactKind.ONE_OF}
IN_DAYS, HOURS_AGO, READY_DATE = ".in_days", ".hours_ago", ".ready_date"


@dataclass(frozen=True, slots=True)
class Around:
    """What the vocabulary of one kind knows beside what is declared for it.

    All kinds and the reasons of the pack's own, for rules and laws that name them; and facts that
    follow from stages and checklists, unless they are declared.
    """

    kinds: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    facts: tuple[FactType, ...] = ()


def build_vocabulary(
    shape: PackShape, document: Document, around: Around | None = None
) -> Vocabulary:
    """Return all facts of a pack; mistakes are noted in the document."""
    around = around or Around()
    types = {fact.name: fact for fact in message_facts()}
    types = {fact.name: fact for fact in around.facts if fact.name not in shape.facts} | types
    given = facts_given(shape)
    for name, declared in shape.facts.items():
        _refuse_protected(name, declared, document)
        of_api = types.get(name)
        is_given = name in given
        fact_type = _declared(name, declared, of_api, document=document, given=is_given)
        if fact_type is not None:
            types[name] = fact_type
    codes = {name for name, declared in shape.facts.items() if declared.type == CODE}
    types = {
        name: each
        for name, each in types.items()
        if each.words or each.kind is not FactKind.ONE_OF or name in codes
    }
    for fact_type in (*_built_in(shape, around), *_questions(shape)):
        if fact_type.name in shape.facts:
            document.refuse(("facts", fact_type.name), "is built in", "choose another name")
        types[fact_type.name] = fact_type
    for fact_type in [*types.values()]:
        types |= {counted.name: counted for counted in _counted(fact_type)}
    return Vocabulary(types.values())


def facts_given(shape: PackShape) -> frozenset[str]:
    """Return the facts that decision tables and checklists give, by what is declared."""
    tables = {f for t in shape.tables.values() for f in (*t.gives.values(), *t.otherwise)}
    lists = {f for c in shape.checklists.values() for f in (c.gives.completeness, c.gives.missing)}
    return frozenset(tables | shape.dates.keys() | {fact for fact in lists if fact})


def _refuse_protected(name: str, shape: FactShape, document: Document) -> None:
    """Refuse a fact that no decision may know, by its name or by a word of its list."""
    part = protected_part(name)
    if part is not None:
        message = f"speaks of {part}: no decision may know it"
        hint = "leave it out; a rule of law has its place in `contract`"
        document.refuse(("facts", name), message, hint)
    word = protected_word([*(shape.one_of or ()), *(shape.ordered or ())])
    if word is not None:
        key = "one_of" if shape.one_of else "ordered"
        message = "says a protected trait: no decision may know it"
        document.refuse(("facts", name, key), message, "leave it out", value=word)


def _declared(
    name: str, shape: FactShape, of_api: FactType | None, *, document: Document, given: bool
) -> FactType | None:
    path = ("facts", name)
    kind = _kind(shape, of_api)
    if kind is None:
        document.refuse(path, *_no_kind(shape, of_api))
        return None
    words = tuple(shape.one_of or shape.ordered or ())
    if len(set(words)) < len(words):
        document.refuse((*path, "one_of" if shape.one_of else "ordered"), "names a word twice")
    if shape.derived and not given and kind not in (FactKind.FLAG, FactKind.ORDERED):
        document.refuse((*path, "derived"), f"is {kind}; flags and ordered words are derived")
        return None
    fact_type = FactType(
        name,
        kind,
        words=words,
        unit=shape.unit,
        minimum=shape.min if shape.min is not None or of_api is None else of_api.minimum,
        maximum=shape.max if shape.max is not None or of_api is None else of_api.maximum,
        derived=shape.derived and not given,
        given=given,
        source=document.where(path),
        is_count=shape.type == COUNT or (of_api is not None and of_api.is_count),
    )
    return _with_default(fact_type, shape, document)


def _kind(shape: FactShape, of_api: FactType | None) -> FactKind | None:
    """Return the kind, or None where the declaration says none, two, or another than the API."""
    type_ = shape.type and (_SHORT.get(shape.type) or FactKind(shape.type))
    said = [type_, shape.one_of and FactKind.ONE_OF,
            shape.ordered and FactKind.ORDERED]  # fmt: skip
    kinds = [kind for kind in said if kind]
    if of_api is None:
        return kinds[0] if len(kinds) == 1 else None
    if of_api.kind is FactKind.ONE_OF:
        may_be = len(kinds) == 1 and shape.type in (None, CODE) and not shape.derived
        return kinds[0] if may_be else None
    return of_api.kind if kinds in ([], [of_api.kind]) and not shape.derived else None


def _no_kind(shape: FactShape, of_api: FactType | None) -> tuple[str, str]:
    if of_api is None:
        return "says not what it measures", "give exactly one of type, one_of, ordered"
    if shape.derived:
        return "comes with the request and cannot be derived", "choose another name"
    if of_api.kind is FactKind.ONE_OF:
        return "is a word of the API", "list its words under one_of or ordered"
    return f"is {of_api.kind} in the API", "leave out type, one_of and ordered"


def _with_default(fact_type: FactType, shape: FactShape, document: Document) -> FactType:
    default: FactValue | None = None
    if shape.default is not None:
        path = ("facts", fact_type.name, "default")
        try:
            currency = str(document.data.get("currency", ""))
            dialect = Dialect(Vocabulary([]), currency=currency, rates={currency: 1.0})
            default = read_value(shape.default, fact_type, dialect)
        except LiteralError as error:
            document.refuse(path, error.message, error.suggestion, value=shape.default)
    return replace(fact_type, default=default)


def read_value(value: Any, fact_type: FactType, dialect: Dialect) -> FactValue:
    """Return a value of a YAML file (`true`, `3`, `150 USD`) as a value of the fact's kind."""
    if isinstance(value, bool):
        return read_literal("true" if value else "false", fact_type, dialect)
    if isinstance(value, (int, float)):
        if not fact_type.kind.is_numeric or fact_type.kind in (FactKind.DATE, FactKind.TIME):
            raise LiteralError(f"{fact_type.name} is {fact_type.kind}, {value} is a number")
        if fact_type.kind is FactKind.MONEY and value != 0:
            return read_literal(str(value), fact_type, dialect)
        return float(value)
    return read_literal(str(value), fact_type, dialect)


def reason_words(shape: PackShape) -> tuple[str, ...]:
    """Return the words under which decisions know the reasons."""
    open_ids = [name for name, reason in shape.reasons.items() if not reason.sensitive]
    has_sensitive = len(open_ids) < len(shape.reasons)
    return (*open_ids, *((SENSITIVE,) if has_sensitive else ()))


def _built_in(shape: PackShape, around: Around) -> Iterator[FactType]:
    reasons = tuple(dict.fromkeys((*reason_words(shape), *around.reasons)))
    words = {
        "kind": tuple(dict.fromkeys((*shape.kinds, *around.kinds))),
        "channel": tuple(shape.channels),
        "subject_type": tuple(shape.subjects),
        "jurisdiction": (),
        "jurisdiction.country": (),
        "reason": reasons,
        "reason.stated": reasons,
        "reason.detected": reasons,
    }
    for name, listed in words.items():
        yield FactType(name, FactKind.ONE_OF, listed)
    yield FactType("today", FactKind.DATE)
    yield FactType("now", FactKind.TIME)
    yield FactType("occurred", FactKind.TIME)
    yield FactType("reason.probability", FactKind.NUMBER, minimum=0.0, maximum=1.0)
    yield FactType("reason.unsure", FactKind.FLAG)
    yield FactType("never_save", FactKind.FLAG)
    yield FactType("risk", FactKind.NUMBER, minimum=0.0, maximum=1.0)
    yield FactType(links.CASES, FactKind.NUMBER, minimum=0.0, is_count=True)
    yield FactType(links.OPEN_CASES, FactKind.NUMBER, minimum=0.0, is_count=True)
    yield FactType(links.SAME_REASON, FactKind.NUMBER, minimum=0.0, is_count=True)
    yield FactType(links.SETTLED_BEFORE, FactKind.FLAG)
    yield FactType(links.DISPUTED, FactKind.FLAG)
    yield FactType(SHOWN_OFFERS, FactKind.NUMBER, minimum=0.0, is_count=True)
    yield FactType(SHOWN_PERCENT, FactKind.PERCENT, minimum=0.0, maximum=100.0)
    yield FactType(SHOWN_AMOUNT, FactKind.MONEY, minimum=0.0)


def _questions(shape: PackShape) -> Iterator[FactType]:
    for question in shape.feasibility:
        yield FactType(f"feasibility.{question}", FactKind.FLAG)
        yield FactType(f"feasibility.{question}{READY_DATE}", FactKind.DATE)


def _counted(fact_type: FactType) -> Iterator[FactType]:
    """Yield what is counted from a date (days to it) or a time (hours since)."""
    if fact_type.name in ("today", "now", "occurred"):
        return
    if fact_type.kind is FactKind.DATE:
        yield FactType(fact_type.name + IN_DAYS, FactKind.DAYS, is_count=True)
    if fact_type.kind is FactKind.TIME:
        yield FactType(fact_type.name + HOURS_AGO, FactKind.HOURS)


def attributes(vocabulary: Vocabulary) -> tuple[FactType, ...]:
    """Return the facts that the pack itself declares and callers send as attributes."""
    of_api = {fact.name for fact in message_facts()}
    return tuple(
        fact
        for fact in vocabulary.values()
        if fact.source.file and fact.name not in of_api and not (fact.derived or fact.given)
    )
