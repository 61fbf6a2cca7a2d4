import asyncio
import multiprocessing
import os
from dataclasses import replace
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keepsake.adapters import frames, keys
from keepsake.adapters.spool import Drained, Spool
from keepsake.adapters.spool_file import SpoolFile
from keepsake.core.errors import StoreUnavailable

from tests.adapters.decisions import caller, entry
from tests.fakes.memory_store import MemoryStore


@pytest.fixture
def spool(tmp_path):
    """Return the spool of this process."""
    return Spool(tmp_path)


def left_by_a_dead_process(folder, *records):
    """Write a file that nobody has locked."""
    path = folder / "dead.spool"
    path.write_bytes(b"".join(records))
    return path


blobs = st.binary(max_size=200)


def test_what_a_spooled_decision_makes_due_comes_back_with_it():
    """Catches a deadline that is lost on the disk while the store is away."""
    spooled = replace(entry(), due={"clock|a-case|": 5}, clocks={"a-case/clock:answer-by": 7})

    assert spooled == frames.read(frames.write(spooled))


@given(blobs, blobs, st.one_of(st.none(), st.integers(0)))
def test_an_entry_comes_back_from_its_record_as_it_was(stored, event, version):
    """Catches a field that the record leaves out, or bytes that its framing changes."""
    spooled = replace(entry(), stored=stored, event=event, version=version)

    assert spooled == frames.read(frames.write(spooled))


@given(st.data())
def test_whole_records_are_found_whatever_is_damaged_between_them(data):
    """Catches one bad byte that hides the decisions after it, or brings up a wrong one."""
    entries = [entry(request=str(at)) for at in range(3)]
    records = [bytearray(frames.write(one)) for one in entries]
    hurt = data.draw(st.integers(0, 2))
    records[hurt][data.draw(st.integers(0, len(records[hurt]) - 1))] ^= 0xFF

    found = [frame.entry for frame in frames.scan(b"".join(records))]

    assert [one for at, one in enumerate(entries) if at != hurt] == found


@given(st.data())
def test_a_record_cut_short_is_no_record(data):
    """Catches a torn last record that is taken for a decision."""
    first, last = entry(request="first"), frames.write(entry(request="last"))
    torn = last[: data.draw(st.integers(0, len(last) - 1))]

    found = [frame.entry for frame in frames.scan(frames.write(first) + torn)]

    assert [first] == found


@pytest.mark.law(3)
async def test_a_decision_is_on_disk_before_it_is_acknowledged(spool, tmp_path, monkeypatch):
    """Catches an append that returns before, or without, the sync."""
    synced = []
    sync = os.fdatasync
    monkeypatch.setattr(os, "fdatasync", lambda file: (sync(file), synced.append(file)))
    decided = entry()

    await spool.append(decided)

    [path] = tmp_path.glob("*.spool")
    assert frames.write(decided) == path.read_bytes()
    assert len(synced) == 1


async def test_decisions_that_come_together_share_syncs(spool, monkeypatch):
    """Catches a sync for each decision, which would hold up all of them."""
    synced = []
    sync = os.fdatasync
    monkeypatch.setattr(os, "fdatasync", lambda file: (sync(file), synced.append(file)))

    await asyncio.gather(*(spool.append(entry(request=str(at))) for at in range(100)))

    assert len(spool) == 100
    assert len(synced) == 1


@pytest.mark.law(8)
async def test_a_retry_while_the_store_is_away_finds_its_answer(spool):
    """Catches a retry that is decided again by the worker that spooled the first."""
    decided = entry()
    await asyncio.gather(*(spool.append(entry(request=str(at))) for at in range(5)))
    await spool.append(decided)

    assert decided == spool.find(decided.caller.request_key)
    assert spool.find(caller(request="never asked").request_key) is None


@pytest.mark.law(8)
async def test_of_many_that_spool_the_same_request_the_first_stands_for_all(spool):
    """Catches two answers to one request, both acknowledged."""
    decided = [entry(answer=f"answer {at}".encode()) for at in range(10)]

    kept = await asyncio.gather(*(spool.append(one) for one in decided))
    later = await spool.append(entry(answer=b"later"))

    assert [decided[0]] * 11 == [*kept, later]


async def test_everything_spooled_reaches_the_store(spool, tmp_path, store):
    """Catches a decision that draining leaves out, and a file it leaves behind."""
    decided = [entry(customer=f"customer {at}", version=7) for at in range(200)]
    await asyncio.gather(*(spool.append(one) for one in decided))

    drained = await spool.drain(store)

    answers = [(await store.read(one.caller)).answer for one in decided]
    assert Drained(stored=200) == drained
    assert [one.answer for one in decided] == answers
    assert [] == list(tmp_path.iterdir())
    assert len(spool) == 0


@pytest.mark.law(8)
async def test_what_had_landed_after_all_is_not_written_again(spool, store):
    """Catches a decision that counts twice since its reply was lost, not its write."""
    decided = entry()
    await store.write(decided)
    await spool.append(decided)

    drained = await spool.drain(store)

    assert Drained(already=1) == drained
    assert (await store.read(decided.caller)).version == 1
    assert [decided.decision_id] == [one async for one in store.decisions("jeweller")]


async def test_a_store_that_goes_away_again_leaves_everything_in_the_spool(spool):
    """Catches a file that is removed before all of it is stored."""
    store = MemoryStore(is_away=True)
    decided = entry()
    await spool.append(decided)

    with pytest.raises(StoreUnavailable):
        await spool.drain(store)
    store.is_away = False
    drained = await spool.drain(store)

    assert Drained(stored=1) == drained
    assert decided.stored == await store.decision(decided.decision_id)


async def test_what_the_store_refuses_for_ever_is_set_aside_and_the_rest_goes_on(
    spool, tmp_path, store, valkey
):
    """Catches one decision that keeps all others in the spool."""
    first, refused, last = (entry(customer=name) for name in ("anna", "bert", "carl"))
    journal = keys.bucket("jeweller", refused.caller.bucket).journal()
    assert refused.caller.bucket not in {first.caller.bucket, last.caller.bucket}
    await valkey.set(journal, "no stream")
    for one in (first, refused, last):
        await spool.append(one)

    drained = await spool.drain(store)

    [path] = tmp_path.iterdir()
    assert Drained(stored=2, refused=1) == drained
    assert ".refused" == path.suffix
    assert [replace(refused, version=None)] == [f.entry for f in frames.scan(path.read_bytes())]
    assert (last.answer, None) == (
        (await store.read(last.caller)).answer,
        (await store.read(refused.caller)).answer,
    )
    await valkey.delete(journal)
    path.rename(path.with_suffix(".spool"))
    assert Drained(stored=1) == await spool.drain(store)


async def test_a_full_store_is_an_outage_and_nothing_is_set_aside(spool, tmp_path, store, valkey):
    """Catches a spool that is given up since the store has no room at the moment."""
    await store.open()
    await spool.append(entry())
    await valkey.config_set("maxmemory", 1)
    try:
        with pytest.raises(StoreUnavailable):
            await spool.drain(store)
    finally:
        await valkey.config_set("maxmemory", 0)

    assert [".spool"] == [path.suffix for path in tmp_path.iterdir()]
    assert Drained(stored=1) == await spool.drain(store)


async def test_decisions_spooled_during_a_drain_wait_for_the_next(spool):
    """Catches an append that goes into a file about to be removed."""
    store = MemoryStore()
    await spool.append(entry(request="before"))

    drained, _ = await asyncio.gather(spool.drain(store), spool.append(entry(request="meanwhile")))

    assert drained.stored + (await spool.drain(store)).stored == 2


async def test_what_a_dead_process_left_is_drained_by_another(spool, tmp_path):
    """Catches acknowledged decisions that stay on the disk of a process that crashed."""
    store = MemoryStore()
    decided = entry()
    path = left_by_a_dead_process(tmp_path, frames.write(decided))

    drained = await spool.drain(store)

    assert Drained(stored=1) == drained
    assert decided.stored == await store.decision(decided.decision_id)
    assert not path.exists()


async def test_the_file_of_a_living_process_is_left_alone(spool, tmp_path):
    """Catches a file that is drained and removed while its owner appends to it."""
    owner = Spool(tmp_path)
    await owner.append(entry())

    drained = await spool.drain(MemoryStore())

    assert Drained() == drained
    assert len(list(tmp_path.glob("*.spool"))) == 1
    await owner.close()


async def test_a_torn_last_record_was_never_acknowledged_and_is_dropped(spool, tmp_path):
    """Catches a crash in the middle of a write that stops the drain, or counts as damage."""
    whole, torn = frames.write(entry(request="whole")), frames.write(entry(request="torn"))
    left_by_a_dead_process(tmp_path, whole, torn[:-1])

    drained = await spool.drain(MemoryStore())

    assert Drained(stored=1) == drained
    assert [] == list(tmp_path.iterdir())


async def test_a_damaged_file_is_put_aside_once_the_rest_of_it_is_stored(spool, tmp_path):
    """Catches a bad disk block that goes unnoticed, or takes the decisions after it along."""
    first, hurt, last = (frames.write(entry(request=name)) for name in ("a", "b", "c"))
    path = left_by_a_dead_process(tmp_path, first, hurt[:-1] + b"?", last)

    drained = await spool.drain(MemoryStore())

    assert Drained(stored=2, damaged=1) == drained
    assert [path.with_suffix(".damaged")] == list(tmp_path.iterdir())


async def test_a_disk_that_fails_too_is_said_and_the_next_decision_is_tried_again(
    spool, monkeypatch
):
    """Catches an acknowledged decision that nobody has, and a spool that stays broken."""

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(SpoolFile, "append", full)
        with pytest.raises(StoreUnavailable, match="neither the store nor the local disk"):
            await spool.append(entry())

    assert entry().answer == (await spool.append(entry())).answer


async def test_a_caller_that_gives_up_does_not_take_others_along(spool):
    """Catches a cancelled call that cancels the append which a retry waits for."""
    gives_up, waits = (asyncio.create_task(spool.append(entry())) for _ in range(2))
    await asyncio.sleep(0)

    gives_up.cancel()

    assert entry().answer == (await waits).answer


async def test_a_process_that_is_killed_leaves_every_acknowledged_decision(spool, tmp_path, store):
    """Catches an acknowledgement that only the page cache or the process itself has heard of."""
    spawn = multiprocessing.get_context("spawn")
    acknowledged = spawn.Queue()
    worker = spawn.Process(target=_spool_for_ever, args=(tmp_path, acknowledged))
    worker.start()
    requests = {acknowledged.get(timeout=30) for _ in range(20)}
    worker.kill()
    worker.join()

    drained = await spool.drain(store)

    answers = {one: (await store.read(caller(request=one))).answer for one in requests}
    assert all(answers.values())
    assert drained.stored >= len(requests)


def _spool_for_ever(folder, acknowledged):
    async def spool_for_ever():
        spool, at = Spool(folder), 0
        while True:
            await spool.append(entry(request=str(at)))
            acknowledged.put(str(at))
            at += 1

    asyncio.run(spool_for_ever())


async def test_what_is_no_spool_file_of_ours_is_left_alone(spool, tmp_path, store):
    """Catches a folder, or a record of something else, that ends every drain."""
    (tmp_path / "a.spool").mkdir()
    body = b'{"caller": 1}\n'
    head = frames._HEAD.pack(frames._MARK, len(body), crc32(body))
    (tmp_path / "b.spool").write_bytes(head + body)

    drained = await spool.drain(store)

    assert 0 == drained.stored
    assert (tmp_path / "a.spool").is_dir()
