"""StageDocument: a person says how a document is to go out."""

from __future__ import annotations

from keepsake.case_view import case_of
from keepsake.core.case_table import STAGE
from keepsake.core.document_events import DocumentDrafted, DocumentStaged
from keepsake.core.errors import FieldViolation, IllegalStep, InvalidRequest
from keepsake.core.proofreading import Finding
from keepsake.document_view import document_view
from keepsake.drafting import Draft, digest_of, draft
from keepsake.steps.step import Plan, Scene
from keepsake.v1.case_pb2 import StageDocumentRequest, StageDocumentResponse

_MOST_TOLD = 50


class StageDocument:
    """Keeps a document as a person wrote it; what was drafted stands beside it, to learn from."""

    name = STAGE

    def plan(self, request: StageDocumentRequest, scene: Scene) -> Plan:
        """Hold the text to its rules, and keep it."""
        scene.case.check(self.name)
        made = draft(scene, request.document, request.language, fills=request.fills)
        before = scene.case.documents.get(request.document)
        if before is not None and STAGE not in before.steps:
            where = f"{request.document} was submitted, and may be only once"
            raise IllegalStep(STAGE, scene.case.allowed_steps, where)
        text = request.text.replace("\r\n", "\n")
        found = made.findings(text)
        if found:
            raise InvalidRequest(tuple(map(_violation, found[:_MOST_TOLD])))
        staged = _staged(request, made, text, scene=scene)
        if not staged.edited:
            return Plan((staged,), text=text)
        first = DocumentDrafted(request.document, made.language, made.digest)
        return Plan((first, staged), text=made.drafted.text, more_texts=(text,))

    def answer(self, request: StageDocumentRequest, scene: Scene) -> StageDocumentResponse:
        """Return the case, and the document as it is staged."""
        document = document_view(scene.case.documents[request.document], scene)
        return StageDocumentResponse(case=case_of(scene), document=document)


def _staged(
    request: StageDocumentRequest, made: Draft, text: str, *, scene: Scene
) -> DocumentStaged:
    return DocumentStaged(
        document=request.document,
        language=made.language,
        digest=digest_of(text),
        length=len(text),
        edited=text != made.drafted.text,
        second_person=made.document.second_person,
        once=made.document.once,
        staged_for=_staged_for(request, made, scene),
    )


def _staged_for(request: StageDocumentRequest, made: Draft, scene: Scene) -> str:
    """Return the person whom a service speaks for; a person speaks for nobody else."""
    person = request.staged_for
    if not scene.principal.is_service:
        return ""
    if made.document.second_person and not person:
        allowed = "the id of the person for whom a service stages it, as their own token has it"
        raise InvalidRequest((FieldViolation("staged_for", request.staged_for, allowed),))
    return person


def _violation(finding: Finding) -> FieldViolation:
    """Return a finding without the words that it found: an error is logged, and words are not."""
    place = f"line {finding.line}, column {finding.column}" if finding.line else "the whole text"
    return FieldViolation("text", place, f"{finding.rule}: {finding.message}")
