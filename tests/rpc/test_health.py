import asyncio

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from tests.rpc.told import refusal

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING
UNKNOWN = health_pb2.HealthCheckResponse.SERVICE_UNKNOWN


@pytest.fixture
def health(channel):
    """Open a stub of the health service."""
    return health_pb2_grpc.HealthStub(channel)


def about(name=""):
    """Ask about the server, or about one name."""
    return health_pb2.HealthCheckRequest(service=name)


@pytest.mark.parametrize("name", ["", "keepsake.v1.InterceptService", "keepsake.v1.PolicyService"])
async def test_a_server_that_listens_is_serving(name, health):
    """Probes ask for the server or for one service; both must know."""
    response = await health.Check(about(name))

    assert SERVING == response.status


async def test_a_pack_has_a_health_of_its_own(server, health):
    """One broken pack is not a broken server."""
    await server.health.set_pack("jeweller", serving=True)
    await server.health.set_pack("travel", serving=False)

    jeweller = await health.Check(about("pack/jeweller"))
    travel = await health.Check(about("pack/travel"))
    whole = await health.Check(about())

    assert [SERVING, NOT_SERVING, SERVING] == [jeweller.status, travel.status, whole.status]


async def test_a_pack_nobody_has_is_not_found(health):
    """A probe with a wrong name must not stay green."""
    error = await refusal(health.Check(about("pack/florist")))

    assert grpc.StatusCode.NOT_FOUND == error.code()


async def test_a_watcher_hears_of_every_change(server, health):
    """Watch is what load balancers follow."""
    watch = health.Watch(about("pack/travel"))
    heard = [(await watch.read()).status]

    for serving in (True, False):
        await server.health.set_pack("travel", serving=serving)
        heard.append((await watch.read()).status)
    watch.cancel()

    assert [UNKNOWN, SERVING, NOT_SERVING] == heard


async def test_a_watcher_hears_the_server_leave(serving):
    """Without it a balancer would send calls to a server that is about to go."""
    async with (
        serving(notice_seconds=0.05) as server,
        grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel,
    ):
        watch = health_pb2_grpc.HealthStub(channel).Watch(about())
        first = await watch.read()
        draining = asyncio.ensure_future(server.drain())
        second = await watch.read()
        watch.cancel()
        await draining

    assert [SERVING, NOT_SERVING] == [first.status, second.status]
