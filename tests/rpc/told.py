"""What a refused call told its caller, decoded."""

from __future__ import annotations

import grpc
import pytest
from google.protobuf.message import Message
from google.rpc import error_details_pb2
from grpc_status import rpc_status


async def refusal(call) -> grpc.aio.AioRpcError:
    """Await a call that must fail, and return its error."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return caught.value


def details(error: grpc.aio.AioRpcError) -> dict[str, Message]:
    """Return the details of the error's status by name; a name that comes twice fails."""
    status = rpc_status.from_call(_Call(error))
    found = {}
    for detail in status.details:
        kind = detail.TypeName().rpartition(".")[2]
        assert kind not in found
        found[kind] = getattr(error_details_pb2, kind)()
        detail.Unpack(found[kind])
    return found


class _Call:
    """Shows an asyncio error as the call that grpc_status reads."""

    def __init__(self, error: grpc.aio.AioRpcError) -> None:
        self.code, self.details = error.code, error.details
        self.trailing_metadata = lambda: tuple(error.trailing_metadata())
