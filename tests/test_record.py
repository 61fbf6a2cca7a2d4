"""Recording: safe before it is answered, wherever it is safe."""

import asyncio

import pytest
from keepsake.core.errors import RequestIdReused, StoreUnavailable
from keepsake.gather import Gathered
from keepsake.ports import Reading, WriteResult, Written
from keepsake.record import RETENTION_DAYS, Recorder, entry_of
from keepsake.v1.journal_pb2 import DecisionInputs, JournalEvent, StoredDecision

from tests.adapters.decisions import entry
from tests.fakes.memory_store import MemoryStore
from tests.fakes.small_pack import small_pack


class SlowStore(MemoryStore):
    """A store whose writes wait until they are let go."""

    def __init__(self):
        super().__init__()
        self.go_on = asyncio.Event()

    async def write(self, entry):
        """Write, when let go."""
        await self.go_on.wait()
        return await super().write(entry)


class MemorySpool:
    """A spool in memory; `is_full` makes it fail as a full disk does."""

    def __init__(self):
        self.entries = {}
        self.is_full = False

    def find(self, request_key):
        """Return what was spooled."""
        return self.entries.get(request_key)

    async def append(self, entry):
        """Keep the first entry of a request."""
        if self.is_full:
            raise StoreUnavailable
        return self.entries.setdefault(entry.caller.request_key, entry)


@pytest.fixture
def spool():
    """Return a spool."""
    return MemorySpool()


def recorder(store, spool):
    """Return a recorder that counts what it spools."""
    counted = []
    made = Recorder(store, spool, on_spooled=lambda: counted.append(1))
    return made, counted


@pytest.mark.law(3)
async def test_nothing_is_answered_before_it_is_stored(spool):
    """Catches an answer that goes out while the write is still under way."""
    store = SlowStore()
    recording = asyncio.create_task(
        recorder(store, spool)[0].record(entry(), request_id="first", store_is_away=False)
    )

    await asyncio.sleep(0.05)
    was_done = recording.done()
    store.go_on.set()

    assert not was_done
    assert await recording == entry().answer
    assert [entry().answer] == [each.answer for each in store.entries.values()]


@pytest.mark.law(3)
async def test_without_store_and_disk_nothing_is_answered(spool):
    """Catches an answer that nobody keeps."""
    spool.is_full = True

    with pytest.raises(StoreUnavailable):
        await recorder(MemoryStore(is_away=True), spool)[0].record(
            entry(), request_id="first", store_is_away=False
        )


async def test_a_store_that_goes_away_between_reading_and_writing_leaves_the_spool(spool):
    """Catches a decision that is lost because only the read saw the store."""
    recording, counted = recorder(MemoryStore(is_away=True), spool)

    answer = await recording.record(entry(), request_id="first", store_is_away=False)

    assert entry().answer == answer
    assert [entry().answer] == [each.answer for each in spool.entries.values()]
    assert [1] == counted


async def test_a_store_known_to_be_away_is_not_waited_for(spool):
    """Catches a degraded answer that waits for the store once more."""
    store = SlowStore()

    answer = await recorder(store, spool)[0].record(entry(), request_id="first", store_is_away=True)

    assert entry().answer == answer


async def test_a_conflict_is_told_so_that_it_is_decided_again(spool):
    """Catches a decision on a customer's record that has changed since."""
    store = MemoryStore()
    await store.write(entry(request="earlier"))

    answer = await recorder(store, spool)[0].record(
        entry(request="later", version=0), request_id="later", store_is_away=False
    )

    assert answer is None
    assert {} == spool.entries


@pytest.mark.law(8)
async def test_who_comes_second_gets_the_answer_of_the_first(spool):
    """Catches two answers to one request."""
    store = MemoryStore()
    await store.write(entry(answer=b"the first answer"))

    answer = await recorder(store, spool)[0].record(
        entry(answer=b"another"), request_id="first", store_is_away=False
    )

    assert b"the first answer" == answer


@pytest.mark.law(8)
@pytest.mark.parametrize("is_away", [False, True], ids=["stored", "spooled"])
async def test_another_body_is_refused_under_its_request_id(spool, is_away):
    """Catches another body that gets an answer, and a refusal that names the wrong id."""

    class OtherBody(MemoryStore):
        async def write(self, _):
            return WriteResult(Written.ALREADY, b"an answer", b"another digest")

    if is_away:
        first = entry()
        object.__setattr__(first, "body_digest", b"another digest")
        await spool.append(first)

    with pytest.raises(RequestIdReused) as refused:
        await recorder(OtherBody(), spool)[0].record(
            entry(), request_id="first", store_is_away=is_away
        )

    assert "first" == refused.value.request_id


def gathered_of(inputs):
    """Return what was gathered of a customer who is known by a key."""
    body = b"digest of the body"
    return Gathered(inputs, entry().caller, Reading(version=7), body, customer_key="key")


@pytest.mark.law(10)
def test_the_words_that_decided_stay_with_the_decision():
    """Catches words of the customer in a journal from which nothing can be deleted."""
    inputs = DecisionInputs(decision_id="d")
    inputs.reason.reason = "late"
    inputs.reason.deciding_words.append("wedding")

    written = entry_of(gathered_of(inputs), b"the answer", small_pack())

    kept = DecisionInputs.FromString(StoredDecision.FromString(written.stored).inputs)
    journalled = DecisionInputs.FromString(JournalEvent.FromString(written.event).inputs)
    assert inputs == kept
    assert b"wedding" not in written.event
    assert "late" == journalled.reason.reason


def test_what_is_written_holds_the_inputs_the_answer_and_its_digest():
    """Catches a journal from which nothing could be learned or replayed."""
    inputs = DecisionInputs(decision_id="d", server_time_ms=5, pack="small")
    gathered = gathered_of(inputs)

    written = entry_of(gathered, b"the answer", small_pack())

    event = JournalEvent.FromString(written.event)
    stored = StoredDecision.FromString(written.stored)
    assert ("decision", "d", 5) == (event.type, event.id, event.time_ms)
    assert "key" == written.customer_key
    assert (
        inputs
        == DecisionInputs.FromString(event.inputs)
        == DecisionInputs.FromString(stored.inputs)
    )
    assert (b"the answer", b"digest of the body") == (stored.answer, stored.body_digest)
    assert 32 == len(event.answer_digest)
    assert 7 == written.version
    assert (30 * 86400, RETENTION_DAYS * 86400) == (
        written.idempotency_seconds,
        written.retention_seconds,
    )
