"""What would be right: the remedy for a mistake of form, out of the JSON Schema."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from pydantic_core import ErrorDetails

from keepsake.core.facts import nearest
from keepsake.packs.schema import json_schema
from keepsake.packs.shapes import PATTERNS
from keepsake.packs.tree import Path


def suggestion(path: Path, details: ErrorDetails) -> str:
    """Return what helps with one of pydantic's errors; empty where nothing would."""
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
