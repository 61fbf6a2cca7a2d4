"""Turns the shapes of catalogues, picks and wishes into the core's frozen values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from keepsake.core.catalogue import ONE, WISHES, Aspect, Catalogue, Measure, Pick
from keepsake.core.facts import FactKind, FactType
from keepsake.core.phrase_index import Tokens
from keepsake.core.wishes import Phrase, Phrasebook, pattern_of
from keepsake.packs.catalogue_shapes import AspectShape, CatalogueShape, Phrases, PickShape
from keepsake.packs.draft import Draft
from keepsake.packs.texts import TextCheck
from keepsake.packs.tree import Path

_LENGTH = re.compile(r"(?P<number>\d+(?:\.\d+)?)(?P<percent> percent)?")
_SAID = ("more", "less", "other")
_QUOTED = frozenset({"new", "old", "difference"})


def read_catalogues(draft: Draft) -> Mapping[str, Catalogue]:
    """Return the catalogues; mistakes are noted in the document."""
    return {name: _catalogue(draft, name, shape) for name, shape in draft.shape.catalogues.items()}


def _catalogue(draft: Draft, name: str, shape: CatalogueShape) -> Catalogue:
    path, check = ("catalogues", name), TextCheck(draft).check
    check(shape.title, (*path, "title"))
    check(shape.item, (*path, "item"))
    if ".." in shape.file.split("/"):
        message, hint = "leaves the folder of the pack", "name a file inside it"
        draft.document.refuse((*path, "file"), message, hint, value=shape.file)
    aspects = [
        aspect
        for fact, each in shape.aspects.items()
        if (aspect := _aspect(draft, fact, each, path=(*path, "aspects", fact))) is not None
    ]
    price = draft.vocabulary.get(shape.price)
    if shape.price not in shape.aspects:
        draft.document.refuse_name((*path, "price"), shape.price, shape.aspects, what="aspect")
    elif price is not None and price.kind is not FactKind.MONEY:
        draft.document.refuse((*path, "price"), f"is {price.kind}, not money", value=shape.price)
    return Catalogue(
        id=name,
        titles=shape.title,
        file=shape.file,
        price=shape.price,
        aspects=tuple(aspects),
        item=shape.item,
        times=_facts(draft, shape.times, (*path, "times")),
        resource=shape.resource or "",
        mapping=shape.mapping or "",
        shown=shape.shown,
        hold_minutes=shape.hold_minutes,
        source=draft.document.where(path),
    )


def _facts(draft: Draft, names: list[str], path: Path) -> tuple[str, ...]:
    for index, name in enumerate(names):
        if name not in draft.vocabulary:
            draft.document.refuse_name((*path, index), name, draft.vocabulary, what="fact")
    return tuple(names)


def _aspect(draft: Draft, fact: str, shape: AspectShape, *, path: Path) -> Aspect | None:
    fact_type = draft.vocabulary.get(fact)
    if fact_type is None:
        draft.document.refuse_name(path, fact, draft.vocabulary, what="fact")
        return None
    if fact_type.kind is FactKind.ONE_OF and WISHES.intersection(fact_type.words):
        draft.document.refuse(path, "has a word that is said of wishes", value=fact)
    _check_said(draft, fact_type, shape, path=path)
    _check_wish(draft, fact_type, shape.wish, path=(*path, "wish"))
    return Aspect(
        fact_type,
        shape.weight,
        scale=_measure(draft, shape.scale, (*path, "scale")),
        reach=_measure(draft, shape.reach, (*path, "reach")),
        step=_measure(draft, shape.step, (*path, "step")) or ONE,
        wish=shape.wish or "",
        said=shape.said,
        words=shape.words,
    )


def _check_said(draft: Draft, fact_type: FactType, shape: AspectShape, *, path: Path) -> None:
    check = TextCheck(draft).check
    for how, texts in shape.said.items():
        if how not in _SAID:
            draft.document.refuse_name((*path, "said"), how, _SAID, what="difference")
        check(texts, (*path, "said", how), _QUOTED)
    for word, texts in shape.words.items():
        if word not in fact_type.words:
            draft.document.refuse_name((*path, "words"), word, fact_type.words, what="word")
        check(texts, (*path, "words", word))


def _check_wish(draft: Draft, fact_type: FactType, wish: str | None, *, path: Path) -> None:
    """Note a wish that is no fact, or has words that say nothing of the aspect."""
    if wish is None:
        return
    found = draft.vocabulary.get(wish)
    if found is None or found.kind is not FactKind.ONE_OF:
        hint = f"declare {wish}: {{one_of: [more, less, ...]}}"
        draft.document.refuse(path, "is no fact with a list of words", hint, value=wish)
        return
    known = {*WISHES, *fact_type.words}
    for word in found.words:
        if word not in known:
            draft.document.refuse_name(path, word, known, what="wish")


def _measure(draft: Draft, written: str | float | None, path: Path) -> Measure | None:
    if written is None:
        return None
    found = _LENGTH.fullmatch(str(written))
    if found is None or not float(found["number"]):
        message, hint = "is no length", "write 0.1, 2 or 10 percent; more than nothing"
        draft.document.refuse(path, message, hint, value=str(written))
        return None
    return Measure(float(found["number"]), bool(found["percent"]))


def read_pick(draft: Draft, shape: PickShape | None, path: Path) -> Pick | None:
    """Return where an offer takes its alternatives from; mistakes are noted in the document."""
    if shape is None:
        return None
    declared = draft.shape.catalogues.get(shape.from_)
    if declared is None:
        known = draft.document.names("catalogues")
        if shape.from_ not in known:  # one that is malformed was refused already
            draft.document.refuse_name((*path, "from"), shape.from_, known, what="catalogue")
        return None
    where = {fact: (word,) if isinstance(word, str) else tuple(word)
             for fact, word in shape.where.items()}  # fmt: skip
    for fact, words in where.items():
        place, fact_type = (*path, "where", fact), draft.vocabulary.get(fact)
        if fact not in declared.aspects:
            draft.document.refuse_name(place, fact, declared.aspects, what="aspect")
            continue
        known_words = {*WISHES, *(fact_type.words if fact_type else ())}
        for word in words:
            if word not in known_words:
                draft.document.refuse_name(place, word, known_words, what="wish")
    return Pick(shape.from_, where)


def read_phrasebooks(draft: Draft) -> tuple[Phrasebook, ...]:
    """Return the phrases of wishes by language; mistakes are noted in the document."""
    languages = draft.shape.languages if draft.shape.wishes.phrases else []
    return tuple(_phrasebook(draft, language) for language in languages)


def _phrasebook(draft: Draft, language: str) -> Phrasebook:
    wishes, known = draft.shape.wishes, draft.vocabulary
    return Phrasebook(
        phrases=tuple(_phrases(draft, language)),
        nots=patterns(wishes.not_, language),
        fines=patterns(wishes.fine, language),
        turns=patterns(wishes.turns, language),
        doubts=patterns(wishes.doubts, language),
        owns=patterns(wishes.owns, language),
        words={name: known[name].words for name in wishes.phrases if name in known},
    )


def _phrases(draft: Draft, language: str) -> Iterable[Phrase]:
    wishes = draft.shape.wishes
    yield from (Phrase(tokens, "", "") for tokens in patterns(wishes.void, language))
    for fact, words in wishes.phrases.items():
        known = draft.vocabulary.get(fact)
        path = ("wishes", "phrases", fact)
        if known is None:
            draft.document.refuse_name(path, fact, draft.vocabulary, what="fact")
            continue
        for word, phrases in words.items():
            if word not in known.words:
                draft.document.refuse_name((*path, word), word, known.words, what="word")
            yield from (Phrase(tokens, fact, word) for tokens in patterns(phrases, language))


def patterns(phrases: Phrases, language: str) -> tuple[Tokens, ...]:
    """Return phrases of one language, ready to be looked for."""
    return tuple(pattern_of(phrase) for phrase in phrases.get(language, ()))
