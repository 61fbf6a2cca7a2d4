"""The states of a case and of its offers, and the steps that each allows: one table.

What is not in it cannot be done. `drawing` draws it for docs/integrator.md, and a test holds the
drawing to the table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import IntEnum
from typing import TypeVar


class CaseStatus(IntEnum):
    """Where a case stands; the numbers are those of the API."""

    OPEN = 1
    CLOSED = 2
    KEPT = 3
    NOT_KEPT = 4
    UNVERIFIED = 5


class OfferStatus(IntEnum):
    """Where an offer of a case stands; the numbers are those of the API."""

    OPEN = 1
    AWAITS_APPROVAL = 2
    APPROVED = 3
    REFUSED = 4
    PRESENTED = 5
    ACCEPTED = 6
    DECLINED = 7
    WITHDRAWN = 8
    LAPSED = 9
    NEEDS_APPROVAL = 10


class PromiseState(IntEnum):
    """Where a promise stands; the numbers are those of the API."""

    OPEN = 1
    OVERDUE = 2
    MET = 3
    BROKEN = 4


class DocumentState(IntEnum):
    """Where a document of a case stands; the numbers are those of the API."""

    STAGED = 1
    CONFIRMED = 2


_Status = TypeVar("_Status", bound=IntEnum)

PRESENT, ACCEPT, DECLINE = "PresentOffer", "AcceptOffer", "DeclineOffer"
PROPOSE, WITHDRAW = "ProposeOffer", "WithdrawOffer"
ASSIST = "Assist"
NOTE, SETTLE, ADVANCE = "AddNote", "SettlePromise", "AdvanceCase"
STAGE, CONFIRM = "StageDocument", "ConfirmDocument"
REQUEST_APPROVAL, DECIDE_APPROVAL = "RequestApproval", "DecideApproval"
RECORD_OUTCOME, VALIDATE_OUTCOME = "RecordOutcome", "ValidateOutcome"
_TIME = "its time runs out"
_REFUSAL = "DecideApproval refuses"
_LOST_SINCE = "ValidateOutcome says it is not kept"
_UNHEARD = "nobody was heard from"
_NO_STEPS = (_TIME, _REFUSAL, _LOST_SINCE, _UNHEARD)

OFFER_STEPS: Mapping[OfferStatus, Mapping[str, OfferStatus]] = {
    OfferStatus.OPEN: {
        PRESENT: OfferStatus.PRESENTED,
        PROPOSE: OfferStatus.OPEN,
        WITHDRAW: OfferStatus.WITHDRAWN,
        _TIME: OfferStatus.LAPSED,
    },
    OfferStatus.NEEDS_APPROVAL: {
        REQUEST_APPROVAL: OfferStatus.AWAITS_APPROVAL,
        PROPOSE: OfferStatus.OPEN,
        WITHDRAW: OfferStatus.WITHDRAWN,
        _TIME: OfferStatus.LAPSED,
    },
    OfferStatus.AWAITS_APPROVAL: {
        DECIDE_APPROVAL: OfferStatus.APPROVED,
        _REFUSAL: OfferStatus.REFUSED,
        WITHDRAW: OfferStatus.WITHDRAWN,
        _TIME: OfferStatus.LAPSED,
    },
    OfferStatus.APPROVED: {
        PRESENT: OfferStatus.PRESENTED,
        WITHDRAW: OfferStatus.WITHDRAWN,
        _TIME: OfferStatus.LAPSED,
    },
    OfferStatus.REFUSED: {PROPOSE: OfferStatus.OPEN},
    OfferStatus.PRESENTED: {
        ACCEPT: OfferStatus.ACCEPTED,
        DECLINE: OfferStatus.DECLINED,
        WITHDRAW: OfferStatus.WITHDRAWN,
        _TIME: OfferStatus.LAPSED,
    },
    OfferStatus.WITHDRAWN: {PROPOSE: OfferStatus.OPEN},
    OfferStatus.LAPSED: {PROPOSE: OfferStatus.OPEN},
}
"""What each step makes of an offer; an offer that is not listed is at its end.

A proposal that is above the authority of who makes it needs an approval, wherever OPEN stands here.
"""

CASE_STEPS: Mapping[CaseStatus, Mapping[str, CaseStatus]] = {
    CaseStatus.OPEN: {
        PROPOSE: CaseStatus.OPEN,
        ASSIST: CaseStatus.OPEN,
        ADVANCE: CaseStatus.OPEN,
        STAGE: CaseStatus.OPEN,
        CONFIRM: CaseStatus.OPEN,
        NOTE: CaseStatus.OPEN,
        RECORD_OUTCOME: CaseStatus.CLOSED,
    },
    CaseStatus.CLOSED: {
        NOTE: CaseStatus.CLOSED,
        RECORD_OUTCOME: CaseStatus.CLOSED,
        VALIDATE_OUTCOME: CaseStatus.KEPT,
        _LOST_SINCE: CaseStatus.NOT_KEPT,
        _UNHEARD: CaseStatus.UNVERIFIED,
    },
    CaseStatus.KEPT: {NOTE: CaseStatus.KEPT, RECORD_OUTCOME: CaseStatus.CLOSED},
    CaseStatus.NOT_KEPT: {NOTE: CaseStatus.NOT_KEPT, RECORD_OUTCOME: CaseStatus.CLOSED},
    CaseStatus.UNVERIFIED: {
        NOTE: CaseStatus.UNVERIFIED,
        RECORD_OUTCOME: CaseStatus.CLOSED,
        VALIDATE_OUTCOME: CaseStatus.KEPT,
        _LOST_SINCE: CaseStatus.NOT_KEPT,
    },
}
"""What each step makes of a case. The steps of its offers are allowed while it is open."""

LEFT_ALONE = "the customer has asked to leave again, and nobody persuades them any more"
PERSUADES = frozenset({"incentive", "alternative"})
"""The classes of offers that are meant to make somebody stay: the rest is owed, or settles."""
PERSUADING = frozenset({PROPOSE, PRESENT, REQUEST_APPROVAL})
"""The steps of such an offer that are over once persuasion has ended."""

PROMISE_STEPS: Mapping[PromiseState, Mapping[str, PromiseState]] = {
    PromiseState.OPEN: {
        f"{SETTLE} says it was met": PromiseState.MET,
        f"{SETTLE} says it was broken": PromiseState.BROKEN,
        "its day is over": PromiseState.OVERDUE,
    },
    PromiseState.OVERDUE: {
        f"{SETTLE} says it was met": PromiseState.MET,
        f"{SETTLE} says it was broken": PromiseState.BROKEN,
        "nobody speaks for the days of grace": PromiseState.BROKEN,
    },
}
"""What becomes of a promise, however its case stands; one that is not listed is settled."""


DOCUMENT_STEPS: Mapping[DocumentState, Mapping[str, DocumentState]] = {
    DocumentState.STAGED: {STAGE: DocumentState.STAGED, CONFIRM: DocumentState.CONFIRMED},
    DocumentState.CONFIRMED: {STAGE: DocumentState.STAGED},
}
"""What becomes of a document while its case is open; submitted once for all it stays confirmed."""


def lapses(status: OfferStatus) -> bool:
    """Tell whether an offer that stands so lapses when its time is over."""
    return _TIME in OFFER_STEPS.get(status, {})


def steps_of_offer(status: OfferStatus) -> tuple[str, ...]:
    """Return the steps that an offer allows; what time does is no step, nor what one comes to."""
    return tuple(step for step in OFFER_STEPS.get(status, {}) if step not in _NO_STEPS)


def steps_of_case(status: CaseStatus) -> tuple[str, ...]:
    """Return the steps that a case allows whatever its offers are."""
    return tuple(step for step in CASE_STEPS.get(status, {}) if step not in _NO_STEPS)


def drawing() -> str:
    """Draw in Mermaid's language the states of an offer, a case, a promise and a document."""
    tables = (
        *(_arrows(OFFER_STEPS), _arrows(CASE_STEPS)),
        *(_arrows(PROMISE_STEPS), _arrows(DOCUMENT_STEPS)),
    )
    drawn = ("\n".join(("```mermaid", "stateDiagram-v2", *each, "```")) for each in tables)
    return "\n\n".join(drawn)


def _arrows(table: Mapping[_Status, Mapping[str, _Status]]) -> Iterator[str]:
    for status, steps in table.items():
        for step, after in steps.items():
            yield f"    {status.name} --> {after.name}: {step}"
