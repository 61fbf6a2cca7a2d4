"""The note that a CRM keeps of a case, over real gRPC and a real store."""

from contextlib import AsyncExitStack
from unicodedata import category

import pytest
from keepsake.v1 import case_pb2 as pb

from tests.agents import Agent, late_ring
from tests.law_tests.cases import example
from tests.law_tests.serving import Bench


@pytest.fixture(scope="module")
async def served(tmp_path_factory):
    """Return one app that all tests of this file share; nobody is in the control group."""
    async with AsyncExitStack() as stack:
        bench = Bench(tmp_path_factory.mktemp("notes"), stack)
        bench.edit("jeweller/pack.yaml", "holdout: 0.05", "holdout: 0")
        yield await bench.serve(packs=("jeweller",))


async def note_of(agent):
    """Return the note of a case, without the lines' ends."""
    return " ".join((await agent.whole()).crm_note.split())


async def test_a_note_tells_what_was_asked_offered_promised_and_how_it_ended(served):
    """Catches a note that leaves out what the next colleague needs to know."""
    asked = late_ring("a whole case")
    agent = await Agent.meets(served, asked)
    await agent.present("loaner-ring")
    await agent.decline("loaner-ring", objection="trust")
    await agent.present()
    await agent.accept()
    await agent.note("She prefers to be called after six.")
    await agent.end("saved")

    note = await note_of(agent)

    promised = next(e for e in agent.decision.recommendations if e.offer_id == "expedite")
    day = promised.promise_date
    assert "cancellation of order by email" in note
    assert f'"{asked.intercept.words[:60]}' in note
    assert "It would come too late." in note
    assert "Expedited production and overnight delivery: accepted, cost 160.00 USD" in note
    assert "A ring on loan for the day: declined, objection: Trust" in note
    assert f"Expedited production and overnight delivery by {day.day} December {day.year}" in note
    assert agent.decision.let_go.text in note
    assert "ENDED Saved" in note
    assert "She prefers to be called after six." in note


async def test_a_note_tells_who_was_asked_for_an_approval_and_why(served):
    """Catches an approval of which nobody can tell later who gave it."""
    agent = await Agent.meets(served, example("jeweller-zweifel-am-stein", "r-1"))
    needed = next(e for e in agent.decision.recommendations if e.HasField("approval"))
    await agent.ask(needed.offer_id, why="A regular since 2014.", asked_for="ada")

    note = await note_of(agent)

    assert "team_lead" == needed.approval.role
    assert f"{needed.title}: Teamleitung gefragt von ada" in note
    assert "„A regular since 2014.“" in note


async def test_a_private_reason_stands_in_no_note(served):
    """Catches a CRM that learns of a death by the name of a reason."""
    agent = await Agent.meets(served, example("jeweller-bereavement", "r-1"))

    note = await note_of(agent)

    assert "A private reason, which is not recorded." in note
    assert "Nothing was shown." in note


async def test_of_an_open_case_the_note_says_that_it_has_not_ended(served):
    """Catches a note that fails as long as there is nothing to tell."""
    agent = await Agent.meets(served, late_ring("an open case"))

    note = await note_of(agent)

    assert "ENDED Not yet." in note
    assert "Nobody had to." in note


async def test_a_note_tells_the_conversation_and_what_became_of_a_promise(served):
    """Catches a colleague who takes over and does not know what was said and broken."""
    agent = await Agent.meets(served, late_ring("who talks"))
    await agent.present()
    await agent.accept()
    said = [("customer", "It takes too long."), ("agent", "I understand.")]
    for number, (speaker, words) in enumerate(said):
        speaks = pb.Speaker.Value(f"SPEAKER_{speaker.upper()}")
        told = {"case_id": agent.case_id, "speaker": speaks, "words": words}
        await served.cases.Assist(pb.AssistRequest(request_id=f"t-{number}", **told))
    settled = {"case_id": agent.case_id, "offer_id": "expedite", "met": False, "note": "Late."}
    await served.cases.SettlePromise(pb.SettlePromiseRequest(request_id="s-1", **settled))

    note = await note_of(agent)

    assert 'customer: "It takes too long."' in note
    assert 'agent: "I understand."' in note
    assert "Objections: The delivery time (" in note
    assert ": broken" in note


async def test_what_somebody_typed_controls_no_terminal_and_no_direction(served):
    """Catches a note that clears a screen, hides its end, or reads backwards."""
    agent = await Agent.meets(served, late_ring("who types"))

    await agent.note("red \x1b[31m\x07 \u202egnihton\u202c \x00end\u2028")

    note = (await agent.whole()).crm_note
    assert "red [31m gnihton end" in note
    assert not [each for each in note if each != "\n" and category(each) in ("Cc", "Cf", "Zl")]
