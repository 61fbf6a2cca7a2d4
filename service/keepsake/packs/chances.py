"""Reads how likely an offer succeeds: by the kind's model, by a fact, or by a number."""

from __future__ import annotations

from keepsake.core.chance import WIN, Chance
from keepsake.core.facts import FactKind
from keepsake.core.literals import LiteralError
from keepsake.packs.amounts import read_percent
from keepsake.packs.draft import Draft
from keepsake.packs.entries import OfferShape
from keepsake.packs.tree import Path

_WHOLE = 100


def read_chance(draft: Draft, shape: OfferShape, path: Path) -> Chance | None:
    """Return the chance of an offer, None where it has none; mistakes are noted."""
    inside, text = (*path, "chance"), shape.chance
    if text is None:
        _refuse_without(draft, shape, path)
        return None
    if shape.class_ == "remedy":
        draft.document.refuse(inside, "is of a remedy: what is owed is not weighed", "drop it")
    if text == WIN:
        return _by_model(draft, inside)
    if text.endswith("percent"):
        return _fixed(draft, text, inside)
    _check_fact(draft, text, inside)
    return Chance(fact=text)


def _refuse_without(draft: Draft, shape: OfferShape, path: Path) -> None:
    if shape.cost.if_lost is not None:
        message, hint = "is of an offer without a chance", "say its `chance`"
        draft.document.refuse((*path, "cost", "if_lost"), message, hint)
    others = any(offer.chance is not None for offer in draft.shape.offers.values())
    if others and shape.class_ == "resolution":
        message = "has no chance: beside offers that have one it is worth nothing"
        draft.document.refuse(path, message, "say `chance: 100 percent`, or how likely it is")


def _by_model(draft: Draft, path: Path) -> Chance:
    if WIN not in draft.shape.models:
        hint = "name its digest in kind.yaml: `models: {win: ...}`, or name a fact"
        draft.document.refuse(path, "asks for a model that the kind does not name", hint, value=WIN)
    return Chance(by_model=True)


def _fixed(draft: Draft, text: str, path: Path) -> Chance:
    percent = 0.0
    try:
        percent = read_percent(text)
    except LiteralError as error:
        draft.document.refuse(path, error.message, error.suggestion, value=text)
    if percent > _WHOLE:
        draft.document.refuse(path, "is more than certain", "at most 100 percent", value=text)
    return Chance(fixed=percent / _WHOLE)


def _check_fact(draft: Draft, name: str, path: Path) -> None:
    fact = draft.vocabulary.get(name)
    if fact is None:
        draft.document.refuse_name(path, name, draft.vocabulary, what="fact")
    elif fact.kind is not FactKind.NUMBER or (fact.minimum, fact.maximum) != (0, 1):
        hint = "declare it with `type: number, min: 0, max: 1`"
        draft.document.refuse(path, "is no number from 0 to 1", hint, value=name)
