"""The documents of a case as they stand; their words stand beside the events."""

from __future__ import annotations

from dataclasses import dataclass

from keepsake.core.case_table import DOCUMENT_STEPS, DocumentState


@dataclass(frozen=True, slots=True)
class CaseDocument:
    """A document as it was staged last; `event` is the number of the event beside which it stands.

    `digest` is that of its text. `staged_for` is the person for whom a service staged it. Who
    confirmed it, and when, is empty until then.
    """

    id: str
    language: str
    digest: str
    length: int
    state: DocumentState
    event: int
    staged_by: str
    staged_ms: int
    edited: bool = False
    second_person: bool = False
    once: bool = False
    staged_for: str = ""
    confirmed_by: str = ""
    confirmed_ms: int = 0

    @property
    def steps(self) -> frozenset[str]:
        """Return what may still be done with it; once it is submitted once for all, nothing."""
        is_final = self.once and self.state is DocumentState.CONFIRMED
        return frozenset(() if is_final else DOCUMENT_STEPS.get(self.state, {}))
