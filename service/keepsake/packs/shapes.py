"""The words and forms that the entries of pack files are made of."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, StringConstraints, Tag

WORD = r"^[A-Za-z0-9][A-Za-z0-9_.+/-]{0,63}$"
ID = r"^[a-z][a-z0-9_-]{0,63}$"
LAW_ID = r"^[A-Za-z][A-Za-z0-9_-]{0,63}$"
FACT = r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){0,3}$"
LANGUAGE = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"
PATTERNS = {
    WORD: "one word of letters, digits and _ . + / -",
    ID: "small letters, digits, _ and -, a letter first",
    LAW_ID: "letters, digits, _ and -, a letter first",
    FACT: "small letters, digits and _, parts joined by a point: `stone.carat`",
    LANGUAGE: "a language as `en` or `de`",
}
"""What each pattern asks for, in words."""

Word = Annotated[str, StringConstraints(pattern=WORD)]
Id = Annotated[str, StringConstraints(pattern=ID)]
LawId = Annotated[str, StringConstraints(pattern=LAW_ID)]
FactName = Annotated[str, StringConstraints(pattern=FACT, max_length=128)]
Language = Annotated[str, StringConstraints(pattern=LANGUAGE)]
Sentence = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Texts = Annotated[dict[Language, Sentence], Field(description="The text by language.")]
Confidence = Literal["S", "V", "G", "D", "F"]
Money = Annotated[
    str,
    StringConstraints(pattern=r"^-?\d+(\.\d+)? [A-Z]{3}$"),
    Field(description="An amount with its currency: `150 USD`."),
]
Percent = Annotated[
    str,
    StringConstraints(pattern=r"^\d+(\.\d+)? percent$"),
    Field(description="A percentage: `5 percent`."),
]
AmountText = Annotated[
    str,
    Field(description="`150 USD`, `4 percent of order.value`, `terms.percent of order.value`."),
]
SettledText = Annotated[
    str,
    Field(description="`0 USD`, `5 percent of order.paid`, or what is left: `rest of order.paid`."),
]
ChanceText = Annotated[
    str,
    StringConstraints(pattern=r"^(win|\d+(\.\d+)? percent|[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+)$"),
    Field(description="`win`, `40 percent`, or a fact from 0 to 1."),
]
Day = Annotated[
    str,
    StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$"),
    Field(description="A day: `2026-05-12`."),
]
Probability = Annotated[float, Field(ge=0, le=1)]
Percentage = Annotated[float, Field(ge=0, le=100)]


class Shape(BaseModel):
    """A part of a pack file: no key beyond those declared, no silent conversion."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=False)


class AnyItem(Shape):
    """Holds when at least one of its conditions holds."""

    any: list[When] = Field(min_length=1)


class AllItem(Shape):
    """Holds when all its conditions hold."""

    all: list[When] = Field(min_length=1)


def _item_tag(item: Any) -> str:
    if isinstance(item, dict):
        return "all" if "all" in item else "any"
    return "any" if isinstance(item, AnyItem) else "all" if isinstance(item, AllItem) else "text"


When = Annotated[
    Annotated[Sentence, Tag("text")]
    | Annotated[AnyItem, Tag("any")]
    | Annotated[AllItem, Tag("all")],
    Discriminator(_item_tag),
]


class Effective(Shape):
    """From which day on, and until before which day, it holds."""

    from_: Day | None = Field(None, alias="from")
    until: Day | None = None
