"""How a server that others take over from lets go of its callers."""

import asyncio
from itertools import count

import grpc
import pytest
from keepsake.rpc.listening import stop_listening
from keepsake.v1.decision_pb2 import Decision, LetGo
from keepsake.v1.intercept_pb2 import RecommendResponse

from tests.rpc.advisors import an_intercept


async def test_a_server_that_stops_listening_answers_who_is_connected(server, intercepts):
    """Would catch a stop that cuts callers off while they could still be sent elsewhere."""
    await intercepts.Recommend(an_intercept("before"))

    stop_listening(server.port)
    answer = await intercepts.Recommend(an_intercept("after"))

    assert "after" == answer.decision.request_id
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", server.port)


async def test_no_call_is_cut_off_where_the_server_stops(serving, calling):
    """Busy callers learn that nobody listens (UNAVAILABLE), and never lose a call (CANCELLED)."""
    ended = []

    async def call_until_refused(stub, caller):
        try:
            for number in count():
                await stub.Recommend(an_intercept(f"{caller}-{number}"))
        except grpc.aio.AioRpcError as error:
            ended.append(error.code())

    async with serving(grace_seconds=20) as server, calling(server) as stub:
        callers = [asyncio.create_task(call_until_refused(stub, n)) for n in range(20)]
        await stub.Recommend(an_intercept())
        await server.drain()
        await asyncio.gather(*callers)

    assert [grpc.StatusCode.UNAVAILABLE] * 20 == ended


async def test_a_call_that_a_stop_cut_off_is_asked_again(ask):
    """Other servers may stop less gently; asked twice, a decision is still one."""
    asked = []

    async def recommend(request, context):
        asked.append(request)
        if len(asked) == 1:
            await context.abort(grpc.StatusCode.CANCELLED)
        let_go = LetGo(way_out="free")
        decision = Decision(request_id="r-1", let_go=let_go)
        return RecommendResponse(decision=decision).SerializeToString()

    server = grpc.aio.server()
    rpcs = {"Recommend": grpc.unary_unary_rpc_method_handler(recommend)}
    server.add_registered_method_handlers("keepsake.v1.InterceptService", rpcs)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()

    answer = await ask(f"127.0.0.1:{port}", an_intercept("r-1"), seconds=10)
    await server.stop(None)

    assert not answer.proceed
    assert 2 == len(asked)
    assert asked[0] == asked[1]
