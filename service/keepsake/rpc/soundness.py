"""Tells quickly that a message keeps every rule of its proto, so that nothing need be looked for.

Nearly every request is sound, and protovalidate, which says what is wrong, takes ten times as long
to say that nothing is. Here the same rules become plain Python once for each type of message. What
this does not know (a rule, a condition in CEL) is never sound; protovalidate has the last word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from math import inf, isfinite
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from buf.validate import validate_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor

Test = Callable[[Any], object]
"""Tells by what it returns, true or false, whether a value is sound."""

_SLICE = 32  # elements of a long list, about half a millisecond
_FIELD: Any = validate_pb2.field  # type: ignore[attr-defined]  # generated without types
_MESSAGE: Any = validate_pb2.message  # type: ignore[attr-defined]
_IGNORED: Any = validate_pb2.IGNORE_ALWAYS  # type: ignore[attr-defined]
_IN_PYTHON: Mapping[str, Test] = MappingProxyType(
    {"attribute_value.exactly_one": lambda fields: len(fields) == 1}
)
"""Conditions in CEL, by their ids, as they are told from the list of fields that are set."""


def is_sound(message: Any) -> bool:
    """Tell that a message keeps all rules; False where it breaks one, or that is not known."""
    return bool(_message_test(message.DESCRIPTOR)(message))


def sound_in_slices(message: Any, field: str) -> Iterator[bool]:
    """Tell the same, a slice of one long list at a time; it ends with the first False."""
    few = type(message)()
    few.CopyFrom(message)
    elements = list(getattr(message, field))
    del getattr(few, field)[1:]
    rules = _rules_of(message.DESCRIPTOR.fields_by_name[field]).repeated
    test = _message_test(message.DESCRIPTOR.fields_by_name[field].message_type)
    sound = bool(_fits(rules.min_items, rules.max_items)(elements)) and is_sound(few)
    rest = iter(elements[1:])
    while sound and (some := list(islice(rest, _SLICE))):
        yield True
        sound = all(test(element) for element in some)
    yield sound


@cache
def _message_test(descriptor: Descriptor) -> Test:
    try:
        tests = {field: test for field in descriptor.fields if (test := _test_of(field))}
        wholes = [*_conditions(descriptor)]
    except NotImplementedError:
        return lambda _message: False
    needed = [_presence(field) for field in descriptor.fields if _is_needed(field)]
    return _walk(tests, needed, wholes)


def _presence(field: FieldDescriptor) -> Test:
    """Return the test that a field is set, or not empty where that is the same."""
    name = field.name
    return (lambda message: message.HasField(name)) if field.has_presence else attrgetter(name)


def _walk(
    tests: Mapping[FieldDescriptor, Test], needed: Sequence[Test], wholes: Sequence[Test]
) -> Test:
    """Return the test of a message: of the fields that are set, of those that must be, of all."""
    get, whole = tests.get, _all_of(wholes)

    def sound(message: Any) -> bool:
        fields = message.ListFields()
        for field, value in fields:
            test = get(field)
            if test and not test(value):
                return False
        for is_set in needed:
            if not is_set(message):
                return False
        return whole is None or bool(whole(fields))

    return sound


def _conditions(descriptor: Descriptor) -> Iterator[Test]:
    for name, rules in _set(descriptor.GetOptions().Extensions[_MESSAGE]):
        if name != "cel":
            raise NotImplementedError(name)
        for condition in rules:
            if condition.id not in _IN_PYTHON:
                raise NotImplementedError(condition.id)
            yield _IN_PYTHON[condition.id]


def _is_needed(field: FieldDescriptor) -> bool:
    """Tell whether a field that is not set breaks a rule; its empty value is told by its test."""
    rules = _rules_of(field)
    if rules.required or field.is_repeated:
        return bool(rules.required or rules.repeated.min_items)
    test = None if field.has_presence else _test_of(field)
    return test is not None and not test(field.default_value)


def _test_of(field: FieldDescriptor) -> Test | None:
    """Return the test of a value that is set; None where every value is sound."""
    inner = field.message_type
    if inner is not None and inner.GetOptions().map_entry:
        return _map_test(field, inner)
    tests = [_rule_test(field, name, rules) for name, rules in _set(_rules_of(field))]
    is_judged_later = _rules_of(field).repeated.items.ignore == _IGNORED
    if inner is not None and _has_rules(inner) and not is_judged_later:
        element = _message_test(inner)
        tests.append(_each(element) if field.is_repeated else element)
    return _all_of([test for test in tests if test])


def _map_test(field: FieldDescriptor, entry: Descriptor) -> Test:
    rules = _rules_of(field).map
    inner = entry.fields_by_name["value"].message_type
    if [name for name, _ in _set(rules) if name not in ("min_pairs", "max_pairs", "keys")]:
        raise NotImplementedError(field.full_name)
    keys = [_rule_test(entry.fields_by_name["key"], name, each) for name, each in _set(rules.keys)]
    key = _all_of([test for test in keys if test])
    value = _message_test(inner) if inner is not None and _has_rules(inner) else None
    fits = _fits(rules.min_pairs, rules.max_pairs)

    def sound(pairs: Any) -> bool:
        if not fits(pairs):
            return False
        for name in pairs:  # its items come by way of more Python
            if (key and not key(name)) or (value and not value(pairs[name])):
                return False
        return True

    return sound


@cache
def _has_rules(descriptor: Descriptor) -> bool:
    """Tell whether a message holds any rule, itself or below; one that holds itself does."""
    return descriptor.file.package.startswith("keepsake.")


def _rule_test(field: FieldDescriptor, name: str, rules: Any) -> Test | None:
    """Return the test of one kind of rule; raise NotImplementedError for one not known here."""
    if name == "required":
        return None
    known, test = _RULES.get(name, (frozenset(), None))
    values = dict(_set(rules))
    if test is None or values.keys() - known:
        raise NotImplementedError(name)
    return test(field, values)


def _text_test(_field: FieldDescriptor, values: Mapping[str, Any]) -> Test | None:
    least, most = values.get("min_len", 0), values.get("max_len")
    tests: list[Test] = []
    if least or most is not None:
        tests.append(_fits(least, most))
    if "pattern" in values:
        tests.append(_pattern_test(values["pattern"]))
    return _all_of(tests)


def _pattern_test(pattern: str) -> Test:
    """Return the test of a pattern that holds for the whole text, as all of ours do."""
    if not (pattern.startswith("^") and pattern.endswith("$")) or "|" in pattern:
        raise NotImplementedError(pattern)
    return re.compile(pattern[1:-1], re.ASCII).fullmatch


def _number_test(_field: FieldDescriptor, values: Mapping[str, Any]) -> Test | None:
    low, high = values.get("gte", -inf), values.get("lte", inf)
    tests: list[Test] = [isfinite] if values.get("finite") else []
    if "gte" in values or "lte" in values:
        tests.append(lambda number: low <= number <= high)
    return _all_of(tests)


def _list_test(field: FieldDescriptor, values: Mapping[str, Any]) -> Test:
    of_items = dict(_set(values["items"])) if "items" in values else {}
    if of_items.keys() - {"ignore"}:
        raise NotImplementedError(field.full_name)
    return _fits(values.get("min_items", 0), values.get("max_items"))


def _enum_test(field: FieldDescriptor, values: Mapping[str, Any]) -> Test | None:
    declared = frozenset(field.enum_type.values_by_number if field.enum_type else ())
    return declared.__contains__ if values["defined_only"] else None


def _fits(least: int, most: int | None) -> Test:
    if not most:
        return lambda many: len(many) >= least
    return lambda many: least <= len(many) <= most


def _each(test: Test) -> Test:
    return lambda elements: all(map(test, elements))


def _all_of(tests: Sequence[Test]) -> Test | None:
    if len(tests) < 2:  # noqa: PLR2004 - one test needs no list around it
        return tests[0] if tests else None
    first, rest = tests[0], _all_of(tests[1:])
    return lambda value: first(value) and rest(value)  # type: ignore[misc]  # there is a rest


def _rules_of(field: FieldDescriptor) -> Any:
    return field.GetOptions().Extensions[_FIELD]


def _set(message: Any) -> Iterator[tuple[str, Any]]:
    """Yield the names and values of the fields that a message has set."""
    return ((field.name, value) for field, value in message.ListFields())


_Compile = Callable[[FieldDescriptor, Mapping[str, Any]], Test | None]
_RANGE = frozenset({"gte", "lte", "finite"})
_RULES: Mapping[str, tuple[frozenset[str], _Compile]] = MappingProxyType(
    {
        "string": (frozenset({"pattern", "min_len", "max_len"}), _text_test),
        "int32": (_RANGE, _number_test),
        "double": (_RANGE, _number_test),
        "repeated": (frozenset({"min_items", "max_items", "items"}), _list_test),
        "enum": (frozenset({"defined_only"}), _enum_test),
    }
)
