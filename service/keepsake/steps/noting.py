"""AddNote: somebody writes down what should not be forgotten."""

from __future__ import annotations

from keepsake.case_view import case_of
from keepsake.core.case_events import Noted
from keepsake.core.case_table import NOTE
from keepsake.steps.step import Plan, Scene
from keepsake.v1.case_pb2 import AddNoteRequest, AddNoteResponse


class AddNote:
    """Adds words to the case, which are deleted with the customer's."""

    name = NOTE

    def plan(self, request: AddNoteRequest, scene: Scene) -> Plan:
        """Note it, whatever the state of the case."""
        scene.case.check(self.name)
        return Plan((Noted(),), text=request.text)

    def answer(self, _request: AddNoteRequest, scene: Scene) -> AddNoteResponse:
        """Return the case."""
        return AddNoteResponse(case=case_of(scene))
