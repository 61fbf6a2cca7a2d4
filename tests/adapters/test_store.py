"""What every store must hold (the fake too), and below that what only the real one can."""

import asyncio
import time
from collections import Counter
from dataclasses import replace

import pytest
from keepsake.adapters import keys
from keepsake.adapters.case_store import RedisCaseStore
from keepsake.adapters.forgetting import RedisForgetting
from keepsake.adapters.ledger import RedisLedger
from keepsake.adapters.links import RedisLinks
from keepsake.adapters.store import _COPY_SWITCHES, RedisStore
from keepsake.adapters.store_switches import SeenSwitches
from keepsake.core.errors import StoreMismatch, StoreUnavailable
from keepsake.core.keyed import BUCKETS
from keepsake.core.links import Link
from keepsake.ports import Reading, WriteResult, Written
from keepsake.v1.journal_pb2 import JournalEvent

from tests.adapters.decisions import HOUR, caller, entry
from tests.adapters.holds import GOODWILL, OF_BOOKS, hold_and_pin
from tests.adapters.parsed_keys import parse
from tests.adapters.steps import everything, opening
from tests.fakes.memory_store import MemoryStore

WHY = "the workshop is closed"


@pytest.fixture(params=["real", "fake"])
def any_store(request):
    """Each implementation of the port in turn."""
    return MemoryStore() if request.param == "fake" else request.getfixturevalue("store")


async def thrown(store, target):
    """Throw a switch."""
    return await store.set_switch("jeweller", target, killed=True, why=WHY, event=b"e")


async def test_nothing_is_known_of_a_stranger(any_store):
    """Catches a reading that invents history."""
    assert Reading() == await any_store.read(caller())


async def test_what_was_decided_is_read_back(any_store):
    """Catches a write that loses the answer, the mapping, the version or the decision."""
    decided = entry(customer_key="k7")

    result = await any_store.write(decided)

    assert WriteResult(Written.STORED) == result
    assert Reading(
        answer=decided.answer, body_digest=decided.body_digest, customer_key="k7", version=1
    ) == await any_store.read(decided.caller)
    assert decided.stored == await any_store.decision(decided.decision_id)


@pytest.mark.law(8)
async def test_a_retry_gets_the_first_answer(any_store):
    """Catches a second write that replaces what was answered, or counts twice."""
    first = entry(answer=b"first")
    await any_store.write(first)

    retried = await any_store.write(entry(answer=b"second"))

    assert WriteResult(Written.ALREADY, b"first", first.body_digest) == retried
    assert (await any_store.read(first.caller)).version == 1


@pytest.mark.law(8)
async def test_of_many_that_write_the_same_request_one_is_stored_and_all_get_its_answer(any_store):
    """Catches a gap between looking for the request and writing it."""
    decided = [entry(answer=f"answer {at}".encode(), customer_key="k7") for at in range(50)]

    results = await asyncio.gather(*(any_store.write(one) for one in decided))

    stored = next(at for at, result in enumerate(results) if result.written is Written.STORED)
    answers = {result.answer for result in results if result.written is Written.ALREADY}
    assert Counter(result.written for result in results) == {Written.STORED: 1, Written.ALREADY: 49}
    assert answers == {decided[stored].answer}


async def test_a_write_is_refused_if_another_came_between(any_store):
    """Catches a decision recorded on a history that it did not see."""
    await any_store.write(entry(request="first", customer_key="k7"))

    late = await any_store.write(entry(request="second", customer_key="k7", version=0))

    assert WriteResult(Written.CONFLICT) == late
    assert (await any_store.read(caller(request="second"))).answer is None


async def test_of_two_that_read_the_same_version_one_writes(any_store):
    """Catches a version that is compared and raised in two steps."""
    writes = [entry(request=f"request {at}", customer_key="k7") for at in range(20)]

    results = await asyncio.gather(*(any_store.write(one) for one in writes))

    written = Counter(result.written for result in results)
    assert {Written.STORED: 1, Written.CONFLICT: 19} == written


@pytest.mark.law(10)
async def test_a_customer_never_has_two_random_keys(any_store):
    """Catches a second random key for one customer, which would split the history in two."""
    await any_store.write(entry(request="first", customer_key="k7"))

    await any_store.write(entry(request="second", customer_key="k8", version=1))
    await any_store.write(entry(request="third", customer_key="k9", version=None))

    assert "k7" == (await any_store.read(caller())).customer_key


async def test_a_decision_from_the_spool_is_written_whatever_came_between(any_store):
    """Catches an acknowledged decision that can never leave the spool."""
    await any_store.write(entry(request="first", customer_key="k7"))
    spooled = entry(request="second", customer_key="k8", version=None)

    result = await any_store.write(spooled)

    reading = await any_store.read(spooled.caller)
    assert WriteResult(Written.STORED) == result
    assert ("k7", 2) == (reading.customer_key, reading.version)


async def test_an_anonymous_visitor_has_no_random_key(any_store):
    """Catches a mapping for someone whom the CRM did not name."""
    anonymous = entry(customer_key="")

    await any_store.write(anonymous)

    reading = await any_store.read(anonymous.caller)
    assert (None, 1) == (reading.customer_key, reading.version)


@pytest.mark.parametrize("unknown", ["jeweller.07." + "a" * 26, "no id at all"])
async def test_an_unknown_decision_is_none(any_store, unknown):
    """Catches an error where there is simply nothing."""
    assert await any_store.decision(unknown) is None


async def test_all_decisions_of_a_pack_can_be_walked(any_store):
    """Catches a page boundary that loses or repeats ids, and ids of another pack."""
    written = [entry(customer=f"customer {at}") for at in range(300)]
    other = entry(pack="travel")
    await asyncio.gather(*(any_store.write(one) for one in [*written, other]))

    walked = [decision_id async for decision_id in any_store.decisions("jeweller")]

    assert sorted(one.decision_id for one in written) == sorted(walked)


async def test_a_thrown_switch_is_seen_by_every_caller(any_store):
    """Catches a bucket that was left out, or a switch that reaches another pack."""
    answered = await thrown(any_store, "offer:expedite")

    readings = [await any_store.read(replace(caller(), bucket=at)) for at in range(BUCKETS)]
    assert [{"offer:expedite": WHY}] * BUCKETS == [reading.killed for reading in readings]
    assert {"offer:expedite": WHY} == answered == any_store.last_killed("jeweller")
    assert {} == (await any_store.read(caller(pack="travel"))).killed


async def test_a_switch_can_be_taken_back(any_store):
    """Catches a switch that stays thrown, or takes others back with it."""
    for target in ("rule:late", "offer:expedite", "offer:swap"):
        await thrown(any_store, target)

    left = await any_store.set_switch(
        "jeweller", "offer:swap", killed=False, why="it is back", event=b"e"
    )

    assert ["offer:expedite", "rule:late"] == list(left)
    assert left == (await any_store.read(caller())).killed


async def test_switches_thrown_at_once_are_all_thrown_everywhere(any_store):
    """Catches copies into the buckets that overwrite a newer one."""
    targets = tuple(f"offer:{at:02d}" for at in range(10))

    await asyncio.gather(*(thrown(any_store, one) for one in targets))

    readings = [await any_store.read(replace(caller(), bucket=at)) for at in range(BUCKETS)]
    assert {targets} == {tuple(reading.killed) for reading in readings}


async def test_a_switch_that_is_thrown_again_keeps_its_reason(any_store):
    """Catches a reason in the answers that no event of the journal gives."""
    await thrown(any_store, "offer:swap")

    again = await any_store.set_switch(
        "jeweller", "offer:swap", killed=True, why="another", event=b"e"
    )

    assert {"offer:swap": WHY} == again


# What only the real store can show.


async def test_a_switch_is_journalled_when_it_changes_and_not_when_it_is_repeated(store, valkey):
    """Catches a repeated call that looks like a second change."""
    for killed in (True, True, False, False):
        event = JournalEvent(type="switch", killed=killed).SerializeToString()
        await store.set_switch("jeweller", "offer:swap", killed=killed, why=WHY, event=event)

    events = await valkey.xrange(keys.whole("jeweller").ledger())

    journalled = [JournalEvent.FromString(fields[b"event"]).killed for _, fields in events]
    assert [True, False] == journalled


async def test_balances_are_read_beside_everything_else_and_shared_by_all_who_ask_at_once(
    store, valkey
):
    """Catches a third round trip, and a decision that does not see what is taken."""
    await hold_and_pin(RedisLedger(store.call))
    await store.read(caller())
    before = (await valkey.info("commandstats"))["cmdstat_evalsha"]["calls"]

    readings = await asyncio.gather(*(store.read(caller(str(at)), [GOODWILL]) for at in range(9)))

    after = (await valkey.info("commandstats"))["cmdstat_evalsha"]["calls"]
    assert {200} == {reading.balances[GOODWILL].taken for reading in readings}
    assert 9 + 1 == after - before


async def test_who_gives_up_waiting_for_a_balance_leaves_it_to_the_others(store):
    """Catches a shared reply that is cancelled by the first caller who runs out of time."""
    hurried = asyncio.create_task(store.read(caller("one"), [GOODWILL]))
    patient = asyncio.create_task(store.read(caller("two"), [GOODWILL]))
    await asyncio.sleep(0)
    hurried.cancel()

    reading = await patient

    assert 0 == reading.balances[GOODWILL].taken


async def test_a_switch_that_was_cut_short_is_completed_by_the_next_call(store, valkey):
    """Catches a bucket that never hears of a switch, since the whole pack knows it already."""
    await thrown(store, "offer:swap")
    await valkey.delete(keys.bucket("jeweller", 7).switches())

    await thrown(store, "offer:swap")

    reading = await store.read(replace(caller(), bucket=7))
    assert {"offer:swap": WHY} == reading.killed


async def test_an_older_copy_of_the_switches_never_replaces_a_newer_one(store):
    """Catches calls that cross: the slower one must not take the faster one's switch back."""
    await thrown(store, "offer:swap")
    bucket = keys.bucket("jeweller", caller().bucket)

    await store.call(_COPY_SWITCHES.on((bucket.switches(),), "0"))

    assert {"offer:swap": WHY} == (await store.read(caller())).killed


async def test_a_reason_of_several_lines_is_one_line_of_the_switches(store):
    """Catches a reason that reads as further switches, or as a newer version of them."""
    why = "closed\noffer:refund\ttoday"

    answered = await store.set_switch("jeweller", "offer:swap", killed=True, why=why, event=b"e")

    assert {"offer:swap": "closed offer:refund today"} == answered


async def test_switches_seen_before_are_known_to_a_process_that_starts_without_the_store(
    server, store, tmp_path
):
    """Catches an offer that comes back to life when a worker restarts while the store is away."""
    seeing = RedisStore(server.url, timeout_seconds=2.0, switches=SeenSwitches(tmp_path))
    await thrown(store, "offer:swap")
    await seeing.read(caller())
    await seeing.close()

    blind = RedisStore(f"unix://{tmp_path}/nothing.sock", switches=SeenSwitches(tmp_path))

    assert {"offer:swap": WHY} == blind.last_killed("jeweller")
    assert {} == blind.last_killed("travel")
    await blind.close()


def test_of_switches_that_were_seen_the_newest_count_whoever_saw_them(tmp_path):
    """Catches an older copy, or another process's older view, that hides a newer switch."""
    one, other = SeenSwitches(tmp_path), SeenSwitches(tmp_path)
    one.note("jeweller", b"1\noffer:swap\tgone")
    other.note("jeweller", b"10\noffer:swap\tgone\nrule:x")
    one.note("jeweller", b"2")

    known = {"offer:swap": "gone", "rule:x": ""}
    assert known == one.thrown("jeweller") == other.thrown("jeweller")


@pytest.mark.parametrize("folder", ["torn", "none", "a file"])
def test_switches_are_remembered_without_the_disk_too(tmp_path, folder):
    """Catches a disk that stops answers, and a torn file that is taken for switches."""
    where = {"torn": tmp_path, "none": None, "a file": tmp_path / "jeweller"}[folder]
    (tmp_path / "jeweller").write_bytes(b"")
    seen = SeenSwitches(where)

    before = seen.thrown("jeweller")
    seen.note("jeweller", b"3\noffer:swap")

    assert ({}, {"offer:swap": ""}) == (before, seen.thrown("jeweller"))


async def test_every_key_stays_as_long_as_the_table_says(store, valkey):
    """Catches a key that is never forgotten, and a family that the table does not declare."""
    lives = {
        keys.Kept.IDEMPOTENCY: range(HOUR - 60, HOUR + 1),
        keys.Kept.RETENTION: (*range(2 * HOUR - 60, 2 * HOUR + 1), *OF_BOOKS),
        keys.Kept.ALWAYS: range(-1, 0),
    }
    opened = opening()
    await store.write(opened)
    await RedisCaseStore(store.call).write(everything(opened))
    await hold_and_pin(RedisLedger(store.call))
    await thrown(store, "offer:swap")
    link = Link("memo", "", "subject", "jeweller.07.case", round(time.time() * 1000))
    await RedisLinks(store.call).keep("jeweller", [(7, "token")], link, seconds=2 * HOUR)
    await RedisForgetting(store.call).remember(opened.caller, b"forgotten", kept=HOUR)

    found = {key.decode(): await valkey.ttl(key) async for key in valkey.scan_iter()}

    assert found.pop(keys.BUCKET_COUNT) == -1
    families = {parse(key).family: seconds for key, seconds in found.items()}
    assert keys.FAMILIES.keys() == families.keys()
    assert all(ttl in lives[keys.FAMILIES[name].kept] for name, ttl in families.items())


async def test_a_decision_is_kept_at_least_as_long_as_its_request(store, valkey):
    """Catches a remembered request whose answer is gone."""
    decided = replace(entry(), idempotency_seconds=5 * HOUR)

    await store.write(decided)

    assert await valkey.ttl(keys.decision_key(decided.decision_id)) > 4 * HOUR


@pytest.mark.law(10)
async def test_the_journal_has_one_key_for_a_customer_and_none_for_a_visitor(store, valkey):
    """Catches events of one customer under the keys of workers that did not see the store."""
    for at in range(3):
        await store.write(entry(request=str(at), customer_key=f"k{at}", version=None))
    await store.write(entry(customer="visitor", customer_key=""))

    callers = (caller("anna"), caller("visitor"))
    journals = [keys.bucket("jeweller", who.bucket).journal() for who in callers]
    of_anna, of_visitor = [await valkey.xrange(journal) for journal in journals]
    assert [b"k0"] * 3 == [fields[b"customer"] for _, fields in of_anna]
    assert [b""] == [fields[b"customer"] for _, fields in of_visitor]


async def test_old_events_leave_the_journal(store, valkey):
    """Catches a stream that grows for ever."""
    journal = keys.bucket("jeweller", caller().bucket).journal()
    async with valkey.pipeline() as pipeline:
        for at in range(500):
            pipeline.xadd(journal, {"event": b"of 1970"}, id=f"{at + 1}-0")
        await pipeline.execute()

    await store.write(entry())

    assert await valkey.xlen(journal) <= 101  # trimmed by whole nodes of 100


async def test_a_server_that_forgot_the_scripts_gets_them_again(store, valkey):
    """Catches NOSCRIPT after a restart of the server."""
    await store.write(entry(request="first", customer_key="k7"))
    await valkey.script_flush()

    results = await asyncio.gather(
        store.write(entry(request="second", customer_key="k7", version=1)), store.read(caller())
    )

    assert Written.STORED is results[0].written
    assert b"take the loaner ring" == results[1].answer


async def test_a_store_made_with_another_number_of_buckets_is_refused(server, valkey):
    """Catches decisions that are written where nobody will look for them."""
    await valkey.set(keys.BUCKET_COUNT, 128)
    store = RedisStore(server.url)

    with pytest.raises(StoreMismatch, match="created with 128 buckets, this Keepsake has 64"):
        await store.read(caller())
    await store.close()


async def test_a_store_that_is_away_says_so(tmp_path):
    """Catches an error of the driver's that gets past the store."""
    store = RedisStore(f"unix://{tmp_path}/nothing.sock")

    with pytest.raises(StoreUnavailable):
        await store.read(caller())
    with pytest.raises(StoreUnavailable):
        await store.write(entry())
    await store.close()


async def test_a_full_store_writes_nothing_and_says_so(store, valkey):
    """Catches half a decision, and a refusal that is taken for success."""
    await store.open()
    await valkey.config_set("maxmemory", 1)
    try:
        with pytest.raises(StoreUnavailable, match="refused: OutOfMemoryError") as refused:
            await store.write(entry())
    finally:
        await valkey.config_set("maxmemory", 0)

    assert [keys.BUCKET_COUNT.encode()] == await valkey.keys()
    assert not refused.value.is_final


async def test_the_embedded_store_keeps_every_promise(store):
    """Catches a default that loses decisions."""
    assert () == await store.weaknesses()


async def test_a_store_that_may_lose_decisions_is_told_of(store, valkey):
    """Catches a production store that was set up like a cache."""
    await valkey.config_set("appendfsync", "everysec")
    await valkey.config_set("maxmemory-policy", "allkeys-lru")
    try:
        weaknesses = await store.weaknesses()
    finally:
        await valkey.config_set("appendfsync", "always")
        await valkey.config_set("maxmemory-policy", "noeviction")

    syncs, evicts = weaknesses
    assert "appendfsync is 'everysec', not 'always': a crash" in syncs
    assert "maxmemory-policy is 'allkeys-lru', not 'noeviction': a full store" in evicts


async def test_no_id_of_the_crm_is_in_any_key_or_value(store, valkey):
    """Catches a name that travels past the keyed hashes."""
    await store.write(entry(customer="crm-4711", request="req-0815"))

    dumped = [(key, await valkey.dump(key)) async for key in valkey.scan_iter()]

    assert not [key for key, value in dumped if b"4711" in key + value or b"0815" in key + value]
