"""A kind of intercept added to a running service: a folder, and nothing else. Over real gRPC."""

import itertools
import shutil
from contextlib import AsyncExitStack
from pathlib import Path

import grpc
import pytest
from google.protobuf.json_format import ParseDict
from keepsake.decide import decide
from keepsake.v1 import case_pb2 as pb
from keepsake.v1.decision_pb2 import EVIDENCE_REAL
from keepsake.v1.intercept_pb2 import ExplainRequest, RecommendRequest
from keepsake.v1.journal_pb2 import DecisionInputs, StoredDecision
from keepsake.v1.policy_pb2 import ListPacksRequest

from tests.adapters import shipped
from tests.adapters.forging import sealed
from tests.claims import a_date
from tests.law_tests.deciding import ROOT
from tests.law_tests.serving import Bench, until

LOST_LUGGAGE = Path(__file__).parent / "kinds" / "lost_luggage"
NUMBERS = (f"bag-{number}" for number in itertools.count())


@pytest.fixture
async def bench(tmp_path):
    """Open apps on packs that this test alone may edit."""
    async with AsyncExitStack() as stack:
        yield Bench(tmp_path, stack)


def a_bag(**changes):
    """Return the intercept of a bag that did not arrive."""
    day = a_date(days=0)
    attributes = {
        "bag.value": {"money": {"currency_code": "EUR", "units": 1200}},
        "bag.handler": {"text": "north_air"},
        "bag.arrival_date": {"date": {"year": day.year, "month": day.month, "day": day.day}},
        "paper.report": {"text": "there"},
        "paper.tag": {"text": "weak"},
    }
    number = next(NUMBERS)
    intercept = {
        "kind": "lost_luggage",
        "channel": "airport",
        "jurisdiction": "DE",
        "stated_reason": "bag_never_arrived",
        "subject_type": "bag",
        "subject_id": number,
        "customer": {"id": f"customer-{number}"},
        "attributes": attributes | changes,
    }
    asked = {"request_id": number, "pack": "travel", "intercept": intercept, "view": "VIEW_FULL"}
    return ParseDict(asked, RecommendRequest())


async def add(served, bench, folder=LOST_LUGGAGE):
    """Add the kind to the pack in force, and return once it is."""
    before = (await pack_of(served)).versions.pack_digest
    shutil.copytree(folder, bench.rules / "travel" / "kinds" / "lost_luggage")

    async def is_in_force():
        return (await pack_of(served)).versions.pack_digest != before

    await until(is_in_force)


async def pack_of(served):
    """Return what the service says of the pack."""
    return (await served.policies.ListPacks(ListPacksRequest())).packs[0]


async def decided(served, request):
    """Return the decision."""
    return (await served.intercepts.Recommend(request)).decision


@pytest.mark.law(6)
async def test_a_kind_is_added_to_a_running_service_by_its_folder_alone(bench):
    """Catches a kind that needs code, an edit of the pack, or a restart."""
    served = await bench.serve(packs=("travel",))
    with pytest.raises(grpc.aio.AioRpcError) as unknown:
        await decided(served, a_bag())

    async with served.at_work():
        await add(served, bench)
        decision = await decided(served, a_bag())
        draft = await served.cases.DraftDocument(
            pb.DraftDocumentRequest(
                case_id=decision.case_id, document="claim-letter", language="en"
            )
        )
        in_a_month = pb.ListDueRequest(
            pack="travel", kind="lost_luggage", until_date=a_date(days=30)
        )
        due = await served.cases.ListDue(in_a_month)

    assert grpc.StatusCode.INVALID_ARGUMENT is unknown.value.code()
    first = decision.recommendations[0]
    assert ("claim-from-the-airline", 0.7, "bag.chance") == (
        *(first.offer_id, first.chance, first.chance_source),
    )
    assert (842, "no_claim") == (first.net_value.units, decision.let_go.way_out)
    assert ["claim-by"] == [each.clock for each in decision.clocks]
    assert ["there", "weak", "missing"] == [each.state for each in decision.checklists[0].items]
    assert "For our customer we claim 1,200.00 EUR." in draft.draft.text
    assert [decision.case_id] == [each.case_id for each in due.due]


@pytest.mark.law(4)
async def test_what_a_table_gave_is_told_with_its_line_and_how_sure_it_is(bench):
    """Catches a chance of which nobody can say where it comes from."""
    shutil.copytree(LOST_LUGGAGE, bench.rules / "travel" / "kinds" / "lost_luggage")
    served = await bench.serve(packs=("travel",))

    decision = await decided(served, a_bag())

    (row,) = decision.tables
    assert ("handlers", "D", "pays what is proven") == (row.table, row.confidence, row.note)
    assert row.location.endswith("kinds/lost_luggage/tables/handlers.csv:2")
    assert [("bag.chance", 0.7)] == [(fact.name, fact.number) for fact in row.facts]


@pytest.mark.law(4)
async def test_the_worth_of_a_resolution_is_shown_as_it_is_reckoned(bench):
    """Catches a worth that nobody can check by hand."""
    shutil.copytree(LOST_LUGGAGE, bench.rules / "travel" / "kinds" / "lost_luggage")
    served = await bench.serve(packs=("travel",))
    decision = await decided(served, a_bag())

    explained = await served.intercepts.Explain(ExplainRequest(decision_id=decision.decision_id))

    offers = {each.offer_id: {g.guard: g for g in each.guards} for each in explained.explanations}
    claim, leave = offers["claim-from-the-airline"], offers["leave-the-claim"]
    assert (
        "chance 0.7000 (bag.chance); 0.7000 x (1,200.00 - 0.00) - 0.3000 x 10.00 - 15.00"
        " = 822.00; doing nothing -20.00; net 842.00 EUR" == claim["value"].arithmetic
    )
    assert claim["authority"].arithmetic.startswith("given up for sure: 15.00 EUR;")
    assert leave["authority"].arithmetic.startswith("given up for sure: 1,200.00 EUR;")
    assert "guard:margin_floor" not in claim | leave


@pytest.mark.law(3)
async def test_a_decision_of_a_kind_replays_after_the_kind_is_gone(bench):
    """Catches a kind whose decisions nobody can explain once its folder was taken away."""
    folder = bench.rules / "travel" / "kinds" / "lost_luggage"
    shutil.copytree(LOST_LUGGAGE, folder)
    served = await bench.serve(packs=("travel",))
    decision = await decided(served, a_bag())
    before = (await pack_of(served)).versions.pack_digest

    async with served.at_work():
        shutil.rmtree(folder)

        async def is_gone():
            return (await pack_of(served)).versions.pack_digest != before

        await until(is_gone)
        with pytest.raises(grpc.aio.AioRpcError) as unknown:
            await decided(served, a_bag())
        stored = await served.app.store.decision(decision.decision_id)
        inputs = DecisionInputs.FromString(StoredDecision.FromString(stored).inputs)
        again = decide(inputs, await served.app.in_force.snapshot_of(inputs))

    assert grpc.StatusCode.INVALID_ARGUMENT is unknown.value.code()
    assert decision.SerializeToString(deterministic=True) == again.SerializeToString(
        deterministic=True
    )


@pytest.mark.law(6)
async def test_a_mistake_in_a_folder_leaves_the_pack_in_force_and_names_the_line(bench):
    """Catches a kind that is half in force, and a table that is wrong at no line."""
    served = await bench.serve(packs=("travel",))
    before = await pack_of(served)
    broken = bench.folder / "broken"
    shutil.copytree(LOST_LUGGAGE, broken)
    table = broken / "tables" / "handlers.csv"
    table.write_text(table.read_text().replace("sun_air,0.3", "sun_airr,0.3"))

    async with served.at_work():
        shutil.copytree(broken, bench.rules / "travel" / "kinds" / "lost_luggage")

        async def is_refused():
            return bool((await pack_of(served)).refused)

        await until(is_refused)
    after = await pack_of(served)

    assert before.versions == after.versions
    told = "rules/travel/kinds/lost_luggage/tables/handlers.csv:3: handler = sun_airr"
    assert any(line.startswith(told) and "sun_air?" in line for line in after.refused)


async def test_a_case_of_a_kind_goes_through_its_own_stages_to_its_own_end(bench):
    """Catches a kind whose case ends like a sale, or skips what must come first."""
    shutil.copytree(LOST_LUGGAGE, bench.rules / "travel" / "kinds" / "lost_luggage")
    served = await bench.serve(packs=("travel",))
    case_id = (await decided(served, a_bag())).case_id

    with pytest.raises(grpc.aio.AioRpcError) as too_early:
        await advance(served, case_id, "paid")
    await advance(served, case_id, "claimed")
    case = await advance(served, case_id, "paid")
    with pytest.raises(grpc.aio.AioRpcError) as like_a_sale:
        await ended(served, case_id, "saved")
    closed = await ended(served, case_id, "won")

    assert grpc.StatusCode.FAILED_PRECONDITION is too_early.value.code()
    assert "paid" == case.stage
    assert grpc.StatusCode.INVALID_ARGUMENT is like_a_sale.value.code()
    assert ("won", 1200) == (closed.outcome.outcome, closed.outcome.kept.units)


async def advance(served, case_id, stage):
    """Say where the subject of a case stands; return the case."""
    request = pb.AdvanceCaseRequest(request_id=next(NUMBERS), case_id=case_id, stage=stage)
    return (await served.cases.AdvanceCase(request)).case


async def ended(served, case_id, outcome):
    """Say how a case ended; return it."""
    request = pb.RecordOutcomeRequest(request_id=next(NUMBERS), case_id=case_id, outcome=outcome)
    return (await served.cases.RecordOutcome(request)).case


def by_model(bench):
    """Let a model say the chance: the hazard model of the pack, as if it had learned to win."""
    models = bench.folder / "models"
    shutil.copytree(ROOT / "models", models)
    draft = shutil.copytree(shipped.folder("travel", "hazard"), models / "travel" / "win" / "draft")
    digest = sealed(draft, kind="win").name
    folder = bench.rules / "travel" / "kinds" / "lost_luggage"
    shutil.copytree(LOST_LUGGAGE, folder)
    bench.edit(folder / "offers.yaml", "chance: bag.chance", "chance: win")
    stages = "  stages:\n    missing:"
    bench.edit(folder / "kind.yaml", stages, f'  models: {{win: "{digest}"}}\n{stages}')
    return {"models_dir": models}, digest


@pytest.mark.law(3)
async def test_a_model_of_the_kind_says_the_chance_is_named_and_replays(bench):
    """Catches a chance by a model that no version names, or that comes out otherwise later."""
    settings, digest = by_model(bench)
    served = await bench.serve(packs=("travel",), **settings)

    decision = await decided(served, a_bag())

    first = decision.recommendations[0]
    named = {model.name: model.digest[:16] for model in decision.versions.models}
    assert {"win": digest} == named
    assert ("claim-from-the-airline", "win") == (first.offer_id, first.chance_source)
    worth = first.chance * 1200 - (1 - first.chance) * 10 - 15 + 20
    assert round(worth, 2) == round(first.net_value.units + first.net_value.nanos / 1e9, 2)
    assert 0 < len(first.chance_drivers) <= 5
    assert EVIDENCE_REAL is decision.evidence
    stored = await served.app.store.decision(decision.decision_id)
    inputs = DecisionInputs.FromString(StoredDecision.FromString(stored).inputs)
    again = decide(inputs, await served.app.in_force.snapshot_of(inputs))
    assert decision == again


@pytest.mark.law(6)
async def test_a_kind_whose_model_is_not_there_takes_no_effect(bench):
    """Catches a kind that is served without the model its offers are weighed by."""
    settings, _ = by_model(bench)
    shutil.rmtree(settings["models_dir"] / "travel" / "win")

    served = await bench.serve(packs=("travel",), **settings)

    status = await pack_of(served)
    assert not status.serving
    assert any("travel/win" in line and "is not kept here" in line for line in status.refused)
