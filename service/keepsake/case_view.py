"""The case as the API shows it, and what a case needs to know of a decision."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from google.type.money_pb2 import Money

from keepsake.answer.phrases import money_of, time_of
from keepsake.core.case import CaseOffer, Fixed
from keepsake.core.case_events import Decision, Recommended
from keepsake.core.holds import HoldState
from keepsake.core.pack import NOTHING
from keepsake.v1 import case_pb2 as pb
from keepsake.v1 import decision_pb2

if TYPE_CHECKING:
    from keepsake.steps.step import Followed, Scene

_CENT_NANOS = 10_000_000
_CENTS = 100


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
                needs_approval=each.HasField("approval"),
            )


def fixed_of(terms: decision_pb2.Terms) -> Fixed:
    """Return terms as a case knows them; what they can cost at most is said elsewhere."""
    return Fixed(
        percent=terms.percent if terms.HasField("percent") else None,
        amount=cents_of(terms.amount) if terms.HasField("amount") else None,
    )


def cents_of(money: Money) -> int:
    """Return an amount in cents; a part of a cent counts as one, since a hold takes the most."""
    return int(money.units * _CENTS - (-money.nanos // _CENT_NANOS))


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
        control_group=case.control_group,
        version=case.version,
        allowed_steps=case.allowed_steps,
    )


def _offer(offer: CaseOffer, currency: str) -> pb.CaseOffer:
    return pb.CaseOffer(
        offer_id=offer.offer_id,
        terms=_terms(offer.fixed, currency),
        status=pb.OfferStatus.ValueType(offer.status),
        decision_id=offer.decision_id,
        rank=offer.rank,
        most=_money(offer.fixed.most, currency),
        cost=_money(offer.cost, currency),
        held=list(_held(offer)),
        valid_until=time_of(offer.valid_until_ms),
        alternative_id=offer.alternative_id,
        non_compliant=offer.non_compliant,
    )


def _held(offer: CaseOffer) -> Iterator[pb.HeldResource]:
    state = HoldState.COMMITTED if offer.spent else HoldState.HELD
    for each in offer.held:
        expires = None if offer.spent else time_of(each.expires_ms)
        yield pb.HeldResource(
            resource=each.resource, units=each.units, state=state, expires_time=expires
        )


def _terms(fixed: Fixed, currency: str) -> decision_pb2.Terms | None:
    if fixed.percent is None and fixed.amount is None:
        return None
    return decision_pb2.Terms(percent=fixed.percent, amount=_money(fixed.amount, currency))


def _money(cents: int | None, currency: str) -> Money | None:
    return None if cents is None else Money(**money_of(cents / _CENTS, currency))
