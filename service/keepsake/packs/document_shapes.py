"""The shapes of documents: letters, replies and statements that a case may need."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from keepsake.packs.shapes import Confidence, FactName, Id, Language, Sentence, Shape, Texts, Word

MOST_CHARACTERS = 20_000
Audience = Literal["public", "customer", "network", "airline", "internal"]
Phrase = Annotated[
    str,
    StringConstraints(min_length=2, max_length=200),
    Field(description="Words as they stand, or a `/regular expression/`."),
]
Phrases = Annotated[dict[Language, list[Phrase]], Field(description="Phrases by language.")]
FillName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]


class FillShape(Shape):
    """A free text that a person supplies for a document: no fact, so never decided by."""

    title: Texts
    personal: bool = Field(
        default=False,
        description="Says who somebody is: told, so that it does not stand in what is public.",
    )
    ours: bool = Field(
        default=False,
        description="The business's own e-mail address or telephone number: it may be public.",
    )
    most: Annotated[int, Field(ge=1, le=MOST_CHARACTERS)] = 500
    restates: FactName | None = Field(
        None, description="An amount that it says once more: it may not say another."
    )


class MomentShape(Shape):
    """A line of a timeline: shown at its date, where that is known."""

    at: FactName
    text: Texts


class DocumentShape(Shape):
    """What a case may need to be written, and what must and must not stand in it."""

    title: Texts
    template: Sentence = Field(
        description="A file beside kind.yaml: `documents/reply.{language}.j2`."
    )
    audience: Audience
    for_: list[Id] = Field(
        default_factory=list, alias="for", description="The offers it belongs to; empty is any."
    )
    limit: Annotated[int, Field(ge=1, le=MOST_CHARACTERS)] = MOST_CHARACTERS
    limit_fact: FactName | None = Field(
        None, description="A fact that says how many characters it may have; the lower one counts."
    )
    required: Phrases = Field(default_factory=dict)
    forbidden: Phrases = Field(default_factory=dict)
    fills: dict[FillName, FillShape] = Field(default_factory=dict)
    timeline: list[MomentShape] = Field(default_factory=list, max_length=60)
    second_person: bool = Field(
        default=False, description="Somebody else than who staged it must confirm it."
    )
    once: bool = Field(default=False, description="It may be submitted once only.")
    sets_stage: Word | None = Field(None, description="Where confirming it moves the subject.")
    conf: Confidence | Literal[""] = ""
    note: str = ""


class WordingShape(Shape):
    """Words that no document for these readers may hold, and why not."""

    title: Texts
    audience: list[Audience] = Field(min_length=1)
    forbidden: Phrases
    cites: Sentence
    conf: Confidence
    note: str = ""


class FieldShape(Shape):
    """A field of what a processor takes as evidence, and from where it comes: at most one of them.

    `fact` is said in words, `fill` is a text that a person supplies, `document` is the text of one
    that is staged; the files of `items` of checklists belong into a field of files.
    """

    kind: Literal["text", "file", "object"]
    title: Texts
    fact: FactName | None = None
    fill: FillName | None = None
    document: Id | None = None
    items: list[FillName] = Field(default_factory=list)
    conf: Confidence
    note: str = ""


class EvidenceLimitsShape(Shape):
    """How much a processor takes: characters of a field and of all, bytes and pages of files."""

    field: Annotated[int, Field(ge=1, le=1_000_000)]
    total: Annotated[int, Field(ge=1, le=10_000_000)]
    bytes_: Annotated[int, Field(ge=1, le=100_000_000, alias="bytes")]
    pages: Annotated[int, Field(ge=1, le=500)]
    pages_of: FactName | None = Field(
        None, description="A fact that asks for fewer pages, by word."
    )
    pages_by: dict[Word, Annotated[int, Field(ge=1, le=500)]] = Field(default_factory=dict)
    conf: Confidence


class ProcessorShape(Shape):
    """What one processor takes as evidence: its fields in their order, and its limits."""

    title: Texts
    fields: dict[FillName, FieldShape] = Field(min_length=1)
    limits: EvidenceLimitsShape
    source: Sentence
    note: str = ""
