"""Documents: what a case may need to be written, for whom, and what must and must not stand in it.

A document is drafted from a template, of facts and of *fills*: free texts that a person supplies.
Neither a fact nor a fill that is missing is invented; it shows as a gap.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from keepsake.core.facts import Facts, Source

Texts = Mapping[str, str]
Phrases = Mapping[str, tuple[str, ...]]
"""Phrases by language, each words as they stand or a `/regular expression/`."""

GAP = re.compile(r"\[\[[^\[\]\n]{0,200}\]\]")
"""What is still to be filled, as it stands in a text."""
FILL = "fill"
"""How a template names the free texts: `fill.reference`."""


def gap(name: str) -> str:
    """Return how a gap shows in a draft."""
    return f"[[ to fill: {name} ]]"


class Audience(StrEnum):
    """Who reads it."""

    PUBLIC = "public"
    CUSTOMER = "customer"
    NETWORK = "network"
    AIRLINE = "airline"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Fill:
    """A free text that a person supplies.

    A `personal` one says who somebody is; what is `ours` is the business's own and may be public.
    `restates` is the amount that it says once more.
    """

    name: str
    titles: Texts
    personal: bool = False
    ours: bool = False
    most: int = 500
    restates: str = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """A line of a timeline: what happened at the day or time that a fact tells."""

    fact: str
    texts: Texts


@dataclass(frozen=True, slots=True)
class Wording:
    """Words that no document for some readers may hold, and why: `titles` says it."""

    id: str
    titles: Texts
    audience: frozenset[str]
    forbidden: Phrases
    cites: str
    confidence: str = ""
    source: Source = Source()


@dataclass(frozen=True, slots=True)
class Document:
    """A document as a kind declares it; `templates` are texts by language.

    `offers` are those it belongs to, none is any. Where `limit_fact` tells a lower limit, that one
    counts. `second_person` asks for another person to confirm it than staged it; one that may be
    submitted `once` is confirmed once.
    """

    id: str
    kind: str
    titles: Texts
    templates: Texts
    audience: Audience
    limit: int
    limit_fact: str = ""
    offers: tuple[str, ...] = ()
    required: Phrases = field(default_factory=dict)
    forbidden: Phrases = field(default_factory=dict)
    fills: Mapping[str, Fill] = field(default_factory=dict)
    timeline: tuple[Moment, ...] = ()
    second_person: bool = False
    once: bool = False
    sets_stage: str = ""
    confidence: str = ""
    source: Source = Source()

    def limit_by(self, facts: Facts) -> int:
        """Return how many characters it may have, by the facts of a case."""
        told = facts.get(self.limit_fact)
        return min(self.limit, int(told)) if isinstance(told, float) else self.limit


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft: its text, the facts that stand in it, and what is missing, each once, in order."""

    text: str
    used: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sources:
    """All that a template may speak of, said for people already.

    `facts` are texts by name, without those that are missing; `values` the same as they were
    recorded, for conditions. `words` are what is no fact: the business, the case, today.
    `rows` are lists by name: `timeline`, and each checklist by `checklist.<name>`.
    """

    facts: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    fills: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[str, tuple[Mapping[str, str], ...]] = field(default_factory=dict)


WORDS = ("business", "case_id", "today", "reason", "language")
"""What a template may name that is no fact."""
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "timeline": ("date", "text"),
    "checklist": ("item", "title", "state", "note"),
}
"""What a row of a list holds."""


def gaps_in(text: str) -> Iterator[re.Match[str]]:
    """Yield what is still to be filled in a text."""
    return GAP.finditer(text)
