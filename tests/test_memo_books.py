"""Memos from the paste to what they teach, over real gRPC, with the pack that ships."""

from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest
from keepsake.adapters.case_lists import RedisCaseLists
from keepsake.core.credit_memos import CreditMemo, Match, all_matched
from keepsake.core.flag_counts import counts
from keepsake.core.flags import Raiser
from keepsake.core.win_history import learned
from keepsake.intake.memo_request import Desk, memo_request
from keepsake.intake.memo_text import read_memo
from keepsake.memo_books import (
    base_chances,
    debits_of,
    decided_of,
    flags_table,
    history_table,
    past_tickets,
)
from keepsake.packs.load import load_pack
from keepsake.past_cases import past_cases
from keepsake.v1 import case_pb2 as pb
from keepsake.v1.intercept_pb2 import ExplainRequest, RecommendResponse

from tests.law_tests.serving import Bench

TEXT = """ADM number: 220-{number}
Airline code: 220
Date of issue: 2026-11-20
Ticket: 220-{ticket}
Passenger: MUSTERMANN/ERIKA MRS
FCMI: 0
Total amount: EUR {amount}
Reason: Commission over claimed
"""
DESK = Desk(said={"memo.country": "DE", "memo.answer_by": "2099-01-31"})


@pytest.fixture(scope="module")
async def bench(tmp_path_factory):
    """Open apps on one embedded store."""
    async with AsyncExitStack() as stack:
        yield Bench(tmp_path_factory.mktemp("memos"), stack)


@pytest.fixture(scope="module")
async def served(bench):
    """Serve the travel pack."""
    return await bench.serve(packs=("travel",))


async def decide(served, number, *, ticket="2400000000", amount="200.00"):
    """Paste a memo, and return its decision."""
    text = TEXT.format(number=number, ticket=ticket, amount=amount)
    request = memo_request(read_memo(text), DESK)
    return RecommendResponse.FromString(await served.recommend(request)).decision


async def close(served, decision, outcome):
    """Tell how the case ended."""
    request = pb.RecordOutcomeRequest(
        request_id=f"o-{decision.case_id}", case_id=decision.case_id, outcome=outcome
    )
    await served.cases.RecordOutcome(request)


async def cases(served):
    """Return every case of memos that is kept."""
    app = served.app
    return await past_cases("travel", app.casework.cases.look, RedisCaseLists(app.store.call))


async def fact(served, decision, name):
    """Return a number that a decision went by."""
    told = await served.intercepts.Explain(ExplainRequest(decision_id=decision.decision_id))
    return next((one.number for one in told.facts if one.name == name), None)


async def test_a_pasted_memo_is_decided_with_its_grounds_and_the_table_of_causes(served):
    """Catches a memo that reaches the desk without an offer to dispute or to accept it."""
    decision = await decide(served, "6000000001", ticket="2400000001")

    offered = {one.offer_id for one in decision.recommendations}
    assert {"dispute-on-little", "accept-the-memo"} <= offered
    assert await fact(served, decision, "memo.chance") == 0.4


async def test_the_same_cause_on_the_same_ticket_is_disputed_as_settled(served):
    """Catches a ticket that is paid for twice."""
    await close(served, await decide(served, "6000000002", ticket="2400000002"), "accepted")

    second = await decide(served, "6000000003", ticket="2400000002")

    assert second.recommendations[0].offer_id == "dispute-settled-before"


async def test_what_an_airline_grants_is_written_into_the_pack_and_weighed(served, bench):
    """Catches a history that is counted and read by nobody."""
    for number in range(3):
        one = await decide(served, f"61000000{number:02}", ticket=f"25000000{number:02}")
        await close(served, one, "won")
    folder = bench.rules / "travel"
    rows = learned(decided_of(await cases(served)), base_chances(load_pack(folder)))

    table = folder / "kinds/debit_memo/tables/history.csv"
    table.write_text(history_table(rows, "2026-11-22"))
    first = load_pack(folder).of("debit_memo").work.tables["memo-history"].rows[0]

    assert first.given["memo.airline_wins"] == 3.0
    assert first.given["memo.airline_disputes"] == 3.0
    assert first.given["memo.chance"] == round((0.4 * 8 + 3) / 11, 3)


async def test_a_credit_memo_finds_the_memo_by_its_number_and_by_the_ticket(served):
    """Catches a credit memo that is booked, and a case that stays open for ever."""
    await decide(served, "6200000001", ticket="2600000001", amount="99.50")
    credited = [
        CreditMemo("8000000001", "220", ("2206200000001",), 9_950),
        CreditMemo("8000000002", "220", ("2202600000001",), 9_950),
        CreditMemo("8000000003", "125", ("2206200000001",), 9_950),
    ]
    relations = served.app.advisor._gatherer.relations

    debits = await debits_of("travel", await cases(served), credited, relations=relations)

    assert [Match.EXACT] == [one.match for one in all_matched(credited[:1], debits)]
    assert ["document"] == [one.by for one in all_matched(credited[1:2], debits)]
    assert [Match.UNMATCHED] == [one.match for one in all_matched(credited[2:], debits)]


async def test_tickets_that_came_back_as_memos_say_how_likely_a_warning_is_right(served, bench):
    """Catches a scan whose chances no memo ever changes, and a table that the pack cannot read."""
    await decide(served, "6300000001", ticket="2700000001")
    relations = served.app.advisor._gatherer.relations
    issued = {"ticket.commission": 9.0, "ticket.commission_agreed": 7.0}
    tickets = [("2202700000001", issued), ("2202700000002", issued)]
    memos = load_pack(bench.rules / "travel").of("debit_memo")

    past = [one async for one in past_tickets("travel", tickets, relations)]
    raiser = Raiser(memos.work.flags, {"debit_memo": memos.vocabulary})
    table = bench.rules / "travel/kinds/debit_memo/tables/flags.csv"
    table.write_text(flags_table(counts(past, raiser, memos.work.flags), "2026-11-22"))

    again = load_pack(bench.rules / "travel").of("debit_memo").work.flags
    (flag,) = [one for one in again if one.seen]
    assert ("memo-commission-too-high", 2, 1) == (flag.id, flag.seen, flag.hit)
    assert flag.chance == round((0.4 * 50 + 1) / 52, 4)


async def test_a_memo_that_is_billed_although_disputed_is_disputed_after_billing(served):
    """Catches a memo that is forgotten once it was disputed, and one whose payment is held back."""
    text = TEXT.format(number="6400000001", ticket="2800000001", amount="310.00")
    first = await decide(served, "6400000001", ticket="2800000001", amount="310.00")
    for number, stage in enumerate(("in_review", "disputed", "billed")):
        request = pb.AdvanceCaseRequest(
            request_id=f"s-{number}", case_id=first.case_id, stage=stage, why="as the BSP shows"
        )
        await served.cases.AdvanceCase(request)
    billed = datetime.now(UTC).date() - timedelta(days=3)
    said = {**DESK.said, "memo.billed_date": billed.isoformat(), "memo.new_proof": "true"}
    request = memo_request(read_memo(text), Desk(case_id=first.case_id, said=said))

    again = RecommendResponse.FromString(await served.recommend(request)).decision

    assert again.case_id == first.case_id
    assert "post-billing-dispute" in {one.offer_id for one in again.recommendations}
    assert "payment_still_due" in again.advice
    assert again.let_go.way_out == "memo_billed"
    clocks = {one.clock: one for one in again.clocks}
    due = datetime.fromtimestamp(clocks["memo-post-billing"].due_time.seconds, UTC).date()
    assert due == billed + timedelta(days=30)
