"""Checks the form of a merged document, and tells what is wrong in the words of the files.

A malformed entry is noted and set aside, so that the rest is still checked: a person sees every
mistake at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from keepsake.core.facts import nearest
from keepsake.packs.document import Document
from keepsake.packs.schema import PackShape, json_schema
from keepsake.packs.shapes import PATTERNS
from keepsake.packs.tree import Path, key_of

STAND_INS: Mapping[str, Any] = {
    "pack": "pack",
    "title": {"en": "-"},
    "reasons": {},
    "offers": {},
    "ways_out": {"free": {"text": {"en": "-"}, "fee": "0 USD", "returned": "0 USD"}},
    "authority": {"tiers": [{"tier": 1, "role": "specialist"}]},
    "valuation": {"value": "order.value", "margin": "order.margin"},
}
"""What stands for a section that is missing or malformed while the others are checked."""

WHOLE = ("title", "authority", "valuation", "rates", "experiment", "reason_policy")
"""Sections that are set aside whole: their keys are no entries."""

_PLAIN = {
    "string_type": "must be a text",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "dict_type": "must hold keys",
    "model_type": "must hold keys",
    "list_type": "must be a list",
    "missing": "is missing",
    "extra_forbidden": "no such key",
    "string_pattern_mismatch": "is not written as it must be",
    "literal_error": "is not one of the words allowed",
}


def check_form(document: Document) -> PackShape | None:
    """Return the shape of a document, without its malformed entries; None where too little is left.

    Every mistake is noted in the document.
    """
    data = {name: entry for name, entry in document.data.items() if entry is not None}
    try:
        return PackShape.model_validate(data)
    except ValidationError as error:
        paths = [_note(document, data, details) for details in error.errors(include_url=False)]
    left = _without(data, paths)
    try:
        return PackShape.model_validate(left)
    except ValidationError:
        return None


def _without(data: Mapping[str, Any], paths: list[Path]) -> dict[str, Any]:
    """Return the data without the entries that hold a mistake."""
    left = dict(data)
    for path in paths:
        section = str(path[0])
        entries = left.get(section)
        if len(path) > 1 and isinstance(entries, dict) and section not in WHOLE:
            left[section] = {name: entry for name, entry in entries.items() if name != path[1]}
        else:
            left.pop(section, None)
    for section, stand_in in STAND_INS.items():
        if not left.get(section):
            left[section] = stand_in
    return left


def _note(document: Document, data: Mapping[str, Any], details: ErrorDetails) -> Path:
    path = _path(data, details)
    if key_of(path) in document.refused:
        return path  # its form was refused already
    kind = details["type"]
    message = _PLAIN.get(kind) or details["msg"].replace("Input should", "must")
    value = details["input"]
    shown = value if isinstance(value, (str, int, float)) and kind != "missing" else ""
    if kind == "extra_forbidden":
        shown = ""
    document.refuse(path, message, _suggestion(path, details), value=shown)
    return path


def _path(data: Any, details: ErrorDetails) -> Path:
    """Return the path in the files: pydantic's own, less the names of its alternatives."""
    path: list[str | int] = []
    for part in details["loc"]:
        if _holds(data, part):
            data = data[part]
        elif not (part == details["loc"][-1] and details["type"] == "missing"):
            continue
        path.append(part)
    return tuple(path)


def _holds(data: Any, part: str | int) -> bool:
    if isinstance(data, list):
        return isinstance(part, int) and part < len(data)
    return isinstance(data, dict) and part in data


def _suggestion(path: Path, details: ErrorDetails) -> str:
    kind = details["type"]
    if kind == "extra_forbidden":
        return _nearest_key(path)
    if kind == "literal_error":
        words = re.findall(r"'([^']*)'", str(details.get("ctx", {}).get("expected", "")))
        near = nearest(str(details["input"]), words)
        return f"did you mean {near}?" if near else "one of: " + ", ".join(words)
    pattern = str(details.get("ctx", {}).get("pattern"))
    if pattern in PATTERNS:
        return PATTERNS[pattern]
    descriptions = (str(part["description"]) for part in _schemas(path) if "description" in part)
    told = next(descriptions, "").rstrip(".")
    if not told and kind == "string_pattern_mismatch":
        return f"it must match {pattern}"
    return told if kind in ("string_pattern_mismatch", "missing", "string_type") else ""


def _nearest_key(path: Path) -> str:
    keys = {key for part in _schemas(path[:-1]) for key in part.get("properties", {})}
    near = nearest(str(path[-1]), keys)
    return f"did you mean {near}?" if near else "known: " + ", ".join(sorted(keys))


def _schemas(path: Path) -> list[dict[str, Any]]:
    """Return the parts of the JSON Schema that describe what stands at a path."""
    found = [_schema()]
    for part in path:
        found = [below for schema in found for below in _below(schema, part)]
    return [schema for outer in found for schema in _alternatives(outer)]


def _below(schema: dict[str, Any], part: str | int) -> Iterator[dict[str, Any]]:
    for one in _alternatives(schema):
        if isinstance(part, int):
            below = one.get("items")
        else:
            by_pattern = [*one.get("patternProperties", {}).values(), None]
            other = one.get("additionalProperties") or by_pattern[0]
            below = one.get("properties", {}).get(part) or other
        if isinstance(below, dict):
            yield below


def _alternatives(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a schema itself, what it refers to, and each of its alternatives."""
    yield schema
    if "$ref" in schema:
        yield from _alternatives(_schema()["$defs"][schema["$ref"].rpartition("/")[2]])
    for one in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from _alternatives(one)


@cache
def _schema() -> dict[str, Any]:
    return json_schema()
