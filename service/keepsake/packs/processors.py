"""Turns what processors take as evidence into the core's frozen values, and judges it."""

from __future__ import annotations

from collections.abc import Mapping

from keepsake.core.evidence import EvidenceField, EvidenceForm, EvidenceLimits
from keepsake.packs.document_shapes import EvidenceLimitsShape, FieldShape, ProcessorShape
from keepsake.packs.draft import Draft
from keepsake.packs.texts import TextCheck
from keepsake.packs.tree import Path

_SOURCES = ("fact", "fill", "document")


def read_processors(draft: Draft) -> Mapping[str, EvidenceForm]:
    """Return the processors of a kind; mistakes are noted in the document."""
    return {name: _processor(draft, name, each) for name, each in draft.shape.processors.items()}


def _processor(draft: Draft, name: str, shape: ProcessorShape) -> EvidenceForm:
    path: Path = ("processors", name)
    TextCheck(draft).check(shape.title, (*path, "title"))
    fields = {
        one: _field(draft, one, each, path=(*path, "fields", one))
        for one, each in shape.fields.items()
    }
    return EvidenceForm(name, shape.title, fields, _limits(draft, shape.limits, (*path, "limits")))


def _field(draft: Draft, name: str, shape: FieldShape, *, path: Path) -> EvidenceField:
    document = draft.document
    TextCheck(draft).check(shape.title, (*path, "title"))
    told = [source for source in _SOURCES if getattr(shape, source)]
    if shape.kind != "text" and told:
        document.refuse((*path, told[0]), "is for texts only", f"{name} is a {shape.kind}")
    if len(told) > 1:
        message = "has two sources"
        document.refuse((*path, told[1]), message, f"keep {told[0]} or {told[1]}")
    if shape.fact and shape.fact not in draft.vocabulary:
        document.refuse_name((*path, "fact"), shape.fact, draft.vocabulary, what="fact")
    if shape.document and shape.document not in document.names("documents"):
        known = document.names("documents")
        document.refuse_name((*path, "document"), shape.document, known, what="document")
    return EvidenceField(
        name=name,
        kind=shape.kind,
        titles=shape.title,
        fact=shape.fact or "",
        fill=shape.fill or "",
        document=shape.document or "",
        items=tuple(shape.items),
        confidence=shape.conf,
    )


def _limits(draft: Draft, shape: EvidenceLimitsShape, path: Path) -> EvidenceLimits:
    if shape.pages_of and shape.pages_of not in draft.vocabulary:
        where = (*path, "pages_of")
        draft.document.refuse_name(where, shape.pages_of, draft.vocabulary, what="fact")
    return EvidenceLimits(
        most_characters=shape.field,
        all_characters=shape.total,
        most_bytes=shape.bytes_,
        pages=shape.pages,
        pages_of=shape.pages_of or "",
        pages_by=shape.pages_by,
        confidence=shape.conf,
    )
