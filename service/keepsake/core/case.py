"""A case: what follows one or more decisions, as the fold of its events.

Nothing of a case is stored but its events. What a step may do, the table of `case_table` says.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

from keepsake.core.approvals import ApprovalState, AskedApproval
from keepsake.core.case_clocks import Clocks, reached, unlisted, wakes_ms
from keepsake.core.case_documents import CaseDocument
from keepsake.core.case_table import (
    ADVANCE,
    ASSIST,
    CONFIRM,
    LEFT_ALONE,
    NOTE,
    PERSUADES,
    PERSUADING,
    PROPOSE,
    SETTLE,
    STAGE,
    VALIDATE_OUTCOME,
    CaseStatus,
    OfferStatus,
    lapses,
    steps_of_case,
    steps_of_offer,
)
from keepsake.core.errors import IllegalStep, NotFound
from keepsake.core.findings import Approval
from keepsake.core.objections import Talk
from keepsake.core.outcomes import Outcome
from keepsake.core.promise import Promise

MOST_EVENTS = 500
"""How many events a case may have until it is only brought to its end: each step reads them all."""
_GROWING = frozenset({ASSIST, NOTE, PROPOSE, STAGE})


@dataclass(frozen=True, slots=True)
class Held:
    """Units of a limited resource that are held for an offer, and by which hold."""

    resource: str
    hold_id: str
    units: int
    expires_ms: int = 0


@dataclass(frozen=True, slots=True)
class Fixed:
    """What exactly is offered, in percent or in cents, and the most it can cost, in cents.

    None where the offer has no such term, or where its cost is not known.
    """

    percent: float | None = None
    amount: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class CaseOffer:
    """An offer within a case. `rank` is 0 for what is owed, and for what an agent proposed.

    `approval` is the one that it needs before it may be presented, `title` what an agent called it,
    and `proposed_by` who that was; `ready` is the day, since 1970, that operations gave then.
    `spent` tells that what it held was taken for good; `cost` is then what it really cost.
    """

    offer_id: str
    offer_class: str
    fixed: Fixed
    status: OfferStatus
    decision_id: str
    valid_until_ms: int
    rank: int = 0
    held: tuple[Held, ...] = ()
    spent: bool = False
    cost: int | None = None
    alternative_id: str = ""
    non_compliant: bool = False
    approval: Approval | None = None
    title: str = ""
    proposed_by: str = ""
    ready: int | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A case after its events; `version` is how many they are.

    `decision_ids` are the decisions it follows, the oldest first, and `fenced` the holds of steps
    that can no longer come to their end. `stages` say what may follow which stage of the subject,
    as the pack had it when the case was opened.
    """

    version: int = 0
    status: CaseStatus = CaseStatus.OPEN
    kind: str = ""
    subject_type: str = ""
    control_group: bool = False
    opened_ms: int = 0
    updated_ms: int = 0
    decision_ids: tuple[str, ...] = ()
    offers: Mapping[str, CaseOffer] = field(default_factory=dict)
    approvals: Mapping[str, AskedApproval] = field(default_factory=dict)
    outcome: Outcome | None = None
    promises: Mapping[str, Promise] = field(default_factory=dict)
    fenced: frozenset[str] = frozenset()
    talk: Talk | None = None
    stage: str = ""
    stages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    clocks: Clocks = field(default_factory=dict)
    documents: Mapping[str, CaseDocument] = field(default_factory=dict)

    @property
    def allowed_steps(self) -> tuple[str, ...]:
        """Return every step that the case or one of its offers allows, sorted."""
        steps = set(steps_of_case(self.status))
        if self.status is CaseStatus.OPEN:
            for offer in self.offers.values():
                steps.update(self.steps_of(offer))
        if self.outcome is not None and not self.outcome.keeps:
            steps.discard(VALIDATE_OUTCOME)
        if not all(promise.is_settled for promise in self.promises.values()):
            steps.add(SETTLE)
        if not self.next_stages:
            steps.discard(ADVANCE)
        written = {step for document in self.documents.values() for step in document.steps}
        steps -= {STAGE, CONFIRM} - written
        return tuple(sorted(steps - _GROWING if self.is_full else steps))

    @property
    def is_left_alone(self) -> bool:
        """Tell whether the customer has asked to leave so often that nobody persuades them."""
        return self.talk is not None and self.talk.ended

    def steps_of(self, offer: CaseOffer) -> tuple[str, ...]:
        """Return the steps that an offer allows, by the table and by what the customer wants."""
        over = PERSUADING if self.is_left_alone and offer.offer_class in PERSUADES else ()
        return tuple(step for step in steps_of_offer(offer.status) if step not in over)

    @property
    def next_stages(self) -> tuple[str, ...]:
        """Return the stages that may follow the one in which the subject stands."""
        return self.stages.get(self.stage, ())

    @property
    def running(self) -> Clocks:
        """Return the clocks whose matter has still to be out; none once the case is closed."""
        is_open = self.status is CaseStatus.OPEN
        return {name: each for name, each in self.clocks.items() if is_open and each.is_owed}

    @property
    def listed_clocks(self) -> Mapping[str, int]:
        """Return the deadlines that the list over all cases has of this one, by clock."""
        is_open = self.status is CaseStatus.OPEN
        return {
            each.id: each.noted_ms for each in self.clocks.values() if is_open and each.noted_ms
        }

    @property
    def wakes_ms(self) -> int | None:
        """Return when something is to be done about a clock next; never once it is closed."""
        return wakes_ms(self.clocks) if self.status is CaseStatus.OPEN else None

    @property
    def is_full(self) -> bool:
        """Tell whether it has so many events that only its offers and its end may add more."""
        return self.version >= MOST_EVENTS

    def offer(self, step: str, offer_id: str) -> CaseOffer:
        """Return the offer that a step is about; raise IllegalStep where the table says no."""
        offer = self.offers.get(offer_id)
        if offer is None:
            raise NotFound("offer", offer_id, f"the case has no offer {offer_id!r}")
        allowed = self.steps_of(offer) if self.status is CaseStatus.OPEN else ()
        if step not in allowed:
            is_over = step in steps_of_offer(offer.status)
            where = LEFT_ALONE if is_over else f"{offer_id} is {offer.status.name.lower()}"
            if self.status is not CaseStatus.OPEN:
                where, allowed = f"the case is {self.status.name.lower()}", self.allowed_steps
            raise IllegalStep(step, allowed, where)
        return offer

    def promise(self, offer_id: str) -> Promise:
        """Return a promise that is to be settled; raise IllegalStep where it has been."""
        promise = self.promises.get(offer_id)
        if promise is None:
            raise NotFound("promise", offer_id, f"nothing was promised with {offer_id!r}")
        if promise.is_settled:
            where = f"the promise of {offer_id} is {promise.state.name.lower()}"
            raise IllegalStep(SETTLE, self.allowed_steps, where)
        return promise

    def check(self, step: str) -> None:
        """Raise IllegalStep where the case allows no such step, one that is about no offer."""
        if step not in steps_of_case(self.status):
            raise IllegalStep(step, self.allowed_steps, f"the case is {self.status.name.lower()}")
        if self.is_full and step in _GROWING:
            where = f"the case has {self.version} events, and may have {MOST_EVENTS}"
            raise IllegalStep(step, self.allowed_steps, where)

    def reached(self, word: str) -> Case:
        """Return the case once a step has reached a stage, an offer or a document."""
        return replace(self, clocks=unlisted(reached(self.clocks, word))) if self.clocks else self

    def changed(self, offer_id: str, **changes: object) -> Case:
        """Return the case with one of its offers changed."""
        changed = replace(self.offers[offer_id], **changes)  # type: ignore[arg-type]  # by name
        return replace(self, offers={**self.offers, offer_id: changed})

    def at(self, now_ms: int) -> Case:
        """Return the case at a moment: what is not accepted until its time is over has lapsed.

        So has an approval that nobody gave in time, and with it its offer; and one whose offer
        waits for it no more.
        """
        over = {
            each.approval_id
            for each in self.approvals.values()
            if each.is_over(now_ms)
            or (each.state is ApprovalState.WAITING and self.awaited(each.offer_id) is not each)
        }
        unanswered = {
            name
            for name in self.offers
            if (awaited := self.awaited(name)) and awaited.approval_id in over
        }
        return replace(
            self,
            approvals={
                name: replace(each, state=ApprovalState.LAPSED) if name in over else each
                for name, each in self.approvals.items()
            },
            offers={
                each.offer_id: replace(each, status=OfferStatus.LAPSED)
                if (each.valid_until_ms <= now_ms and lapses(each.status))
                or each.offer_id in unanswered
                else each
                for each in self.offers.values()
            },
        )

    def awaited(self, offer_id: str) -> AskedApproval | None:
        """Return the approval that an offer waits for: the last that was asked for."""
        if self.offers[offer_id].status is not OfferStatus.AWAITS_APPROVAL:
            return None
        return [each for each in self.approvals.values() if each.offer_id == offer_id][-1]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a case; `offer_id` is the offer it concerns, if one."""

    type: ClassVar[str]

    @abstractmethod
    def apply(self, case: Case, happened: Happened) -> Case:
        """Return the case after it."""


@dataclass(frozen=True, slots=True)
class Happened:
    """An event, its number within the case, when it was, who did it, and what was said."""

    number: int
    event: Event
    time_ms: int
    principal: str = ""
    text: str = field(default="", repr=False)


def fold(log: Iterable[Happened], now_ms: int) -> Case:
    """Return the case that its events make, at a moment."""
    case = Case()
    for each in log:
        after = each.event.apply(case.at(each.time_ms), each)
        case = replace(after, version=each.number, updated_ms=each.time_ms)
    return case.at(now_ms)
