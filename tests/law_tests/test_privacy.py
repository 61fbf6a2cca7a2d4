"""Law 10: personal data stays out."""

import asyncio
import io
import logging
from pathlib import Path

import grpc
import pytest
import structlog
from keepsake.adapters import keys
from keepsake.adapters.words import STEM, stem_of
from keepsake.v1.decision_pb2 import Decision
from keepsake.v1.intercept_pb2 import ExplainRequest, RecommendRequest, RecommendResponse
from keepsake.v1.journal_pb2 import DecisionInputs, JournalEvent
from prometheus_client import generate_latest
from redis.asyncio import Redis

from tests.law_tests.cases import example
from tests.law_tests.serving import kill_store

pytestmark = pytest.mark.law(10)
TOKENS = {
    "the customer's id": "crm-zqxjkv-0815",
    "the order's id": "order-zqxjkv-4711",
    "the agent's id": "agent.zqxjkv@shop.example",
    "a name in the words": "Ottiliezqxjkv",
    "a phone number in the words": "0049815zqxjkv",
    "a name that begins like a word the model knows": "Delivzqxjkv",
    "a word in a wrong field": "freetextzqxjkv",
}
WORDS = (
    "{a name in the words} writes: the ring comes too late for the wedding, call me at "
    "{a phone number in the words}. {a name that begins like a word the model knows} is cheaper."
)
MARK = "zqxjkv"
OF_WORDS = {what for what in TOKENS if "in the words" in what} | {
    "a name that begins like a word the model knows",
    MARK,
}
"""What the case keeps, as the customer wrote it, until they are forgotten."""


def telling(name="jeweller-needed-for-the-proposal", request_id="r-1"):
    """Return a request full of what must stay out."""
    request = example(name, request_id)
    intercept = request.intercept
    intercept.customer.id = TOKENS["the customer's id"]
    intercept.subject_id = TOKENS["the order's id"]
    intercept.words = WORDS.format_map(TOKENS)
    request.agent.id = TOKENS["the agent's id"]
    return request


@pytest.fixture(scope="module", autouse=True)
def log_file():
    """Catch every line that is logged, at any level, by whichever library, from the start on."""
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    before, level = structlog.get_config(), logging.root.level
    structlog.configure(
        logger_factory=structlog.PrintLoggerFactory(lines),
        wrapper_class=structlog.make_filtering_bound_logger(0),
        cache_logger_on_first_use=False,
    )
    logging.root.addHandler(handler)
    logging.root.setLevel(logging.DEBUG)
    yield lines
    structlog.configure(**before)
    logging.root.removeHandler(handler)
    logging.root.setLevel(level)


@pytest.fixture
def logged(log_file):
    """Return what is logged from now on."""
    log_file.truncate(0)
    log_file.seek(0)
    return log_file


async def whole_store(app, *, but=b"no such key"):
    """Return every key and every value of the store, as bytes, without one family of keys."""
    found = []
    async with Redis.from_url(app.embedded.url) as client:
        async for key in client.scan_iter():
            if but not in key:
                found += [key, await client.dump(key), *await content(client, key)]
    return b"\n".join(found)


async def content(client, key):
    """Return what stands under a key."""
    match await client.type(key):
        case b"hash":
            return [part for pair in (await client.hgetall(key)).items() for part in pair]
        case b"stream":
            return [value for _, fields in await client.xrange(key) for value in fields.values()]
        case b"list":
            return await client.lrange(key, 0, -1)
        case b"string":
            return [await client.get(key)]
    return []


def whole_disk(folder: Path):
    """Return every name and every byte under a folder."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return b"\n".join(bytes(path) + path.read_bytes() for path in files)


def tells(content):
    """Return what of the customer stands in some bytes, in small letters or not."""
    text = content if isinstance(content, bytes) else content.encode()
    lower = text.lower()
    return [what for what, token in TOKENS.items() if token.lower().encode() in lower] + (
        [MARK] if MARK.encode() in lower else []
    )


@pytest.mark.parametrize("is_away", [False, True], ids=["normal", "degraded"])
async def test_who_the_customer_is_and_what_they_wrote_stays_out_of_everything(
    bench, served, logged, is_away
):
    """Catches a customer's id or words in store, journal, spool, log, metric or file.

    Only the texts of the case keep the words, and so does the store's own file.
    """
    if is_away:
        await kill_store(served.app)
    request = telling(request_id=f"r-{is_away}")

    answer = await served.recommend(request)
    if is_away:
        spooled = whole_disk(bench.folder / "data" / "spool")
        served.app.embedded.ensure()
        drained = await served.app.spool.drain(served.app.store)
        assert (1, []) == (drained.stored, tells(spooled))
        assert spooled
    decision = RecommendResponse.FromString(answer).decision
    await served.intercepts.Explain(ExplainRequest(decision_id=decision.decision_id))

    stored = await whole_store(served.app, but=b":texts:")
    assert decision.decision_id.rpartition(".")[2].encode() in stored
    assert [] == tells(stored)
    assert OF_WORDS == set(tells(await whole_store(served.app)))
    data = bench.folder / "data"
    assert set(tells(whole_disk(data / "store"))) <= OF_WORDS
    others = [each for each in data.iterdir() if each.name != "store"]
    assert [] == [told for each in others for told in tells(whole_disk(each))]
    assert [] == tells(generate_latest(served.app.registry))
    assert decision.decision_id in logged.getvalue()
    assert [] == tells(logged.getvalue())
    assert [] == tells(answer)


async def test_what_is_wrong_in_a_request_is_told_to_the_caller_and_to_no_log(served, logged):
    """Catches a refused value, which may be anything that was typed, in the log."""
    request = telling(request_id="r-wrong")
    request.intercept.order.category = TOKENS["a word in a wrong field"]
    request.intercept.attributes["stone.origin"].text = TOKENS["a word in a wrong field"]

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await served.recommend(request)

    assert grpc.StatusCode.INVALID_ARGUMENT is refused.value.code()
    assert "INVALID" in logged.getvalue()
    assert [] == tells(logged.getvalue())


async def test_a_defect_is_logged_without_the_request(served, logged, monkeypatch):
    """Catches a stack trace that carries the customer's words into the log."""
    reader = served.app.in_force.snapshot("jeweller").reader
    monkeypatch.setattr(type(reader), "read", _failing)

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await served.recommend(telling(request_id="r-defect"))

    assert grpc.StatusCode.INTERNAL is refused.value.code()
    assert [] == tells(refused.value.details())
    assert [] == tells(logged.getvalue())


def _failing(_reader, intercept, **_):
    raise RuntimeError(f"a defect that quotes {intercept.words}")


async def test_sensitive_reasons_leave_no_trace_but_that_one_word(bench, served, logged):
    """Catches an illness that can be told from journal, answer or log.

    Rules are quoted as they are written, whoever they are about: those lines say nothing.
    """
    request = example("jeweller-bereavement", "r-sensitive")
    request.intercept.stated_reason = "bereavement_or_illness"

    answer = await served.recommend(request)

    decision = RecommendResponse.FromString(answer).decision
    assert "sensitive" == decision.reason.reason == decision.reason.stated
    assert [] == list(decision.reason.deciding_words)
    events = [event.SerializeToString() for event in await bench.journal(served.app)]
    for content in (*events, without_rules(decision), logged.getvalue().encode()):
        assert b"bereavement" not in content
        assert b"illness" not in content
        assert b"brother" not in content


def without_rules(decision):
    """Return a decision without the conditions that it quotes from the pack."""
    bare = Decision()
    bare.CopyFrom(decision)
    for part in (bare.let_go, *bare.recommendations, *bare.remedies):
        part.because.Clear()
    for entry in bare.withheld:
        entry.condition = ""
    return bare.SerializeToString()


async def test_one_customer_has_one_random_key_which_cannot_be_reckoned_from_the_id(served, other):
    """Catches a key that is made from the id, or changes from request to request."""
    first, second = telling(request_id="r-a"), telling(request_id="r-b")

    await asyncio.gather(served.recommend(first), other.recommend(second))

    keys = set()
    async with Redis.from_url(served.app.embedded.url) as client:
        async for key in client.scan_iter(match="*:customer:*"):
            keys.add((await client.hgetall(key))[b"key"])
    assert all(len(key) == 26 for key in keys)
    identity = served.app.advisor._gatherer.caller(first).identity
    assert identity.encode() not in keys


async def test_one_customer_has_one_key_in_mapping_and_journal_whatever_the_store_does(
    served, other
):
    """Catches keys of workers that do not see the store, which nobody could forget or count by."""
    answers = []
    for state in ("away-at-first", "there", "away-again"):
        if state != "there":
            await kill_store(served.app)
        for at, worker in enumerate((served, other)):
            request = telling(request_id=f"r-{state}-{at}")
            request.intercept.customer.id = "crm-zqxjkv-of-many-states"
            answers.append(await worker.recommend(request))
        served.app.embedded.ensure()
        for worker in (served, other):
            await worker.app.spool.drain(worker.app.store)

    caller = served.app.advisor._gatherer.caller(request)
    bucket = keys.bucket(caller.pack, caller.bucket)
    ids = {RecommendResponse.FromString(answer).decision.decision_id for answer in answers}
    async with Redis.from_url(served.app.embedded.url) as client:
        mapped = await client.hget(bucket.customer(caller.identity), "key")
        entries = [fields for _, fields in await client.xrange(bucket.journal())]
    journalled = [
        fields[b"customer"]
        for fields in entries
        if JournalEvent.FromString(fields[b"event"]).id in ids
    ]
    assert 6 == len(ids)
    assert [mapped] * 6 == journalled


async def test_words_that_the_model_knows_stay_with_the_decision(bench, served):
    """Catches words of the customer in the journal, where nothing can be taken back."""
    request = telling(request_id="r-known-words")

    answer = await served.recommend(request)

    decision = RecommendResponse.FromString(answer).decision
    events = [e for e in await bench.journal(served.app) if e.id == decision.decision_id]
    assert decision.reason.deciding_words
    for event in events:
        inputs = DecisionInputs.FromString(event.inputs)
        assert decision.reason.reason == inputs.reason.reason
        assert [] == list(inputs.reason.deciding_words)
    assert 1 == len(events)


def test_the_words_that_are_shown_are_those_the_model_knows(desk):
    """Catches a name in the answer because it begins like a word that the model knows."""
    model = desk.own.models.reason
    request = RecommendRequest()
    stems = sorted({stem_of(word) for word in model._weights.words if len(word) > STEM})

    for stem in stems[:400]:
        request.intercept.words = f"{stem}zqxjkv {stem}zqxjkv"
        assert [] == tells(" ".join(model.detect(request.intercept.words).words))
