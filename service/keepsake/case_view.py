"""The case as the API shows it, and what a case needs to know of a decision."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from keepsake.answer.phrases import time_of
from keepsake.approval_view import approval_of
from keepsake.case_terms import cents_of, fixed_of, money_in, terms_of
from keepsake.clock_view import clocks_of, shown_clocks, stages_of
from keepsake.core.case import CaseOffer, Fixed
from keepsake.core.case_events import Decision, Recommended
from keepsake.core.case_table import STAGE, CaseStatus
from keepsake.core.findings import Approval
from keepsake.core.holds import HoldState
from keepsake.core.pack import NOTHING
from keepsake.core.promise import Promise
from keepsake.days import date_of
from keepsake.document_view import document_view
from keepsake.outcome_view import outcome_of
from keepsake.v1 import case_pb2 as pb
from keepsake.v1 import decision_pb2

if TYPE_CHECKING:
    from keepsake.steps.step import Followed, Scene


def decision_of(followed: Followed) -> Decision:
    """Return what a case needs to know of a decision: what was recommended, and what is owed."""
    inputs, answered = followed.inputs, followed.decision
    return Decision(
        kind=answered.kind,
        subject_type=next(
            (
                word
                for name, word in zip(inputs.facts.word_names, inputs.facts.words, strict=True)
                if name == "subject_type"
            ),
            "",
        ),
        control_group=answered.choice.control_group,
        valid_until_ms=answered.valid_until.ToMilliseconds(),
        recommended=tuple(_recommended(answered)),
        stage=answered.stage,
        stages=stages_of(answered),
        clocks=tuple(clocks_of(answered)),
    )


def _recommended(decision: decision_pb2.Decision) -> Iterator[Recommended]:
    for each in (*decision.recommendations, *decision.remedies):
        if each.offer_id != NOTHING:
            terms = fixed_of(each.terms)
            most = cents_of(each.cost) if each.HasField("cost") else None
            yield Recommended(
                each.offer_id,
                each.offer_class,
                each.rank,
                Fixed(terms.percent, terms.amount, most),
                approval=_approval(each.approval) if each.HasField("approval") else None,
            )


def _approval(needed: decision_pb2.Approval) -> Approval:
    return Approval(needed.tier, needed.role, needed.two_people, needed.asked_by, needed.why)


def case_of(scene: Scene) -> pb.Case:
    """Return a case as the API shows it."""
    case, pack = scene.case, scene.snapshot.pack
    return pb.Case(
        case_id=scene.case_id,
        pack=pack.id,
        kind=case.kind,
        subject_type=case.subject_type,
        status=pb.CaseStatus.ValueType(case.status),
        opened_time=time_of(case.opened_ms),
        updated_time=time_of(case.updated_ms),
        decision_ids=case.decision_ids,
        offers=[_offer(each, pack.currency) for each in case.offers.values()],
        approvals=[approval_of(each, scene) for each in case.approvals.values()],
        outcome=outcome_of(case.outcome, pack.currency),
        control_group=case.control_group,
        promises=[promise_of(each, scene.case_id) for each in case.promises.values()],
        version=case.version,
        allowed_steps=_allowed(scene),
        stage=case.stage,
        next_stages=case.next_stages,
        clocks=shown_clocks(case, {name: each.decision for name, each in scene.followed.items()}),
        documents=[document_view(each, scene) for each in case.documents.values()],
    )


def _allowed(scene: Scene) -> list[str]:
    """Return the steps that are allowed; a document is staged where the kind has any."""
    case = scene.case
    has_documents = scene.snapshot.pack.of(case.kind).work.documents
    may_write = case.status is CaseStatus.OPEN and has_documents and not case.is_full
    return sorted({*case.allowed_steps, *((STAGE,) if may_write else ())})


def promise_of(promise: Promise, case_id: str) -> pb.Promise:
    """Return a promise as the API shows it."""
    return pb.Promise(
        case_id=case_id,
        offer_id=promise.offer_id,
        question=promise.question,
        due_date=date_of(promise.due),
        state=pb.PromiseState.ValueType(promise.state),
    )


def _offer(offer: CaseOffer, currency: str) -> pb.CaseOffer:
    return pb.CaseOffer(
        offer_id=offer.offer_id,
        terms=terms_of(offer.fixed, currency),
        status=pb.OfferStatus.ValueType(offer.status),
        decision_id=offer.decision_id,
        rank=offer.rank,
        most=money_in(offer.fixed.most, currency),
        cost=money_in(offer.cost, currency),
        held=list(_held(offer)),
        valid_until=time_of(offer.valid_until_ms),
        alternative_id=offer.alternative_id,
        non_compliant=offer.non_compliant,
        title=offer.title,
    )


def _held(offer: CaseOffer) -> Iterator[pb.HeldResource]:
    state = HoldState.COMMITTED if offer.spent else HoldState.HELD
    for each in offer.held:
        expires = None if offer.spent else time_of(each.expires_ms)
        yield pb.HeldResource(
            resource=each.resource, units=each.units, state=state, expires_time=expires
        )
