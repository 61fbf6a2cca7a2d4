"""Turns the documents and wordings of a pack into the core's frozen values, and judges them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from keepsake.core.documents import (
    COLUMNS,
    FILL,
    WORDS,
    Audience,
    Document,
    Fill,
    Moment,
    Wording,
)
from keepsake.core.facts import FactKind
from keepsake.core.plain_text import is_expression, pattern_of
from keepsake.packs.document_shapes import DocumentShape, Phrases, WordingShape
from keepsake.packs.draft import Draft
from keepsake.packs.files import PackFiles
from keepsake.packs.template_check import Names, mistakes
from keepsake.packs.texts import TextCheck
from keepsake.packs.tree import Path

_PRIVATE = ("booking", "contract", "customer", "journey", "match", "order", "payment", "refund")
"""Of these nothing is told in public, whatever it is."""
_REPEATED_GROUP = re.compile(r"(?<!\\)\)(?:[*+]|\{(?!\d(?:,\d)?\}))")
_DATES = (FactKind.DATE, FactKind.TIME)


def read_documents(draft: Draft, files: PackFiles, kind: str) -> Mapping[str, Document]:
    """Return the documents of a kind; mistakes are noted in the document they are read from."""
    reader = _Reader(draft, files, kind)
    return {name: reader.read(name, shape) for name, shape in draft.shape.documents.items()}


def read_wordings(draft: Draft) -> tuple[Wording, ...]:
    """Return the wordings that no document may hold."""
    return tuple(_wording(draft, name, shape) for name, shape in draft.shape.wording.items())


class _Reader:
    """Reads the documents of one kind."""

    def __init__(self, draft: Draft, files: PackFiles, kind: str) -> None:
        self._draft = draft
        self._files = files
        self._kind = kind

    def read(self, name: str, shape: DocumentShape) -> Document:
        """Return a document; what is wrong with it is noted."""
        path = ("documents", name)
        self._check(shape, path)
        names = self._names(shape)
        return Document(
            id=name,
            kind=self._kind,
            titles=shape.title,
            templates=dict(self._templates(shape, names, path)),
            audience=Audience(shape.audience),
            limit=shape.limit,
            limit_fact=shape.limit_fact or "",
            offers=tuple(shape.for_),
            required=_phrases(shape.required),
            forbidden=_phrases(shape.forbidden),
            fills={
                one: Fill(
                    *(one, fill.title, fill.personal, fill.ours, fill.most), fill.restates or ""
                )
                for one, fill in shape.fills.items()
            },
            timeline=tuple(Moment(each.at, each.text) for each in shape.timeline),
            second_person=shape.second_person,
            once=shape.once,
            sets_stage=shape.sets_stage or "",
            confidence=shape.conf,
            source=self._draft.document.where(path),
        )

    def _check(self, shape: DocumentShape, path: Path) -> None:
        draft, document, texts = self._draft, self._draft.document, TextCheck(self._draft)
        texts.check(shape.title, (*path, "title"))
        for index, offer in enumerate(shape.for_):
            if offer not in document.names("offers"):
                known = document.names("offers")
                document.refuse_name((*path, "for", index), offer, known, what="offer")
        for part in ("required", "forbidden"):
            _check_phrases(draft, getattr(shape, part), (*path, part))
        for fill, its in shape.fills.items():
            texts.check(its.title, (*path, "fills", fill, "title"))
            self._check_restated(its.restates, (*path, "fills", fill, "restates"))
        self._check_facts(shape, path)

    def _check_restated(self, name: str | None, path: Path) -> None:
        """Note what is restated and is no amount."""
        document, facts = self._draft.document, self._draft.vocabulary
        if name and name not in facts:
            document.refuse_name(path, name, facts, what="fact")
        elif name and facts[name].kind is not FactKind.MONEY:
            document.refuse(path, "is no amount", value=name)

    def _check_facts(self, shape: DocumentShape, path: Path) -> None:
        """Note facts that do not exist, and moments that are none."""
        document, facts = self._draft.document, self._draft.vocabulary
        if shape.limit_fact and shape.limit_fact not in facts:
            document.refuse_name((*path, "limit_fact"), shape.limit_fact, facts, what="fact")
        for index, moment in enumerate(shape.timeline):
            where = (*path, "timeline", index)
            TextCheck(self._draft).check(moment.text, (*where, "text"))
            fact = facts.get(moment.at)
            if fact is None:
                document.refuse_name((*where, "at"), moment.at, facts, what="fact")
            elif fact.kind not in _DATES:
                document.refuse((*where, "at"), "is no day and no time", value=moment.at)

    def _names(self, shape: DocumentShape) -> Names:
        facts = self._draft.vocabulary
        is_public = shape.audience == "public"
        values = {*facts, *WORDS, *(f"{FILL}.{name}" for name in shape.fills)}
        rows: dict[str, Sequence[str]] = {"timeline": COLUMNS["timeline"]}
        rows |= {
            f"checklist.{_written(name)}": COLUMNS["checklist"]
            for name in self._draft.shape.checklists
        }
        told = {name for name in facts if name.partition(".")[0] in _PRIVATE}
        told |= {f"{FILL}.{name}" for name, fill in shape.fills.items() if fill.personal}
        return Names(
            frozenset(values),
            flags=frozenset(name for name, its in facts.items() if its.kind is FactKind.FLAG),
            rows=rows,
            private=frozenset(told if is_public else ()),
        )

    def _templates(
        self, shape: DocumentShape, names: Names, path: Path
    ) -> Iterator[tuple[str, str]]:
        document = self._draft.document
        for language in self._draft.shape.languages:
            inner = shape.template.replace("{language}", language)
            file = self._files.of_kind(self._kind, inner)
            if file is None:
                message = f"there is no {inner}"
                document.refuse((*path, "template"), message, "write it, or mend the path")
                continue
            text = file.data.decode("utf-8", "replace")
            document.problems.extend(mistakes(text, self._files.location(file), names))
            yield language, text


def _written(name: str) -> str:
    """Return how a template names a checklist: its language reads a dash as minus."""
    return name.replace("-", "_")


def _wording(draft: Draft, name: str, shape: WordingShape) -> Wording:
    path = ("wording", name)
    TextCheck(draft).check(shape.title, (*path, "title"))
    _check_phrases(draft, shape.forbidden, (*path, "forbidden"))
    return Wording(
        *(name, shape.title, frozenset(shape.audience), _phrases(shape.forbidden)),
        cites=shape.cites,
        confidence=shape.conf,
        source=draft.document.where(path),
    )


def _check_phrases(draft: Draft, phrases: Phrases, path: Path) -> None:
    """Note phrases in no language of the pack, and expressions that cannot be searched quickly."""
    for language in draft.shape.languages:
        if phrases and not phrases.get(language):
            draft.document.refuse(path, f"has no phrase in {language}", f"add {language}: [...]")
    for language, each in phrases.items():
        for index, phrase in enumerate(each):
            wrong = _wrong_with(phrase)
            if wrong:
                draft.document.refuse((*path, language, index), wrong, value=phrase)


def _wrong_with(phrase: str) -> str:
    try:
        pattern = pattern_of(phrase)
    except re.error as error:
        return f"is no regular expression: {error}"
    if is_expression(phrase) and _REPEATED_GROUP.search(phrase):
        return "repeats a group, which can take for ever; write it out"
    return "finds everything" if pattern.match("") else ""


def _phrases(phrases: Phrases) -> Mapping[str, tuple[str, ...]]:
    return {language: tuple(each) for language, each in phrases.items()}
