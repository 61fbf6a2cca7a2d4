"""The shape of what packs declare of catalogues and of the wishes that customers have of them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from keepsake.packs.shapes import Confidence, FactName, Id, Language, Sentence, Shape, Texts, Word

Length = Annotated[
    str | float,
    Field(description="So many units or grades, `0.1`, or `10 percent` of what the customer has."),
]
FilePath = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_][\w./-]*\.(csv|csv\.gz|parquet)$"),
    Field(description="A CSV (.csv, .csv.gz) or Parquet file inside the pack's folder."),
]
Phrases = Annotated[
    dict[Language, list[Sentence]], Field(description="Phrases by language; `larg*` is any ending.")
]


class PickShape(Shape):
    """From which catalogue an offer takes its alternatives, and what it asks of them."""

    from_: Id = Field(alias="from")
    where: dict[FactName, Word | list[Word]] = Field(
        default_factory=dict,
        description="Of an aspect: more, less, not_more, not_less, same, other, any, or its words.",
    )


class AspectShape(Shape):
    """One aspect of the items, and how far from what the customer has one may go."""

    weight: Annotated[float, Field(ge=0, le=1000)] = 1.0
    scale: Length | None = None
    reach: Length | None = None
    step: Length = 1.0
    wish: FactName | None = None
    said: dict[Word, Texts] = Field(
        default_factory=dict,
        description="How a difference is said: more, less or other; {new}, {old}, {difference}.",
    )
    words: dict[Word, Texts] = Field(default_factory=dict)


class CatalogueShape(Shape):
    """What else there is to offer: a file of items, and the aspects to compare them by."""

    title: Texts
    file: FilePath
    mapping: Id | None = Field(None, description="A mapping of its columns; else they are facts.")
    price: FactName
    times: list[FactName] = Field(
        default_factory=list, description="What the price is counted by: nights, added up."
    )
    resource: Id | None = Field(
        None, description="The kind under which an item is held; without it none is used up."
    )
    item: Texts
    aspects: dict[FactName, AspectShape] = Field(min_length=1, max_length=20)
    shown: Annotated[int, Field(ge=1, le=10)] = 3
    hold_minutes: Annotated[int, Field(ge=1, le=100_000)] = 60
    conf: Confidence | None = None
    note: str = ""


class ObjectionShape(Shape):
    """Something that stands in the way, how it is said, and what to say to it."""

    title: Texts
    phrases: Phrases
    playbook: Id = Field(description="Its text is the argument.")
    offers: list[Id] = Field(default_factory=list, description="What may help, the best first.")


class ConversationShape(Shape):
    """What customers say while they talk: that they want to leave, and what stands in the way."""

    leaving: Phrases = Field(default_factory=dict)
    objections: dict[Id, ObjectionShape] = Field(default_factory=dict)


class WishesShape(Shape):
    """What customers say of the aspects of a catalogue, in their words."""

    not_: Phrases = Field(default_factory=dict, alias="not")
    fine: Phrases = Field(default_factory=dict)
    turns: Phrases = Field(default_factory=dict)
    doubts: Phrases = Field(default_factory=dict)
    owns: Phrases = Field(default_factory=dict)
    void: Phrases = Field(default_factory=dict)
    phrases: dict[FactName, dict[Word, Phrases]] = Field(default_factory=dict)
