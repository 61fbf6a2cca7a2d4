"""Checks the form of a merged document, and tells what is wrong in the words of the files.

A malformed entry is noted and set aside, so that the rest is still checked: a person sees every
mistake at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from keepsake.packs.document import Document
from keepsake.packs.hints import suggestion
from keepsake.packs.schema import PackShape
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

WHOLE = (
    "title",
    "authority",
    "valuation",
    "rates",
    "experiment",
    "reason_policy",
    "wishes",
    "conversation",
    "kind",
)
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
    document.refuse(path, message, suggestion(path, details), value=shown)
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
