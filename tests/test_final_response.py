"""What a complaint's final response says of a refund, on the day it is written."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from google.protobuf.json_format import Parse
from keepsake.app import open_app
from keepsake.core.principal import DEVELOPMENT
from keepsake.days import date_of
from keepsake.settings import Settings
from keepsake.v1.case_pb2 import DraftDocumentRequest
from keepsake.v1.intercept_pb2 import RecommendRequest, RecommendResponse
from prometheus_client import CollectorRegistry

EXAMPLE = Path(__file__).parents[1] / "examples/travel-complaint-refund.json"


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("days", "says", "never"),
    [(5, "You will have it by", "It was due"), (-5, "It was due by", "You will have it by")],
)
async def test_a_day_that_is_over_is_not_promised(tmp_path, days, says, never):
    """Catches a letter that promises the money by a day that has passed."""
    settings = Settings(data_dir=tmp_path, packs=("travel",))
    async with open_app(settings, registry=CollectorRegistry()) as app:
        request = Parse(EXAMPLE.read_text(), RecommendRequest())
        today = datetime.now(UTC).date().toordinal() - date(1970, 1, 1).toordinal()
        request.intercept.language = "en"
        promised = request.intercept.attributes["refund.promised_date"].date
        promised.CopyFrom(date_of(today + days))
        answer = await app.advisor.recommend(request, seconds=20.0, principal=DEVELOPMENT)
        case_id = RecommendResponse.FromString(answer).decision.case_id
        asked = DraftDocumentRequest(case_id=case_id, document="final-response", language="en")
        text = (await app.casework.cases.draft(asked, DEVELOPMENT)).draft.text

    assert says in text
    assert never not in text
