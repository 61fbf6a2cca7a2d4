"""All documents of all examples, as they would be drafted today."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from google.protobuf.json_format import Parse
from keepsake.app import open_app
from keepsake.cli.desk_stories import DESKS
from keepsake.cli.examples import moved
from keepsake.core.principal import DEVELOPMENT
from keepsake.core.texts import Speaker
from keepsake.settings import Settings
from keepsake.v1.case_pb2 import DraftDocumentRequest
from keepsake.v1.intercept_pb2 import RecommendRequest, RecommendResponse
from prometheus_client import CollectorRegistry

EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("travel-*.json"))
KINDS = Path(__file__).parents[1] / "rules/travel/kinds"
PROMISE = re.compile(r"\b(?:will|shall|haben sie|werden|erhalten sie|bekommen sie)\b")
NUMBERS = count()
LANGUAGES = ("en", "de")
pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
async def app(tmp_path_factory):
    """Open the travel pack once for all examples."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("examples"), packs=("travel",))
    async with open_app(settings, registry=CollectorRegistry()) as opened:
        yield opened


async def drafts(app, *, days_ago=0):
    """Return the text of each document of each example that happened so many days ago."""
    today = datetime.now(UTC).date()
    found = {}
    for file in EXAMPLES:
        request = moved(Parse(file.read_text(), RecommendRequest()), today)
        old = moved(request, today - timedelta(days=days_ago))
        old.request_id = old.intercept.subject_id = f"{file.stem}-{next(NUMBERS)}"
        answer = await app.advisor.recommend(old, seconds=20.0, principal=DEVELOPMENT)
        case_id = RecommendResponse.FromString(answer).decision.case_id
        for template in sorted((KINDS / old.intercept.kind / "documents").glob("*.j2")):
            name, language = template.stem.split(".")
            asked = DraftDocumentRequest(case_id=case_id, document=name, language=language)
            draft = (await app.casework.cases.draft(asked, DEVELOPMENT)).draft
            found[file.stem, name, language] = draft.text
    return found


def promised(text, language):
    """Yield each day that a sentence promises."""
    say = Speaker((), language, "")
    today = (datetime.now(UTC).date() - datetime(1970, 1, 1, tzinfo=UTC).date()).days
    over = [say.day(today - days) for days in range(1, 400)]
    for sentence in re.split(r"(?<=[^\d][.;:])\s|\n", text):
        if PROMISE.search(sentence.lower()):
            yield from (day for day in over if re.search(rf"(?<!\d){re.escape(day)}", sentence))


@pytest.mark.parametrize("days_ago", [0, 60])
async def test_no_document_of_an_example_promises_a_day_that_is_over(app, days_ago):
    """Catches a letter that promises the money by a day that has passed."""
    texts = await drafts(app, days_ago=days_ago)

    assert len(texts) > 2 * len(LANGUAGES)
    assert {} == {
        name: days for name, text in texts.items() if (days := list(promised(text, name[-1])))
    }


async def test_a_timeline_says_to_the_bank_only_what_facts_say(app):
    """Catches a bank that reads of a payment nobody knows of, or of our own deadline."""
    texts = await drafts(app)

    told = {n: t for n, t in texts.items() if n[1] == "timeline"}
    assert told
    for text in told.values():
        assert [] == re.findall(r"paid for|bezahlt|Last moment|Letzter Zeitpunkt", text)


async def draft_of(app, example, document, fills):
    """Return a document of an example, drafted with fills."""
    file = next(each for each in EXAMPLES if each.stem == example)
    request = moved(Parse(file.read_text(), RecommendRequest()), datetime.now(UTC).date())
    request.request_id = request.intercept.subject_id = f"{example}-{next(NUMBERS)}"
    answer = await app.advisor.recommend(request, seconds=20.0, principal=DEVELOPMENT)
    case_id = RecommendResponse.FromString(answer).decision.case_id
    asked = DraftDocumentRequest(case_id=case_id, document=document, language="en", fills=fills)
    return (await app.casework.cases.draft(asked, DEVELOPMENT)).draft


@pytest.mark.parametrize(
    ("kind", "fill", "fact"),
    [
        ("chargeback", "disputed", "dispute.amount"),
        ("debit_memo", "billed", "memo.amount"),
    ],
)
async def test_a_fill_that_says_another_amount_than_its_fact_is_found(app, kind, fill, fact):
    """Catches a letter to the bank about one euro where 1,280 are in dispute."""
    desk = DESKS[kind]

    right = await draft_of(app, desk.example, desk.document, desk.fills)
    wrong = await draft_of(app, desk.example, desk.document, {**desk.fills, fill: "EUR 1.00"})

    assert [] == list(right.findings)
    assert [("restated", "EUR 1.00")] == [(each.rule, each.quoted) for each in wrong.findings]
    assert f"fill.{fill} says another amount than the fact {fact}" == wrong.findings[0].message
