"""Registers a servicer under the names of its proto, from the descriptor.

The generated `add_..._to_server` would parse every request and serialise every answer. The
innermost interceptor parses, and a stored decision goes out as the bytes that were stored: a
servicer may return either bytes or a message.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import grpc
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from keepsake.rpc.interceptors.wrapping import Interceptor, Method, wrapped

Rpc: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"

_MAKERS: Mapping[tuple[bool, bool], Callable[..., Rpc]] = {
    (False, False): grpc.unary_unary_rpc_method_handler,
    (False, True): grpc.unary_stream_rpc_method_handler,
    (True, False): grpc.stream_unary_rpc_method_handler,
    (True, True): grpc.stream_stream_rpc_method_handler,
}


def register(
    server: grpc.aio.Server,
    service: ServiceDescriptor,
    servicer: object,
    *,
    interceptors: Sequence[Interceptor],
) -> None:
    """Serve every method of `service` by the method of `servicer` that has its name."""
    handlers = {method.name: _rpc(method, servicer, interceptors) for method in service.methods}
    server.add_registered_method_handlers(service.full_name, handlers)


def _rpc(
    descriptor: MethodDescriptor, servicer: object, interceptors: Sequence[Interceptor]
) -> Rpc:
    streams = (descriptor.client_streaming, descriptor.server_streaming)
    path = f"/{descriptor.containing_service.full_name}/{descriptor.name}"
    method = Method(path, *streams, GetMessageClass(descriptor.input_type))
    behaviour = wrapped(method, getattr(servicer, descriptor.name), interceptors)
    return _MAKERS[streams](behaviour, response_serializer=_bytes_of)


def _bytes_of(answer: bytes | Message) -> bytes:
    return answer if isinstance(answer, bytes) else answer.SerializeToString()
