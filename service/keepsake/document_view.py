"""A document of a case as the API shows it; its text stands beside the event that staged it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepsake.answer.phrases import time_of
from keepsake.core.case_documents import CaseDocument
from keepsake.v1 import document_pb2 as pb

if TYPE_CHECKING:
    from keepsake.steps.step import Scene


def document_view(document: CaseDocument, scene: Scene) -> pb.CaseDocument:
    """Return a document of a case."""
    pack = scene.snapshot.pack
    declared = pack.of(scene.case.kind).work.documents.get(document.id)
    confirmed = document.confirmed_ms
    return pb.CaseDocument(
        document=document.id,
        title=pack.text(declared.titles, document.language) if declared else document.id,
        language=document.language,
        state=pb.DocumentState.ValueType(document.state),
        digest=document.digest,
        length=document.length,
        limit=declared.limit if declared else 0,
        edited=document.edited,
        audience=declared.audience if declared else "",
        event=document.event,
        staged_by=document.staged_by,
        staged_time=time_of(document.staged_ms),
        confirmed_by=document.confirmed_by,
        confirmed_time=time_of(confirmed) if confirmed else None,
        second_person=document.second_person,
        once=document.once,
        staged_for=document.staged_for,
        business=pack.text(pack.titles, document.language),
    )
