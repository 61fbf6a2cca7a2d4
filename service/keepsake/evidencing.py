"""Puts together what a processor takes as evidence: of facts, fills and staged documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from keepsake.core.case_table import DocumentState
from keepsake.core.errors import FieldViolation, InvalidRequest, NotFound
from keepsake.core.evidence import EvidenceField, EvidenceForm
from keepsake.core.facts import Facts, nearest
from keepsake.core.plain_text import is_control
from keepsake.core.texts import Speaker
from keepsake.drafting import digest_of, language_of, last_decision
from keepsake.recorded import facts_of
from keepsake.steps.step import Scene
from keepsake.v1 import document_pb2 as pb
from keepsake.v1.case_pb2 import DraftEvidenceRequest


def evidence_of(request: DraftEvidenceRequest, scene: Scene) -> pb.EvidenceDraft:
    """Return what would be sent, with what is wrong with it."""
    processor = _processor(request.processor, scene)
    _check(request.fills, processor)
    followed = last_decision(scene)
    language = language_of(request.language or followed.inputs.language, scene.snapshot.pack)
    facts = facts_of(followed.inputs.facts)
    texts = _Texts(scene, facts, fills=request.fills, language=language)
    limits = processor.limits
    made = pb.EvidenceDraft(
        processor=processor.id,
        fields=[texts.field(each) for each in processor.fields.values()],
        field_limit=limits.most_characters,
        total_limit=limits.all_characters,
        bytes_limit=limits.most_bytes,
        pages_limit=limits.pages_for(facts),
        confidence=limits.confidence,
    )
    made.findings.extend(_findings(made, processor, scene))
    return made


class _Texts:
    """Says what stands in the fields of one case."""

    def __init__(
        self, scene: Scene, facts: Facts, *, fills: Mapping[str, str], language: str
    ) -> None:
        self._scene = scene
        self._facts = facts
        self._fills = fills
        self._pack = scene.snapshot.pack.of(scene.case.kind)
        self._language = language
        self._say = Speaker(self._pack.vocabulary, language, self._pack.currency)

    def field(self, declared: EvidenceField) -> pb.EvidenceField:
        """Return a field with its text; empty where nothing is known."""
        text, source = self._told(declared)
        return pb.EvidenceField(
            name=declared.name,
            kind=declared.kind,
            title=self._pack.text(declared.titles, self._language),
            text=text,
            source=source if text else "",
            items=declared.items,
            confidence=declared.confidence,
        )

    def _told(self, declared: EvidenceField) -> tuple[str, str]:
        if declared.document:
            return staged_text(self._scene, declared.document), f"document:{declared.document}"
        if declared.fill:
            return self._fills.get(declared.fill, "").strip(), f"fill.{declared.fill}"
        value, said = self._facts.get(declared.fact), self._say.sayer(declared.fact)
        return (said(value) if said and value is not None else ""), declared.fact


def staged_text(scene: Scene, document: str) -> str:
    """Return the text of a document as it was staged last; empty where none was."""
    staged = scene.case.documents.get(document)
    return scene.log[staged.event - 1].text if staged else ""


def _processor(name: str, scene: Scene) -> EvidenceForm:
    processors = scene.snapshot.pack.of(scene.case.kind).work.processors
    name = name or next(iter(processors), "")
    if name not in processors:
        known = ", ".join(processors) or "none"
        message = f"a {scene.case.kind} knows no processor {name!r}; it knows {known}"
        raise NotFound("processor", name, message)
    return processors[name]


def _check(fills: Mapping[str, str], processor: EvidenceForm) -> None:
    """Raise InvalidRequest for what no field asks for, is too long, or is no text."""
    wrong = [
        FieldViolation(f"fills[{name}]", *told)
        for name, text in sorted(fills.items())
        for told in _wrong(name, text, processor)
    ]
    if wrong:
        raise InvalidRequest(tuple(wrong))


def _wrong(name: str, text: str, processor: EvidenceForm) -> Iterator[tuple[str, str]]:
    known = processor.fills
    if name not in known:
        near = nearest(name, known)
        yield "", f"did you mean {near}?" if near else f"one of {', '.join(known)}"
    elif any(map(is_control, text)):
        yield "a control character", "text and line ends only"


def _findings(
    made: pb.EvidenceDraft, processor: EvidenceForm, scene: Scene
) -> Iterator[pb.DocumentFinding]:
    texts = {each.name: each.text for each in made.fields if each.text}
    for name, text in texts.items():
        if len(text) > made.field_limit:
            told = f"{name} has {len(text)} characters, allowed {made.field_limit}"
            yield pb.DocumentFinding(rule="length", message=told)
    total = sum(map(len, texts.values()))
    if total > made.total_limit:
        told = f"all texts together have {total} characters, allowed {made.total_limit}"
        yield pb.DocumentFinding(rule="length", message=told)
    for document in dict.fromkeys(each.document for each in processor.fields.values()):
        if document:
            yield from _of_document(document, scene)
    if not texts:
        yield pb.DocumentFinding(rule="empty", message="no field has a text")


def _of_document(document: str, scene: Scene) -> Iterator[pb.DocumentFinding]:
    """Yield why a document is nothing to send: nobody answers for it, or its words are gone."""
    staged = scene.case.documents.get(document)
    if staged is None or staged.state is not DocumentState.CONFIRMED:
        stands = "is not staged" if staged is None else "is staged, and nobody confirmed it"
        yield pb.DocumentFinding(rule="unconfirmed", message=f"{document} {stands}")
    if staged is not None and digest_of(staged_text(scene, document)) != staged.digest:
        told = f"the text of {document} was deleted with the customer's words"
        yield pb.DocumentFinding(rule="deleted", message=told)
