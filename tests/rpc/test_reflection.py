import asyncio
import json
import subprocess
import sys
from pathlib import Path

import grpc
import pytest
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.json_format import MessageToJson
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

from tests.rpc.advisors import DECISION_ID, an_intercept

SERVICES = {
    "grpc.health.v1.Health",
    "grpc.reflection.v1alpha.ServerReflection",
    "keepsake.v1.CaseService",
    "keepsake.v1.InterceptService",
    "keepsake.v1.PolicyService",
}


def reflected(port):
    """Ask a server for its services and for the methods of the first of ours."""
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        database = ProtoReflectionDescriptorDatabase(channel)
        services = set(database.get_services())
        service = DescriptorPool(database).FindServiceByName("keepsake.v1.InterceptService")
        return services, [method.name for method in service.methods]


async def test_tools_can_ask_for_services_and_methods(server):
    """Postman, grpcurl and buf curl need nothing but the address."""
    services, methods = await asyncio.to_thread(reflected, server.port)

    assert SERVICES == services
    assert ["Recommend", "GetDecision", "Explain", "BatchScan", "Scan"] == methods


async def test_reflection_can_be_switched_off(serving):
    """An operator may not want to show the API to whoever can connect."""
    async with serving(reflection=False) as server:
        with pytest.raises(grpc.RpcError) as caught:
            await asyncio.to_thread(reflected, server.port)

    assert grpc.StatusCode.UNIMPLEMENTED == caught.value.code()


async def buf_curl(port, method, body):
    """Call a method as a person at a shell would."""
    buf = Path(sys.executable).with_name("buf")
    url = f"http://127.0.0.1:{port}/{method}"
    command = [buf, "curl", "--protocol", "grpc", "--http2-prior-knowledge", "-d", body, url]
    return await asyncio.to_thread(subprocess.run, command, capture_output=True, timeout=30)


async def test_buf_curl_gets_a_decision(server):
    """The line of the integrator's page works with nothing but reflection."""
    body = MessageToJson(an_intercept())

    done = await buf_curl(server.port, "keepsake.v1.InterceptService/Recommend", body)

    assert (0, b"") == (done.returncode, done.stderr)
    assert DECISION_ID == json.loads(done.stdout)["decision"]["decisionId"]


async def test_buf_curl_shows_which_fields_are_wrong(server):
    """The details of a status are readable at a shell."""
    done = await buf_curl(server.port, "keepsake.v1.InterceptService/Recommend", "{}")

    told = json.loads(done.stderr)
    assert "invalid_argument" == told["code"]
    assert ["google.rpc.ErrorInfo", "google.rpc.BadRequest"] == [
        detail["type"] for detail in told["details"]
    ]


async def test_buf_curl_asks_for_the_health_of_a_pack(server):
    """The same line serves as a health check."""
    await server.health.set_pack("travel", serving=True)

    done = await buf_curl(
        server.port, "grpc.health.v1.Health/Check", json.dumps({"service": "pack/travel"})
    )

    assert {"status": "SERVING"} == json.loads(done.stdout)
