"""Evidence: what a processor takes, field by field, and whether what is to be sent fits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from keepsake.core.facts import Facts

REFERENCE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{3,254}")
"""How a processor names a file that was uploaded to it: `file_1NBkw...`."""


@dataclass(frozen=True, slots=True)
class EvidenceField:
    """A field of a processor: text, a file, or an object of its own; and from where it comes."""

    name: str
    kind: str
    titles: Mapping[str, str]
    fact: str = ""
    fill: str = ""
    document: str = ""
    items: tuple[str, ...] = ()
    confidence: str = ""


@dataclass(frozen=True, slots=True)
class EvidenceLimits:
    """How much a processor takes; `pages_by` says it by the word of a fact, where it is less."""

    most_characters: int
    all_characters: int
    most_bytes: int
    pages: int
    pages_of: str = ""
    pages_by: Mapping[str, int] = field(default_factory=dict)
    confidence: str = ""

    def pages_for(self, facts: Facts) -> int:
        """Return how many pages it takes in a case."""
        return min(self.pages, self.pages_by.get(str(facts.get(self.pages_of, "")), self.pages))


@dataclass(frozen=True, slots=True)
class EvidenceForm:
    """What one processor takes as evidence."""

    id: str
    titles: Mapping[str, str]
    fields: Mapping[str, EvidenceField]
    limits: EvidenceLimits

    @property
    def fills(self) -> tuple[str, ...]:
        """Return what a person may supply, by name."""
        return tuple(dict.fromkeys(each.fill for each in self.fields.values() if each.fill))


def evidence_mistakes(
    evidence: Mapping[str, Any], kinds: Mapping[str, str], *, one: int, total: int
) -> Iterator[str]:
    """Yield why a processor would refuse evidence: by the kinds of its fields and its limits.

    `one` is the most characters of one text field, `total` of all of them together.
    """
    texts = 0
    for name, value in evidence.items():
        kind = kinds.get(name)
        texts += len(value) if kind == "text" and isinstance(value, str) else 0
        wrong = "is no field of the processor" if kind is None else _wrong(kind, value, one)
        if wrong:
            yield f"{name} {wrong}"
    if texts > total:
        yield f"all texts together have {texts} characters, allowed {total}"


def _wrong(kind: str, value: Any, one: int) -> str:
    """Return what is wrong with the value of a field, empty where nothing is."""
    if kind == "object":
        return "" if isinstance(value, dict) else "must be an object"
    if not isinstance(value, str) or not value:
        return "must be a text"
    if kind == "file":
        is_reference = REFERENCE.fullmatch(value)
        return "" if is_reference else "must be the id of a file that was uploaded"
    return f"has {len(value)} characters, allowed {one}" if len(value) > one else ""
