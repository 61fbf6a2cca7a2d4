"""Law 3: a decision is stored before it is answered, and it replays bit for bit."""

import asyncio
import json
import os
import sys
from dataclasses import replace

import pytest
from keepsake.advisor import answer_bytes
from keepsake.answer import Composer
from keepsake.core.facts import quantise
from keepsake.core.verdicts import Judge
from keepsake.packs.load import load_pack
from keepsake.recorded import facts_of
from keepsake.v1.intercept_pb2 import (
    GetDecisionRequest,
    GetDecisionResponse,
    RecommendRequest,
    RecommendResponse,
)
from keepsake.v1.journal_pb2 import DecisionInputs, StoredDecision

from tests.fakes.intercepts import Intercepts
from tests.law_tests.cases import NAMES, example
from tests.law_tests.deciding import ROOT
from tests.law_tests.serving import kill_store, until

pytestmark = pytest.mark.law(3)


def requests(count, start=0):
    """Return random requests to both packs."""
    makers = [Intercepts(load_pack(ROOT / "rules" / pack)) for pack in ("jeweller", "travel")]
    return [makers[seed % 2].request(seed) for seed in range(start, start + count)]


async def test_decisions_replay_in_a_fresh_process_after_a_swap_and_a_restart_of_the_store(bench):
    """Catches an answer that depends on the process, the newest pack, the clock or the network."""
    served = await bench.serve()
    made = [await served.recommend(request) for request in requests(12)]
    made += [await served.recommend(example(name)) for name in NAMES]
    before = served.app.in_force.snapshot("jeweller").pack.digest
    async with served.at_work():
        bench.edit("jeweller/offers.yaml", "if_accepted: 150 USD", "if_accepted: 149 USD")

        async def swapped():
            return served.app.in_force.snapshot("jeweller").pack.digest != before

        await until(swapped)
    made += [await served.recommend(request) for request in requests(4, start=100)]
    await kill_store(served.app)
    served.app.embedded.ensure()

    found = await _replayed(bench)

    assert {"same": len(made), "different": [], "not_kept": [], "missing": []} == found


async def _replayed(bench):
    """Replay all in a process with another order of hashes, without the packs that are edited."""
    settings = bench.settings().model_dump(mode="json") | {"secret": ""}
    told = bench.folder / "settings.json"
    told.write_text(json.dumps(settings))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.law_tests.replayer",
        str(told),
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "4711", "TZ": "Asia/Tokyo", "LC_ALL": "C"},
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    assert 0 == process.returncode
    return json.loads(output.decode().splitlines()[-1])


async def test_the_answer_is_the_stored_bytes_every_time_it_is_given(bench):
    """Catches an answer that is serialised again, and so may differ from what was promised."""
    served = await bench.serve(packs=("jeweller",))
    request = example("jeweller-sure-thing")

    answer = await served.recommend(request)

    decision_id = RecommendResponse.FromString(answer).decision.decision_id
    stored = StoredDecision.FromString(await served.app.store.decision(decision_id))
    asked = GetDecisionRequest(decision_id=decision_id)
    got = await served.get_decision(asked)
    assert answer == stored.answer == got == await served.recommend(request)
    response = GetDecisionResponse.FromString(got)
    assert RecommendResponse.FromString(answer).decision == response.decision


def test_the_same_inputs_give_the_same_bytes(desk):
    """Catches deciding by anything but the inputs; the inputs are read back as they are stored."""
    for seed in range(20):
        inputs = desk.walked(seed)
        stored = inputs.SerializeToString(deterministic=True)

        again = DecisionInputs.FromString(stored)

        first = answer_bytes(inputs, desk.snapshot(seed))
        assert first == answer_bytes(again, desk.snapshot(seed))


def test_both_engines_give_the_same_bytes(desk):
    """Catches a replay that comes out differently where durable_rules is absent."""
    for seed in range(20):
        inputs, checked = DecisionInputs(), DecisionInputs()
        inputs.CopyFrom(desk.walked(seed))
        inputs.cross_check = False
        checked.CopyFrom(inputs)
        checked.cross_check = True

        answers = {answer_bytes(each, desk.snapshot(seed)) for each in (inputs, checked)}

        assert 1 == len(answers)


def test_what_an_answer_keeps_of_others_changes_no_byte_of_it(desk):
    """Catches a part that is kept for one case and put into the answer of another."""
    inputs = [desk.walked(seed) for seed in range(60)]
    kept = [answer_bytes(each, desk.wide) for each in (*inputs, *reversed(inputs))]

    for each, *found in zip(inputs, kept, reversed(kept), strict=False):
        fresh = replace(desk.wide, composer=Composer(Judge(desk.pack)))

        assert {answer_bytes(each, fresh)} == {*found}


def test_an_answer_is_written_as_protobuf_writes_it(desk):
    """Catches parts that are joined out of order, twice, or at another place."""
    for seed in range(60):
        inputs = desk.with_a_remedy(seed)
        inputs.full_view = seed % 2 == 0

        answer = answer_bytes(inputs, desk.snapshot(seed))

        read = RecommendResponse.FromString(answer)
        assert answer == read.SerializeToString(deterministic=True)


def test_facts_are_quantised_once_and_read_back_as_they_were(desk):
    """Catches a fact that is rounded differently by whoever reads it."""
    for seed in range(30):
        inputs = desk.inputs(seed)

        facts = facts_of(inputs.facts)

        numbers = [v for v in facts.values() if isinstance(v, float)]
        assert numbers == [quantise(number) for number in numbers]
        again = DecisionInputs.FromString(inputs.SerializeToString(deterministic=True))
        assert facts == facts_of(again.facts)


def test_scores_are_rounded_before_anything_is_ranked_by_them(desk):
    """Catches scores whose last digits, which differ between machines, decide."""
    for seed in range(0, 60, 3):
        ruling = desk.ruling(desk.walked(seed), seed)
        scores = ruling.consideration.scores
        p_kept = scores.p_kept if scores else ()

        assert [quantise(p) for p in p_kept] == list(p_kept)


def test_nothing_of_the_request_but_the_inputs_decides(desk):
    """Catches a decision that reads what is not recorded: ids and words beside the facts."""
    request = desk.intercepts.request(5)
    other = RecommendRequest()
    other.CopyFrom(request)
    other.agent.id = "another agent"

    inputs = [desk.gathered(each, 5) for each in (request, other)]

    assert inputs[0] == inputs[1]
