from collections.abc import AsyncIterator, Iterator

import pytest
from keepsake.adapters.embedded import EmbeddedServer
from keepsake.adapters.store import RedisStore
from redis.asyncio import Redis


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    """Start a real Valkey server for the whole run."""
    with EmbeddedServer(tmp_path_factory.mktemp("valkey")) as started:
        yield started


@pytest.fixture
async def valkey(server: EmbeddedServer) -> AsyncIterator[Redis]:
    """Empty the server, and give a plain client to look behind the store."""
    client = Redis.from_url(server.url)
    await client.flushall()
    yield client
    await client.aclose()


@pytest.fixture
async def store(server: EmbeddedServer, valkey: Redis) -> AsyncIterator[RedisStore]:  # noqa: ARG001 - emptied first
    """Open a store on the real server, empty."""
    opened = RedisStore(server.url, timeout_seconds=2.0)  # the machine may be busy
    yield opened
    await opened.close()
