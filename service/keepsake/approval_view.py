"""An approval as the API shows it, with what people said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from keepsake.answer.phrases import time_of
from keepsake.case_terms import money_in, terms_of
from keepsake.core.approval_events import ApprovalAnswered
from keepsake.core.approvals import AskedApproval
from keepsake.core.case import Event, Fixed, Happened
from keepsake.v1.case_pb2 import ApprovalAnswer, CaseApproval

if TYPE_CHECKING:
    from keepsake.steps.step import Scene


def approval_of(asked: AskedApproval, scene: Scene) -> CaseApproval:
    """Return an approval of a case."""
    currency, fixed = scene.snapshot.pack.currency, Fixed(asked.percent, asked.amount)
    about = [each for each in scene.log if _is_about(asked, each.event)]
    escalates = asked.escalates_ms
    return CaseApproval(
        approval_id=asked.approval_id,
        case_id=scene.case_id,
        offer_id=asked.offer_id,
        terms=terms_of(fixed, currency),
        state=asked.state,
        tier=asked.tier,
        role=asked.role,
        two_people=asked.two_people,
        asked_by=asked.asked_by,
        asked_for=asked.asked_for,
        why=about[0].text,
        asked_time=time_of(asked.asked_ms),
        escalates_time=None if escalates is None else time_of(escalates),
        lapses_time=time_of(asked.lapses_ms),
        answers=list(_answers(about)),
        most=money_in(asked.most, currency),
    )


def _is_about(asked: AskedApproval, event: Event) -> bool:
    return getattr(event, "approval_id", "") == asked.approval_id


def _answers(about: Iterable[Happened]) -> Iterator[ApprovalAnswer]:
    for each in about:
        if isinstance(each.event, ApprovalAnswered):
            yield ApprovalAnswer(
                principal=each.principal,
                approved=each.event.approved,
                why=each.text,
                time=time_of(each.time_ms),
            )
