"""The other ways to a store: a Cluster of one real node, Sentinel, a server that hangs."""

import asyncio
import os
import signal
import socket
import subprocess
import time

import pytest
from keepsake.adapters import embedded
from keepsake.adapters.store import RedisStore
from keepsake.core.errors import StoreUnavailable
from keepsake.ports import Written
from redis import ConnectionError as RedisConnectionError
from redis import Redis

from tests.adapters.decisions import caller, entry


def free_port():
    """Return a port that nobody listens on."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return line.getsockname()[1]


@pytest.fixture
def started(tmp_path):
    """Start servers on ports of their own, and stop them in the end."""
    processes = []

    def start(name, *options, port=None):
        port = port or free_port()
        folder = tmp_path / name
        folder.mkdir()
        command = (embedded._binary(), *options, "--port", str(port), "--dir", str(folder))
        processes.append(subprocess.Popen(command, stdout=subprocess.DEVNULL))  # noqa: S603 - ours
        client = Redis(port=port)
        while True:
            try:
                client.ping()
            except RedisConnectionError:
                time.sleep(0.01)
            else:
                return client, port

    yield start
    for process in processes:
        process.kill()
        process.wait()


@pytest.fixture
def cluster(started):
    """Start a Cluster of one node and return its URL."""
    bus = str(free_port())
    client, port = started("node", "--cluster-enabled", "yes", "--cluster-port", bus)
    with client:
        client.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
        while b"cluster_state:ok" not in client.execute_command("CLUSTER", "INFO"):
            time.sleep(0.01)
    return f"redis-cluster://127.0.0.1:{port}"


async def test_a_cluster_is_a_store_like_any_other(cluster):
    """Catches a script over two slots, and replies that the client of a Cluster alters."""
    store = RedisStore(cluster, timeout_seconds=2.0)
    decided = [entry(customer=f"customer {at}") for at in range(30)]

    written = await asyncio.gather(*(store.write(one) for one in decided))
    readings = await asyncio.gather(*(store.read(one.caller) for one in decided))
    walked = [decision_id async for decision_id in store.decisions("jeweller")]
    thrown = await store.set_switch("jeweller", "offer:swap", killed=True, why="w", event=b"e")
    weaknesses = await store.weaknesses()
    await store.close()

    assert {Written.STORED} == {result.written for result in written}
    assert [one.answer for one in decided] == [reading.answer for reading in readings]
    assert sorted(one.decision_id for one in decided) == sorted(walked)
    assert {"offer:swap": "w"} == thrown
    assert "appendonly is 'no'" in weaknesses[0]


async def test_the_primary_is_found_through_a_sentinel(started, tmp_path):
    """Catches a URL of Sentinels that is read wrongly."""
    primary, port = started("primary")
    settings = tmp_path / "sentinel.conf"
    settings.write_text(f"sentinel monitor desk 127.0.0.1 {port} 1\n")
    sentinel, sentinel_port = started("sentinel", str(settings), "--sentinel")
    store = RedisStore(f"redis+sentinel://127.0.0.1:{sentinel_port}/desk", timeout_seconds=2.0)

    result = await store.write(entry())

    assert Written.STORED is result.written
    assert primary.dbsize() > 0
    await store.close()
    primary.close()
    sentinel.close()


async def test_a_store_that_hangs_holds_up_one_call_and_not_the_next(server, valkey):
    """Catches calls that wait in vain, one after the other, for a store known to be silent."""
    store = RedisStore(server.url, timeout_seconds=0.3)
    await store.open()
    process_id = (await valkey.info("server"))["process_id"]
    os.kill(process_id, signal.SIGSTOP)
    try:
        with pytest.raises(StoreUnavailable, match="does not answer in time"):
            await store.read(caller())
        asked = time.monotonic()
        with pytest.raises(StoreUnavailable, match="does not answer in time"):
            await store.read(caller())
        waited = time.monotonic() - asked
    finally:
        os.kill(process_id, signal.SIGCONT)

    assert waited < 0.1
    await store.close()


async def test_a_late_reply_never_answers_another_call(server, valkey):
    """Catches a connection that is used again while replies to a call that timed out arrive."""
    store = RedisStore(server.url, timeout_seconds=0.2)
    await store.write(entry(customer="anna"))
    process_id = (await valkey.info("server"))["process_id"]
    os.kill(process_id, signal.SIGSTOP)
    try:
        with pytest.raises(StoreUnavailable):
            await store.read(caller("anna"))
    finally:
        os.kill(process_id, signal.SIGCONT)
    store._connection._rests_until = 0.0

    readings = await asyncio.gather(*(store.read(caller(f"stranger {at}")) for at in range(20)))

    assert {None} == {reading.answer for reading in readings}
    await store.close()
