import io

import pytest
from google.protobuf.json_format import ParseDict
from keepsake.cli.case_view import case_view
from keepsake.cli.lists_view import approvals_view, cases_view, promises_view
from keepsake.v1 import case_pb2 as pb
from rich.console import Console

CASE = {
    "caseId": "jeweller.07.abcdefghijklmnopqrstuvwxyz",
    "pack": "jeweller",
    "kind": "cancellation",
    "subjectType": "order",
    "status": "CASE_STATUS_OPEN",
    "controlGroup": True,
    "offers": [
        {
            "offerId": "expedite",
            "status": "OFFER_STATUS_AWAITS_APPROVAL",
            "most": {"currencyCode": "USD", "units": "160"},
            "nonCompliant": True,
        }
    ],
    "allowedSteps": ["WithdrawOffer"],
}
EVENT = {"number": 1, "type": "note_added", "principal": "mara", "text": "call [bold]back[/]"}


def shown(view):
    """Return what a terminal of 100 columns shows."""
    console = Console(file=io.StringIO(), width=100)
    console.print(view)
    return console.file.getvalue()


def test_a_case_tells_where_it_stands_and_what_comes_next():
    """Catches a view in which who takes a case over does not see what may be done."""
    answer = ParseDict({"case": CASE, "events": [EVENT], "crmNote": "ASKED"}, pb.GetCaseResponse())

    text = shown(case_view(answer))

    for told in ("open", "awaits approval", "USD 160", "WithdrawOffer", "ASKED", "mara"):
        assert told in text


def test_what_happened_is_told_in_money_days_and_words():
    """Catches cents, milliseconds and ids that only a program reads."""
    details = [
        ("accepted", {"cost": "12050", "spent": "12050 budget:goodwill:all:2026-07-01 c/1 5"}),
        ("promised", {"question": "expedite", "due": "20799"}),
        ("approval_requested", {"approval_id": "c/3", "lapses_ms": "1795000000000", "tier": "2",
                                "two_people": "true", "percent": "5.0", "most": "27000"}),
        ("approval_answered", {"approval_id": "c/3", "approved": "false"}),
        ("outcome_recorded", {"outcome": "lost", "kept": "0", "costs": "expedite 9000"}),
        ("presented", {"non_compliant": "false", "channel": "email"}),
    ]  # fmt: skip
    events = [{"number": at, "type": t, "details": d} for at, (t, d) in enumerate(details, 1)]

    answer = ParseDict({"case": CASE, "events": events}, pb.GetCaseResponse())
    text = " ".join(shown(case_view(answer)).split())

    for told in ("cost USD 120.50", "due 2026-12-12", "lapses 2026-11-18 11:06 UTC", "two people",
                 "percent 5 %", "most USD 270", "approved no", "kept USD 0",
                 "costs expedite USD 90", "channel email"):  # fmt: skip
        assert told in text
    for raw in ("12050", "20799", "1795000000000", "c/1", "c/3", "non compliant"):
        assert raw not in text


def test_an_offer_to_the_control_group_shows():
    """Catches a breach of the comparison that nobody notices."""
    text = shown(case_view(ParseDict({"case": CASE}, pb.GetCaseResponse())))

    assert "control group: no incentive" in text
    assert "(to the control group)" in text


def test_what_people_said_is_printed_as_they_said_it():
    """Catches words that are taken for mark-up."""
    answer = ParseDict({"case": CASE, "events": [EVENT]}, pb.GetCaseResponse())

    assert "call [bold]back[/]" in shown(case_view(answer))


def test_ids_in_lists_are_whole():
    """Catches an id that is cut off at the edge, so that nobody can ask for the case."""
    cases = ParseDict({"cases": [CASE]}, pb.ListCasesResponse())
    promise = {"caseId": CASE["caseId"], "offerId": "expedite", "state": "PROMISE_STATE_OVERDUE"}
    promises = ParseDict({"promises": [promise]}, pb.ListPromisesResponse())

    assert CASE["caseId"] in shown(cases_view(cases))
    assert CASE["caseId"] in shown(promises_view(promises))
    assert "overdue" in shown(promises_view(promises))


def test_an_approval_tells_who_has_to_answer():
    """Catches a queue in which nobody knows what is theirs."""
    approval = {
        "approvalId": f"{CASE['caseId']}/2",
        "offerId": "price-match",
        "role": "team_lead",
        "twoPeople": True,
        "askedBy": "mara",
        "why": "a loyal customer",
    }
    answer = ParseDict({"approvals": [approval]}, pb.ListApprovalsResponse())

    text = shown(approvals_view(answer))

    assert approval["approvalId"] in text
    assert "two of" in text


def test_an_empty_list_says_so():
    """Catches a blank screen that could be a fault."""
    assert "No case." in shown(cases_view(pb.ListCasesResponse()))


@pytest.mark.parametrize(
    ("words", "field", "asked"),
    [
        (("cases",), "status", pb.CASE_STATUS_UNSPECIFIED),
        (("cases", "--state", "not-kept"), "status", pb.CASE_STATUS_NOT_KEPT),
        (("approvals", "--state", "lapsed"), "state", "lapsed"),
        (("promises", "--state", "overdue", "--most", "7"), "state", pb.PROMISE_STATE_OVERDUE),
    ],
)
def test_a_list_shows_those_that_stand_as_is_asked(keepsake, advisor, words, field, asked):
    """Catches a lead who cannot see what was broken, refused or lost."""
    command, *more = words

    ended = keepsake(command, "jeweller", *more)

    assert 0 == ended.code
    assert asked == getattr(advisor.overview.asked[-1], field)


def test_a_state_that_is_none_is_refused_with_those_that_are(offline):
    """Catches an empty list that is taken for good news."""
    ended = offline("promises", "jeweller", "--state", "late")

    assert ended.code
    assert "open, overdue, met, broken" in " ".join(ended.err.split())


def test_words_in_brackets_are_shown_as_they_are():
    """Catches a case that cannot be shown, or of which a word is swallowed."""
    words = "[/bold] [link=https://a.example]x"
    event = {"number": 1, "type": "note_added", "principal": "[/]m", "text": words}
    details = {"details": {"why": words}}
    asked = {"offerId": "a", "role": "lead", "askedBy": "[/i]", "askedFor": "[b]o", "why": words}

    case = ParseDict(
        {"case": CASE, "events": [event | details], "crmNote": words}, pb.GetCaseResponse()
    )
    waits = ParseDict({"approvals": [asked]}, pb.ListApprovalsResponse())
    text = " ".join(shown(case_view(case)).split())

    assert text.count(words) == 3
    assert "[/]m" in text
    assert "[/i] for [b]o" in shown(approvals_view(waits))
