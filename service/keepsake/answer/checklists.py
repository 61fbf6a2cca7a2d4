"""What should be there for a case, and what of it is, in the words of an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepsake.answer.parts import written
from keepsake.core.facts import quantise
from keepsake.v1 import decision_pb2 as pb

if TYPE_CHECKING:
    from keepsake.answer.phrases import Fields
    from keepsake.core.checklists import Checklist
    from keepsake.core.facts import Facts
    from keepsake.core.pack import Pack


class Checklists:
    """Writes the checklists of the decisions of one pack."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack

    def of(self, facts: Facts, language: str) -> bytes:
        """Return each checklist of which something is asked for in this case."""
        checklists = self._pack.work.checklists
        if not checklists:
            return b""
        told = (self._told(each, facts, language) for each in checklists.values())
        return written(pb.Decision, checklists=[each for each in told if each["items"]])

    def _told(self, checklist: Checklist, facts: Facts, language: str) -> Fields:
        items = list(checklist.wanted(facts))
        stands = checklist.stands(facts)
        return {
            "checklist": checklist.id,
            "title": self._pack.text(checklist.titles, language),
            "items": [
                {
                    "item": item.id,
                    "title": self._pack.text(item.titles, language),
                    "weight": item.weight,
                    "state": item.state(facts),
                    "note": item.row.note,
                    "confidence": item.row.confidence,
                    "fact": item.fact,
                }
                for item in items
            ],
            "completeness": None if stands is None else quantise(stands[0]),
            "missing": 0 if stands is None else stands[1],
            "confidence": checklist.confidence,
        }
