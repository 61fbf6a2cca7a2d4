import io

from google.protobuf.json_format import ParseDict
from keepsake.cli.case_view import case_view
from keepsake.cli.clocks_view import clocks_lines, due_view
from keepsake.v1 import case_pb2 as pb
from keepsake.v1 import decision_pb2
from rich.console import Console, Group

CASE = "travel.07.abcdefghijklmnopqrstuvwxyz"
CLOCK = {
    "clock": "answer-by",
    "title": "Answer [the] claim",
    "dueTime": "2026-12-01T22:59:59.999Z",
    "zone": "Europe/Berlin",
    "planned": True,
    "sourceFact": "claim.received_date",
    "confidence": "D",
}
DUE = {
    "what": "clock",
    "id": "answer-by",
    "title": "Answer [the] claim",
    "caseId": CASE,
    "kind": "chargeback",
    "stage": "in_review",
    "dueTime": "2026-12-01T22:59:59.999Z",
    "zone": "Europe/Berlin",
    "overdue": True,
    "planned": True,
    "role": "team_lead",
}


def shown(view):
    """Return what a terminal of 100 columns shows."""
    console = Console(file=io.StringIO(), width=100)
    console.print(view)
    return console.file.getvalue()


def a_clock(**more):
    """Return a clock as a decision tells it."""
    return ParseDict(CLOCK | more, decision_pb2.Clock())


def test_a_deadline_is_told_in_the_zone_it_is_counted_in():
    """Catches an hour of Greenwich that a desk in Berlin takes for its own."""
    text = shown(Group(*clocks_lines([a_clock()])))

    assert "2026-12-01 23:59 Europe/Berlin" in text


def test_a_plan_is_told_as_a_plan_with_how_sure_it_is():
    """Catches our own window that reads like a deadline of the network's."""
    text = " ".join(shown(Group(*clocks_lines([a_clock()]))).split())

    for told in ("our plan, no deadline", "by claim.received_date", "a default to be tuned"):
        assert told in text


def test_what_nobody_can_tell_is_said_and_not_dated():
    """Catches a day of 1970 where no deadline is known."""
    unknown = ParseDict(
        {"clock": "answer-by", "title": "Answer", "assumedFacts": ["claim.due_by"]},
        decision_pb2.Clock(),
    )

    text = shown(Group(*clocks_lines([unknown])))

    assert "nobody can tell when" in text
    assert "missing: claim.due_by" in text


def test_the_list_says_what_must_be_out_of_which_case():
    """Catches an overdue answer that nobody can find the case of."""
    text = shown(due_view([ParseDict(DUE, pb.DueThing())], is_cut=True))

    for told in ("overdue", "Answer [the]", "chargeback", "in_review", CASE, "team_lead"):
        assert told in text
    assert "More follows" in text


def test_where_nothing_is_due_that_is_said():
    """Catches an empty table that looks like a failure."""
    assert "Nothing must be out." in shown(due_view([]))


def test_a_case_shows_its_stage_and_its_clocks():
    """Catches a case that does not tell who takes it over by when it must be out."""
    case = {
        "caseId": CASE,
        "stage": "in_review",
        "nextStages": ["sent"],
        "clocks": [{"clock": CLOCK, "state": "CLOCK_STATE_OVERDUE", "escalatedTo": "team_lead"}],
    }

    text = shown(case_view(ParseDict({"case": case}, pb.GetCaseResponse())))

    for told in ("in_review", "then sent", "overdue", "with team_lead", "Answer [the] claim"):
        assert told in text
