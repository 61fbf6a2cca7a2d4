"""The shapes of rule cases: what is given, and what must come of it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from keepsake.packs.shapes import Day, FactName, Id, LawId, Sentence, Shape


class ExpectShape(Shape):
    """What a case must come to. Lists must be contained, not matched whole."""

    offered: list[str] = Field(default_factory=list)
    not_offered: list[str] = Field(default_factory=list)
    withheld: dict[str, str] = Field(default_factory=dict)
    approval: dict[str, Sentence] = Field(default_factory=dict)
    way_out: Id | None = None
    notices: list[LawId] = Field(default_factory=list)
    best: Id | None = Field(
        None, description="The offer that is worth most; `nothing` where none is worth it."
    )
    due: dict[LawId, Day | Literal["none", "unknown"]] = Field(
        default_factory=dict,
        description="By when what a law asks for is due, or a clock of the kind runs out.",
    )
    advice: list[Id] = Field(default_factory=list)
    playbooks: list[Id] = Field(default_factory=list)
    facts: dict[FactName, bool | float | str] = Field(default_factory=dict)


class CaseShape(Shape):
    """A rule case, named by a sentence."""

    base: str | None = None
    given: dict[str, Any] = Field(default_factory=dict)
    expect: ExpectShape
