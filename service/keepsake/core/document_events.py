"""What can happen to a document of a case. Its words stand beside the events, never within them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from keepsake.core.case import Case, Event, Happened
from keepsake.core.case_documents import CaseDocument
from keepsake.core.case_table import DocumentState


@dataclass(frozen=True, slots=True)
class DocumentDrafted(Event):
    """What was drafted, where the person who staged it wrote something else."""

    type = "document_drafted"
    document: str
    language: str
    digest: str

    def apply(self, case: Case, _happened: Happened) -> Case:
        """Change nothing: it is kept to learn from."""
        return case


@dataclass(frozen=True, slots=True)
class DocumentStaged(Event):
    """A person wrote a document as it is to go out, and it broke no rule."""

    type = "document_staged"
    document: str
    language: str
    digest: str
    length: int
    edited: bool = False
    second_person: bool = False
    once: bool = False
    staged_for: str = ""

    def apply(self, case: Case, happened: Happened) -> Case:
        """Put the document beside the others, in place of what was staged before."""
        staged = CaseDocument(
            id=self.document,
            language=self.language,
            digest=self.digest,
            length=self.length,
            state=DocumentState.STAGED,
            event=happened.number,
            staged_by=happened.principal,
            staged_ms=happened.time_ms,
            edited=self.edited,
            second_person=self.second_person,
            once=self.once,
            staged_for=self.staged_for,
        )
        return replace(case, documents={**case.documents, self.document: staged})


@dataclass(frozen=True, slots=True)
class DocumentConfirmed(Event):
    """A person confirmed a document: this text, and no other, goes out."""

    type = "document_confirmed"
    document: str
    digest: str

    def apply(self, case: Case, happened: Happened) -> Case:
        """Make it final, and stop the clocks that end there."""
        before = case.documents.get(self.document)
        if before is None:
            return case
        confirmed = replace(
            before,
            state=DocumentState.CONFIRMED,
            confirmed_by=happened.principal,
            confirmed_ms=happened.time_ms,
        )
        after = replace(case, documents={**case.documents, self.document: confirmed})
        return after.reached(self.document)


DOCUMENT_EVENTS = (DocumentDrafted, DocumentStaged, DocumentConfirmed)
