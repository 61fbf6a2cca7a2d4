import asyncio
import os
import signal

import pytest
from keepsake.adapters.embedded import EmbeddedServer
from keepsake.adapters.store import RedisStore
from keepsake.core.errors import StoreUnavailable
from keepsake.ports import Written
from redis import Redis

from tests.adapters.decisions import entry


@pytest.mark.law(3)
async def test_what_was_acknowledged_is_there_after_the_server_was_killed(tmp_path):
    """Catches an acknowledgement before the disk has it, and a store that stays away for ever."""
    acknowledged = []
    with EmbeddedServer(tmp_path) as server:
        store = RedisStore(server.url, timeout_seconds=5.0)
        with Redis.from_url(server.url) as client:
            process_id = client.info("server")["process_id"]

        async def write(decided):
            await store.write(decided)
            acknowledged.append(decided)
            if len(acknowledged) == 50:
                os.kill(process_id, signal.SIGKILL)

        decided = (entry(customer=f"customer {at}") for at in range(1000))
        endings = await asyncio.gather(*map(write, decided), return_exceptions=True)
        server.ensure()
        answers = [(await store.read(one.caller)).answer for one in acknowledged]
        afterwards = await store.write(entry(customer="the next"))
        await store.close()

    assert [one.answer for one in acknowledged] == answers
    assert {type(None), StoreUnavailable} == {type(ending) for ending in endings}
    assert Written.STORED is afterwards.written
