"""Four cases of the special-services desk, each to what goes out, as `keepsake run` plays them.

All go one way: decided, a resolution chosen, a letter drafted from facts, its gaps filled by a
person, staged, and confirmed; by another person where it goes out once, or for all to read.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from rich.padding import Padding
from rich.text import Text

from keepsake.cli.case_view import case_view
from keepsake.cli.clocks_view import due_view, local
from keepsake.cli.stage import AGENT, LEAD, Stage, refused
from keepsake.client import CallFailed
from keepsake.v1 import case_pb2 as pb
from keepsake.v1.decision_pb2 import Decision
from keepsake.v1.document_pb2 import DocumentDraft

_SIGNED = "Mara, special services"
_FIRST = 1
_ALL = 20


@dataclass(frozen=True, slots=True)
class Desk:
    """One case of the desk: an example, the document that ends it, and what a person fills in.

    `chosen` is the resolution that is chosen; else the one that is recommended first.
    """

    title: str
    example: str
    document: str
    fills: Mapping[str, str] = field(default_factory=dict)
    chosen: str = ""


DESKS = {
    "chargeback": Desk(
        "A chargeback, to the evidence that is sent once",
        "travel-chargeback",
        "cover-letter",
        {
            "dispute_id": "dp_1Q2w3E",
            "booking": "BK-20417, two nights at the Hotel am Hafen",
            "customer": "K. Example",
            "disputed": "EUR 1,280.00",
            "account": "The guest checked in on the first day and left on the last, as the "
            "hotel's register shows.",
            "signed": _SIGNED,
        },
    ),
    "debit_memo": Desk(
        "An Agency Debit Memo, to the letter that disputes it",
        "travel-debit-memo",
        "dispute-letter",
        {
            "ticket": "220-2412345678",
            "billed": "EUR 412.60",
            "grounds": "The pricing record is attached.",
            "signed": _SIGNED,
            "contact": "+49 30 5550100, desk@agency.example",
        },
    ),
    "review": Desk(
        "A review, to a reply that a person may publish",
        "travel-review",
        "public-reply",
        {
            "owned": "Nobody picked up the phone when it mattered.",
            "changed": "Somebody answers until midnight now.",
            "contact": "desk@agency.example",
            "signed": _SIGNED,
        },
        chosen="public-reply",
    ),
    "complaint": Desk(
        "A complaint, to its final response",
        "travel-complaint-refund",
        "final-response",
        {
            "customer": "Dear customer",
            "issue": "The refund of your cancelled flight has not reached you.",
            "found": "The airline paid it to us, and it stayed with us for three weeks.",
            "done": "It goes out today by the means you paid with.",
            "signed": _SIGNED,
        },
        chosen="refund-owed-now",
    ),
}


def play_desk(stage: Stage) -> dict[str, pb.GetCaseResponse]:
    """Play the four cases; return each at its end."""
    played = {name: _play(stage, desk) for name, desk in DESKS.items()}
    _tell_due(stage)
    return played


def _play(stage: Stage, desk: Desk) -> pb.GetCaseResponse:
    stage.title(desk.title)
    decision = _decide(stage, desk.example)
    _choose(stage, decision, desk.chosen)
    draft = _draft(stage, decision.case_id, desk)
    _send(stage, decision.case_id, draft, desk=desk)
    answer = stage.service(AGENT).case(decision.case_id)
    stage.show(case_view(answer))
    return answer


def _decide(stage: Stage, name: str) -> Decision:
    request = stage.example(name)
    request.max_offers = _ALL
    run = uuid.uuid4().hex[:8]
    request.intercept.subject_id = f"{request.intercept.subject_id}-{run}"
    if request.intercept.HasField("customer"):
        request.intercept.customer.id = f"C-{run}"
    decision = stage.again(request)
    worth = ", ".join(
        f"{each.offer_id} ({each.net_value.currency_code} {each.net_value.units:+,})"
        for each in decision.recommendations
        if each.HasField("net_value")
    )
    stage.tell(AGENT, "asks what to do", worth or _offered(decision))
    for clock in decision.clocks[:_FIRST]:
        if clock.HasField("due_time"):
            stage.tell("clock", clock.title, f"by {local(clock.due_time, clock.zone)}")
    return decision


def _offered(decision: Decision) -> str:
    return ", ".join(each.offer_id for each in (*decision.remedies, *decision.recommendations))


def _choose(stage: Stage, decision: Decision, chosen: str) -> None:
    """Choose a resolution; a lead approves it where that is above the agent."""
    offered = [
        each
        for each in (*decision.recommendations, *decision.remedies)
        if each.offer_id != "nothing"
    ]
    first = next((each for each in offered if chosen in ("", each.offer_id)), None)
    if first is None:
        return
    case_id, offer_id = decision.case_id, first.offer_id
    if first.HasField("approval"):
        asked = pb.RequestApprovalRequest(
            case_id=case_id, offer_id=offer_id, why="it is worth more than it costs"
        )
        approval = stage.step(AGENT, "RequestApproval", asked).approval
        given = pb.DecideApprovalRequest(
            case_id=case_id,
            approval_id=approval.approval_id,
            approved=True,
            why="the evidence is good",
        )
        stage.step(LEAD, "DecideApproval", given)
        stage.tell(LEAD, f"approves {first.offer_id}", given.why)
    for name, request in (
        ("PresentOffer", pb.PresentOfferRequest(case_id=case_id, offer_id=offer_id)),
        ("AcceptOffer", pb.AcceptOfferRequest(case_id=case_id, offer_id=offer_id)),
    ):
        stage.step(AGENT, name, request)
    stage.tell(AGENT, f"chooses {first.offer_id}", first.title)


def _draft(stage: Stage, case_id: str, desk: Desk) -> DocumentDraft:
    asked = pb.DraftDocumentRequest(case_id=case_id, document=desk.document)
    empty = stage.read(AGENT, "DraftDocument", asked).draft
    gaps = ", ".join(gap.name for gap in empty.gaps)
    stage.tell("draft", empty.title, f"from {len(empty.facts)} facts; to fill: {gaps or 'nothing'}")
    asked.fills.update(desk.fills)
    draft: DocumentDraft = stage.read(AGENT, "DraftDocument", asked).draft
    stage.show(Padding(Text(draft.text), (1, 4)))
    return draft


def _send(stage: Stage, case_id: str, draft: DocumentDraft, *, desk: Desk) -> None:
    request = pb.StageDocumentRequest(
        case_id=case_id, document=desk.document, text=draft.text, fills=desk.fills
    )
    staged = stage.step(AGENT, "StageDocument", request).document
    stage.tell(AGENT, f"stages the {desk.document}", f"digest {staged.digest[:12]}")
    confirm = pb.ConfirmDocumentRequest(
        case_id=case_id, document=desk.document, digest=staged.digest
    )
    try:
        stage.step(AGENT, "ConfirmDocument", confirm)
        stage.tell(AGENT, "confirms it", "it may go out")
    except CallFailed as failed:
        stage.tell(AGENT, "cannot confirm it", refused(failed))
        stage.step(LEAD, "ConfirmDocument", confirm)
        stage.tell(LEAD, "confirms it", f"it may go out{', once' if staged.once else ''}")


def _tell_due(stage: Stage) -> None:
    stage.title("What must be out, over all kinds: keepsake due travel")
    answer = stage.read(LEAD, "ListDue", pb.ListDueRequest(pack="travel"))
    stage.show(due_view(answer.due))
