"""What keeps coming up, from decided cases to the task and what it changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from google.protobuf.json_format import Parse
from keepsake.adapters.case_lists import RedisCaseLists
from keepsake.app import open_app
from keepsake.causes import find_causes, open_task
from keepsake.core.principal import DEVELOPMENT
from keepsake.core.trends import trends
from keepsake.past_cases import past_cases
from keepsake.settings import Settings
from keepsake.v1.case_pb2 import RecordOutcomeRequest
from keepsake.v1.intercept_pb2 import RecommendRequest, RecommendResponse
from prometheus_client import CollectorRegistry

pytestmark = pytest.mark.timeout(120)
ROOT = Path(__file__).parents[1]
_MS_PER_DAY = 86_400_000


@pytest.fixture
async def app(tmp_path):
    """Open the travel pack over a real store."""
    settings = Settings(data_dir=tmp_path, packs=("travel",))
    async with open_app(settings, registry=CollectorRegistry()) as opened:
        yield opened


async def _decide(app, number, consultant="c7"):
    told = (ROOT / "examples/travel-debit-memo.json").read_text()
    request = Parse(told, RecommendRequest())
    request.request_id = f"memo-{number}"
    request.intercept.subject_id = f"memo-{number}"
    request.intercept.attributes["memo.consultant"].text = consultant
    answer = await app.advisor.recommend(request, seconds=20.0, principal=DEVELOPMENT)
    return RecommendResponse.FromString(answer).decision


async def _causes(app):
    cases = await past_cases("travel", app.casework.cases.look, RedisCaseLists(app.store.call))
    pack = app.in_force.snapshot("travel").pack
    now_ms = max(case.opened_ms for case in cases) + _MS_PER_DAY
    return cases, pack, find_causes(pack.clusters, cases, now_ms)


async def test_three_memos_of_one_cause_by_one_consultant_open_one_task(app):
    """Catches a cause that nobody is told of, or a task for it each night."""
    for number in range(3):
        await _decide(app, number)
    await _decide(app, 9, consultant="c8")
    _, pack, found = await _causes(app)
    mine = [each for each in found.new if "c7" in each.words]

    for cluster in (*mine, *mine):
        await open_task(app.advisor, pack, cluster, found=found)

    cases, _, after = await _causes(app)
    tasks = [case for case in cases if case.kind == "root_cause"]
    assert ["memos-of-one-consultant.commission_wrong.c7"] == [each.name for each in mine]
    assert 1 == len(tasks)
    assert [] == [each for each in after.new if "c7" in each.words]


async def test_reports_add_up_to_all_that_came_in_with_its_money(app):
    """Catches cases, endings or money that a report loses."""
    decisions = [await _decide(app, number) for number in range(3)]
    won = RecordOutcomeRequest(request_id="o-1", case_id=decisions[0].case_id, outcome="won")
    await app.casework.cases.step("RecordOutcome", won, DEVELOPMENT)

    cases, _, _ = await _causes(app)
    (memos,) = trends(cases, ["memo.airline", "reason"])

    assert ("220", "commission_wrong") == memos.words
    assert (3, 2, {"won": 1}) == (memos.received, memos.open, dict(memos.endings))
    assert memos.at_stake == 3 * memos.kept
