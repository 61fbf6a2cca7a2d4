"""What the letters of a case say is enclosed, against what is given to be sent with them.

A letter lists each item of the checklist that is there, and says that the copies are true; a file
that is left out makes that a false statement.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from keepsake.cli.console import ExitCode, Refusal, say
from keepsake.cli.service import Service
from keepsake.v1 import case_pb2, document_pb2

_THERE = "there"


def checklist_items(service: Service, case: case_pb2.Case) -> list[document_pb2.ChecklistItem]:
    """Return the items of the checklists of the last decision; none where it is kept no more."""
    try:
        decision = service.decision(case.decision_ids[-1]).decision
    except Refusal as refusal:
        if refusal.code is not ExitCode.REFUSED:
            raise
        return []
    return [item for each in decision.checklists for item in each.items]


def left_out(
    items: Sequence[document_pb2.ChecklistItem], given: Sequence[str]
) -> list[document_pb2.ChecklistItem]:
    """Return the items that are said to be there, and are not among those that are given."""
    return [each for each in items if each.state == _THERE and each.item not in given]


def items_sent(evidence: Mapping[str, Any], made: document_pb2.EvidenceDraft) -> Iterator[str]:
    """Yield the items that evidence holds: those whose files belong into a field that is given."""
    for each in made.fields:
        if evidence.get(each.name):
            yield each.name
            yield from each.items


def tell_left_out(missing: Sequence[document_pb2.ChecklistItem], *, is_final: bool) -> None:
    """Name what is said to be enclosed and is not; refuse it where it would go out so."""
    told = [f"{each.title} ({each.item})" for each in missing]
    if told and is_final:
        message = "the letter says that it is enclosed, and it is not: " + ", ".join(told)
        hint = "give the file, or decide again without it and draft the letter anew"
        raise Refusal(message, hint, code=ExitCode.REFUSED)
    for each in told:
        say(f"The letter says that it is enclosed, and it is not: {each}", style="yellow")
