"""ConfirmDocument: a person says that a document goes out as it is staged."""

from __future__ import annotations

from collections.abc import Iterator

from keepsake.case_view import case_of
from keepsake.core.approvals import same_person
from keepsake.core.case import Event
from keepsake.core.case_documents import CaseDocument
from keepsake.core.case_table import CONFIRM, DocumentState, OfferStatus
from keepsake.core.document_events import DocumentConfirmed, DocumentStaged
from keepsake.core.documents import Document
from keepsake.core.errors import IllegalStep, NotFound, NotPermitted
from keepsake.core.proofreading import OF_PERSONS, Proof, findings
from keepsake.core.stages import stages_after
from keepsake.document_view import document_view
from keepsake.drafting import digest_of, document_of
from keepsake.histories import is_submitted
from keepsake.recorded import facts_of
from keepsake.steps.reckoning import brought_to
from keepsake.steps.step import Plan, Scene
from keepsake.v1.case_pb2 import ConfirmDocumentRequest, ConfirmDocumentResponse


class ConfirmDocument:
    """Makes a document final, and moves the subject to the stage that this brings about."""

    name = CONFIRM

    def plan(self, request: ConfirmDocumentRequest, scene: Scene) -> Plan:
        """Note that somebody who may has confirmed exactly this text."""
        scene.case.check(self.name)
        declared = document_of(scene, request.document)
        staged = _staged(request, scene)
        _check_person(staged, declared, scene)
        _check_once(staged, declared, scene)
        _check_offers(declared, scene)
        _check_text(staged, declared, scene)
        confirmed = DocumentConfirmed(staged.id, staged.digest)
        return Plan((confirmed, *_moved(declared, scene)))

    def answer(self, request: ConfirmDocumentRequest, scene: Scene) -> ConfirmDocumentResponse:
        """Return the case, and the document as it went out."""
        document = document_view(scene.case.documents[request.document], scene)
        return ConfirmDocumentResponse(case=case_of(scene), document=document)


def _staged(request: ConfirmDocumentRequest, scene: Scene) -> CaseDocument:
    """Return what is staged; raise where that is another text than was read, or is final."""
    staged = scene.case.documents.get(request.document)
    if staged is None:
        raise NotFound("document", request.document, f"no {request.document} is staged")
    if staged.state is not DocumentState.STAGED:
        raise _refused(scene, f"{staged.id} is confirmed already")
    if staged.digest != request.digest:
        raise _refused(scene, f"another text of {staged.id} is staged by now: read that one")
    return staged


def _check_person(staged: CaseDocument, declared: Document, scene: Scene) -> None:
    """Raise NotPermitted for a service, and for who staged it where somebody else must confirm.

    Whoever staged any text of it counts: else a colleague, or a service, who stages the same words
    again would make their author somebody else.
    """
    principal = scene.principal
    if principal.is_service:
        raise NotPermitted("a document is confirmed by a person, with a token of their own")
    needs_another = staged.second_person or declared.second_person
    authors = _authors(staged.id, scene)
    if needs_another and any(same_person(principal.id, one) for one in authors):
        raise NotPermitted("another person than who staged it must confirm it")


def _authors(document: str, scene: Scene) -> Iterator[str]:
    """Yield by whom, and for whom, a document was ever staged in this case."""
    for each in scene.log:
        if isinstance(each.event, DocumentStaged) and each.event.document == document:
            yield each.principal
            if each.event.staged_for:
                yield each.event.staged_for


def _check_once(staged: CaseDocument, declared: Document, scene: Scene) -> None:
    """Raise IllegalStep where what goes out once did so in another case of the same subject."""
    if (staged.once or declared.once) and is_submitted(staged.id, scene):
        subject = scene.case.subject_type or "subject"
        where = f"{staged.id} was submitted in another case of this {subject}, and may be only once"
        raise _refused(scene, where)


def _check_offers(declared: Document, scene: Scene) -> None:
    """Raise IllegalStep where nobody with the authority has chosen what the document is for."""
    offers = scene.case.offers
    accepted = {name for name, each in offers.items() if each.status is OfferStatus.ACCEPTED}
    if declared.offers and not accepted.intersection(declared.offers):
        raise _refused(scene, f"none of {', '.join(declared.offers)} is accepted")


def _check_text(staged: CaseDocument, declared: Document, scene: Scene) -> None:
    """Raise IllegalStep where the text is gone with the customer, or breaks a rule by now."""
    text = scene.log[staged.event - 1].text
    if digest_of(text) != staged.digest:
        raise _refused(scene, f"the text of {staged.id} was deleted with the customer's words")
    followed = list(scene.followed.values())[-1:]
    facts = facts_of(followed[0].inputs.facts) if followed else {}
    proof = Proof(
        declared,
        staged.language,
        declared.limit_by(facts),
        wordings=scene.snapshot.pack.of(scene.case.kind).work.wordings,
        own=declared.templates.get(staged.language, ""),
    )
    rules = dict.fromkeys(each.rule for each in findings(text, proof))
    broken = [rule for rule in rules if rule not in OF_PERSONS]  # the text was held to those before
    if broken:
        raise _refused(
            scene, f"the text of {staged.id} breaks {', '.join(broken)} by now: stage it anew"
        )


def _moved(declared: Document, scene: Scene) -> tuple[Event, ...]:
    """Return that the subject moves on, where the stage lies ahead of it."""
    stage, case = declared.sets_stage, scene.case
    return brought_to(stage, scene) if stage in stages_after(case.stages, case.stage) else ()


def _refused(scene: Scene, where: str) -> IllegalStep:
    return IllegalStep(CONFIRM, scene.case.allowed_steps, where)
