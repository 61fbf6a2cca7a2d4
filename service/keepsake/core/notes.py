"""The note that a CRM keeps of a case: what its template may speak of, said for people already.

Amounts, days and times are texts in the language of the note. What is not known is empty.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class NotedOffer:
    """An offer: what it was, how it stands (`presented`, `accepted`, ...), and what it costs.

    `objection` is told as the pack calls it; `promise_state` is `open`, `overdue`, `met` or
    `broken`; `against_control` tells that it was made to a customer of the
    control group all the same; `is_proposal` that an agent made it and no decision.
    """

    title: str
    terms: str = ""
    status: str = ""
    cost: str = ""
    promise: str = ""
    promise_state: str = ""
    alternative: str = ""
    objection: str = ""
    is_owed: bool = False
    is_proposal: bool = False
    against_control: bool = False


@dataclass(frozen=True, slots=True)
class NotedRefusal:
    """An offer that was not made, and why not, in English; `by` is what failed: `guard:budget`."""

    title: str
    why: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class NotedAnswer:
    """What one person said to an approval."""

    by: str
    approved: bool
    why: str = ""
    time: str = ""


@dataclass(frozen=True, slots=True)
class NotedApproval:
    """An approval: of which offer, by which role, who asked and why, and what became of it."""

    offer: str
    role: str
    asked_by: str
    why: str = ""
    state: str = ""
    answers: tuple[NotedAnswer, ...] = ()


@dataclass(frozen=True, slots=True)
class NotedText:
    """What was noted, or said (then `by` is `customer` or `agent`): when, by whom, what."""

    time: str
    by: str
    text: str


@dataclass(frozen=True, slots=True)
class NotedObjection:
    """Something that stood in the way in the conversation, and whether it was answered."""

    title: str
    answered: bool = False


@dataclass(frozen=True, slots=True)
class NotedEnding:
    """How the case ended (`saved`, `lost`, ...), what was kept, and what that cost.

    `validated` is `kept`, `not kept`, `unverified`, or empty where nobody has looked again yet.
    """

    how: str
    kept: str = ""
    cost: str = ""
    time: str = ""
    by: str = ""
    validated: str = ""


@dataclass(frozen=True, slots=True)
class CaseNote:
    """All that a template may speak of. `shown` are the offers that the customer has seen.

    `said` and `objections` are of the conversation; `left_alone` tells that the customer asked to
    leave again, so that nobody persuades them any more.
    """

    business: str
    case_id: str
    kind: str
    channel: str
    subject_type: str
    opened: str
    words: tuple[str, ...] = ()
    reason: str = ""
    stated_reason: str = ""
    risk: str = ""
    control_group: bool = False
    shown: tuple[NotedOffer, ...] = ()
    not_shown: tuple[NotedOffer, ...] = ()
    owed: tuple[NotedOffer, ...] = ()
    withheld: tuple[NotedRefusal, ...] = ()
    approvals: tuple[NotedApproval, ...] = ()
    promises: tuple[NotedOffer, ...] = ()
    notices: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    way_out: str = ""
    fee: str = ""
    returned: str = ""
    notes: tuple[NotedText, ...] = ()
    said: tuple[NotedText, ...] = ()
    objections: tuple[NotedObjection, ...] = ()
    left_alone: bool = False
    ending: NotedEnding | None = None

    def values(self) -> dict[str, Any]:
        """Return what a template may speak of, by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


NAMES = tuple(field.name for field in fields(CaseNote))
"""What a template may name at its top."""
PARTS = tuple(
    dict.fromkeys(
        field.name
        for part in (
            *(NotedOffer, NotedRefusal, NotedAnswer, NotedApproval),
            *(NotedText, NotedObjection, NotedEnding),
        )
        for field in fields(part)
    )
)
"""What it may name after a dot."""
EXAMPLE = CaseNote(
    *("The business", "business.00.case", "cancellation", "email", "order", "22 November 2026"),
    words=("I want to cancel.",),
    reason="found cheaper",
    stated_reason="found cheaper",
    risk="0.57",
    control_group=True,
    shown=(NotedOffer("An offer", "5 %", "accepted", "100.00", "1 May", objection="price"),),
    not_shown=(NotedOffer("Another", status="open", alternative="88-213"),),
    owed=(NotedOffer("What is owed", is_owed=True),),
    withheld=(NotedRefusal("A third", "too dear", "guard:budget"),),
    approvals=(
        NotedApproval(
            "An offer", "lead", "ada", "a regular", "approved", (NotedAnswer("bob", approved=True),)
        ),
    ),
    promises=(NotedOffer("An offer", promise="1 May", promise_state="broken"),),
    notices=("A law",),
    advice=("human",),
    way_out="It is cancelled.",
    fee="10.00",
    returned="90.00",
    notes=(NotedText("22 November 2026", "ada", "She called."),),
    said=(NotedText("22 November 2026", "customer", "It is too dear."),),
    objections=(NotedObjection("The price", answered=True),),
    left_alone=True,
    ending=NotedEnding("saved", "90.00", "10.00", "1 May", "crm", "kept"),
)
"""A case in which everything happened, to try templates with."""
EMPTY = CaseNote(*("The business", "business.00.case", "cancellation", "email", "order", "today"))
"""A case in which nothing happened yet."""
