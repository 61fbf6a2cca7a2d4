"""Turns what a pack says of conversations into the core's frozen values."""

from __future__ import annotations

from collections.abc import Iterator

from keepsake.core.objections import HEARD, LEAVING, Conversation, Objection
from keepsake.core.wishes import Phrase, Phrasebook
from keepsake.packs.catalogue_shapes import ObjectionShape, Phrases
from keepsake.packs.catalogues import patterns
from keepsake.packs.draft import Draft
from keepsake.packs.texts import TextCheck


def read_conversation(draft: Draft) -> Conversation:
    """Return the objections and their phrases; mistakes are noted in the document."""
    shape = draft.shape.conversation
    objections = {name: _objection(draft, name, each) for name, each in shape.objections.items()}
    languages = draft.shape.languages if shape.leaving or objections else []
    return Conversation(objections, tuple(_phrasebook(draft, one) for one in languages))


def _objection(draft: Draft, name: str, shape: ObjectionShape) -> Objection:
    path = ("conversation", "objections", name)
    TextCheck(draft).check(shape.title, (*path, "title"))
    playbook = draft.shape.playbooks.get(shape.playbook)
    if playbook is None:
        known = draft.document.names("playbooks")
        draft.document.refuse_name((*path, "playbook"), shape.playbook, known, what="playbook")
    for index, offer in enumerate(shape.offers):
        if offer not in draft.document.names("offers"):
            known = draft.document.names("offers")
            draft.document.refuse_name((*path, "offers", index), offer, known, what="offer")
    _check_languages(draft, shape.phrases, (*path, "phrases"))
    argument = playbook.text if playbook else {}
    return Objection(name, shape.title, argument, tuple(shape.offers))


def _check_languages(draft: Draft, phrases: Phrases, path: tuple[str, ...]) -> None:
    for language in draft.shape.languages:
        if not phrases.get(language):
            draft.document.refuse(path, f"has no phrase in {language}", f"add {language}: [...]")


def _phrasebook(draft: Draft, language: str) -> Phrasebook:
    wishes, shape = draft.shape.wishes, draft.shape.conversation

    def phrases() -> Iterator[Phrase]:
        for tokens in patterns(shape.leaving, language):
            yield Phrase(tokens, LEAVING, HEARD)
        for name, each in shape.objections.items():
            for tokens in patterns(each.phrases, language):
                yield Phrase(tokens, name, HEARD)

    return Phrasebook(
        tuple(phrases()),
        nots=patterns(wishes.not_, language),
        turns=patterns(wishes.turns, language),
    )
