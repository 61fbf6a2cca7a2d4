"""Three cases from the first words to the end, as `keepsake run` plays them."""

from __future__ import annotations

from keepsake.cli import figures
from keepsake.cli.case_view import case_view, status_of_case
from keepsake.cli.stage import AGENT, FEED, LEAD, Stage, refused
from keepsake.client import CallFailed
from keepsake.v1 import case_pb2 as pb
from keepsake.v1.decision_pb2 import Decision

_LOAN = "loaner-ring"


def play(stage: Stage) -> dict[str, pb.GetCaseResponse]:
    """Play the three cases; return each at its end."""
    stories = {
        "whole-case": whole_case,
        "budget-runs-out": budget_runs_out,
        "control-group": control_group,
    }
    return {name: story(stage) for name, story in stories.items()}


def whole_case(stage: Stage) -> pb.GetCaseResponse:
    """Present two offers, of which one needs a lead; operations answer, the customer stays."""
    stage.title("A whole case: doubts about the stone, two offers, an approval, a promise kept")
    decision = stage.decide(stage.example("jeweller-zweifel-am-stein"))
    _tell_decision(stage, decision)
    first = decision.recommendations[0]
    second = next(each for each in decision.recommendations if each.HasField("approval"))
    item = first.alternatives[0].id if first.alternatives else ""
    _present(stage, decision.case_id, first.offer_id, item=item)
    _decline(stage, decision.case_id, first.offer_id, objection="quality")
    _approve(stage, decision.case_id, second.offer_id)
    _present(stage, decision.case_id, second.offer_id)
    _accept(stage, decision.case_id, second.offer_id)
    _record(stage, decision.case_id, "saved")
    _validate(stage, decision.case_id, still_kept=True)
    return _shown(stage, decision.case_id)


def budget_runs_out(stage: Stage) -> pb.GetCaseResponse:
    """Present an offer to three customers of which the budget is enough for two."""
    stage.title("The budget runs out: rings on loan for two, and a third customer")
    asked = [stage.example("jeweller-needed-for-the-proposal") for _ in range(3)]
    decisions = [stage.decide(request) for request in asked]
    held = []
    for decision in decisions:
        try:
            _present(stage, decision.case_id, _LOAN)
            held.append(decision.case_id)
        except CallFailed as failed:
            stage.tell(AGENT, f"cannot present {_LOAN}", refused(failed))
    third = stage.again(asked[-1])
    why = next((each.why for each in third.withheld if each.offer_id == _LOAN), "")
    stage.tell(AGENT, "asks again for the third customer", f"{_LOAN} withheld: {why}")
    _decline(stage, held[0], _LOAN, objection="")
    _present(stage, decisions[-1].case_id, _LOAN)
    for case_id in (*held[1:], decisions[-1].case_id):
        _withdraw(stage, case_id, _LOAN)
    return _shown(stage, decisions[-1].case_id)


def control_group(stage: Stage) -> pb.GetCaseResponse:
    """Offer no incentive to a customer of the control group; the end is reported by a feed."""
    stage.title("The control group: no incentive, and the CRM's feed reports how it ended")
    decision = stage.decide(stage.example("jeweller-needed-for-the-proposal"), control=True)
    _tell_decision(stage, decision)
    _record(stage, decision.case_id, "saved")
    _validate(stage, decision.case_id, still_kept=False)
    return _shown(stage, decision.case_id)


def _tell_decision(stage: Stage, decision: Decision) -> None:
    offers = ", ".join(
        f"{each.offer_id}{f' (needs {each.approval.role})' if each.approval.role else ''}"
        for each in decision.recommendations
    )
    stage.tell(AGENT, "asks what to offer", offers)
    for each in decision.recommendations:
        if each.HasField("promise_date"):
            stage.tell(
                "operations", f"can do {each.offer_id}", f"by {figures.day(each.promise_date)}"
            )


def _present(stage: Stage, case_id: str, offer_id: str, *, item: str = "") -> None:
    """Present an offer; `item` is the alternative that is shown, where there are several."""
    request = pb.PresentOfferRequest(case_id=case_id, offer_id=offer_id, alternative_id=item)
    case = stage.step(AGENT, "PresentOffer", request).case
    held = ", ".join(figures.units(each.resource, each.units) for each in _of(case, offer_id).held)
    stage.tell(AGENT, f"presents {offer_id} {item}", f"holds {held}" if held else "")


def _decline(stage: Stage, case_id: str, offer_id: str, *, objection: str) -> None:
    request = pb.DeclineOfferRequest(case_id=case_id, offer_id=offer_id, objection=objection)
    stage.step(AGENT, "DeclineOffer", request)
    stage.tell("customer", f"declines {offer_id}", objection)


def _withdraw(stage: Stage, case_id: str, offer_id: str) -> None:
    why = "the end of the demonstration"
    request = pb.WithdrawOfferRequest(case_id=case_id, offer_id=offer_id, why=why)
    stage.step(AGENT, "WithdrawOffer", request)
    stage.tell(AGENT, f"withdraws {offer_id}", why)


def _approve(stage: Stage, case_id: str, offer_id: str) -> None:
    why = "a first order, and the stone is the whole of the doubt"
    asked = pb.RequestApprovalRequest(case_id=case_id, offer_id=offer_id, why=why)
    approval = stage.step(AGENT, "RequestApproval", asked).approval
    until = figures.moment(approval.lapses_time)
    stage.tell(AGENT, f"asks {approval.role} to approve {offer_id}", f"lapses {until}")
    decide = pb.DecideApprovalRequest(
        case_id=case_id, approval_id=approval.approval_id, approved=True, why="worth keeping"
    )
    try:
        stage.step(AGENT, "DecideApproval", decide)
    except CallFailed as failed:
        stage.tell(AGENT, "cannot approve it", refused(failed))
    stage.step(LEAD, "DecideApproval", decide)
    stage.tell(LEAD, f"approves {offer_id}", decide.why)


def _accept(stage: Stage, case_id: str, offer_id: str) -> None:
    request = pb.AcceptOfferRequest(case_id=case_id, offer_id=offer_id)
    case = stage.step(AGENT, "AcceptOffer", request).case
    cost = figures.money(_of(case, offer_id).cost)
    stage.tell("customer", f"accepts {offer_id}", f"{cost} are spent")


def _record(stage: Stage, case_id: str, outcome: str) -> None:
    request = pb.RecordOutcomeRequest(case_id=case_id, outcome=outcome)
    ended = stage.step(FEED, "RecordOutcome", request).case.outcome
    kept, cost = figures.money(ended.kept), figures.money(ended.cost)
    stage.tell(FEED, f"reports {outcome}", f"{kept} kept, {cost} spent on offers")


def _validate(stage: Stage, case_id: str, *, still_kept: bool) -> None:
    """Say whether it is still kept; before the pack's days are over only that it is not."""
    request = pb.ValidateOutcomeRequest(case_id=case_id, still_kept=still_kept)
    request.heard_until_time.GetCurrentTime()
    says = "says that it is still kept" if still_kept else "says that it was cancelled after all"
    try:
        case = stage.step(FEED, "ValidateOutcome", request).case
        stage.tell(FEED, says, f"the case is {status_of_case(case.status)}")
    except CallFailed as failed:
        stage.tell(FEED, says, refused(failed))


def _shown(stage: Stage, case_id: str) -> pb.GetCaseResponse:
    answer = stage.service(FEED).case(case_id)
    stage.show(case_view(answer))
    return answer


def _of(case: pb.Case, offer_id: str) -> pb.CaseOffer:
    return next(each for each in case.offers if each.offer_id == offer_id)
