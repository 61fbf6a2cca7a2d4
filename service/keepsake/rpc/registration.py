"""Registers a servicer under the names of its proto, from the descriptor.

The generated `add_..._to_server` would serialise every answer. A stored decision goes out as the
bytes that were stored, so here a servicer may return either bytes or a message.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import grpc
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

Rpc: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"

_MAKERS: Mapping[tuple[bool, bool], Callable[..., Rpc]] = {
    (False, False): grpc.unary_unary_rpc_method_handler,
    (False, True): grpc.unary_stream_rpc_method_handler,
    (True, False): grpc.stream_unary_rpc_method_handler,
    (True, True): grpc.stream_stream_rpc_method_handler,
}


def register(server: grpc.aio.Server, service: ServiceDescriptor, servicer: object) -> None:
    """Serve every method of `service` by the method of `servicer` that has its name."""
    handlers = {method.name: _rpc(method, servicer) for method in service.methods}
    server.add_registered_method_handlers(service.full_name, handlers)


def make_rpc(behaviour: Callable[..., Any], streams: tuple[bool, bool], **serializers: Any) -> Rpc:
    """Build what gRPC calls for a behaviour; `streams` tells requests and responses."""
    return _MAKERS[streams](behaviour, **serializers)


def _rpc(method: MethodDescriptor, servicer: object) -> Rpc:
    return make_rpc(
        getattr(servicer, method.name),
        (method.client_streaming, method.server_streaming),
        request_deserializer=GetMessageClass(method.input_type).FromString,
        response_serializer=_bytes_of,
    )


def _bytes_of(answer: bytes | Message) -> bytes:
    return answer if isinstance(answer, bytes) else answer.SerializeToString()
