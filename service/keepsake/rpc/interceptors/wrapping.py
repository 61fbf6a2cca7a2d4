"""One shape for calls of any arity: a coroutine of request (or requests) and context.

An interceptor of gRPC chooses handlers; what it adds must happen inside the handler, where an
abort can be awaited. So each of ours wraps a method's handler once and keeps it.
"""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, TypeAlias

import grpc

from keepsake.rpc.registration import Rpc, make_rpc

Context = grpc.aio.ServicerContext[Any, Any]
Behaviour = Callable[[Any, Context], Awaitable[Any]]
Continuation: TypeAlias = "Callable[[grpc.HandlerCallDetails], Awaitable[Rpc | None]]"


@dataclass(frozen=True, slots=True)
class Method:
    """A method of the API: its path, its shape, and how its request is parsed."""

    path: str
    streams_requests: bool
    streams_responses: bool
    parse: Callable[[bytes], Any]

    @property
    def is_infrastructure(self) -> bool:
        """Whether it belongs to gRPC itself (health, reflection) and not to Keepsake."""
        return self.path.startswith("/grpc.")


class Interceptor(grpc.aio.ServerInterceptor, ABC):
    """Wraps each method's behaviour once, whatever its arity."""

    takes_bytes = False  # whether the wrapped behaviour gets requests unparsed

    def __init__(self) -> None:
        self._wrapped: dict[str, Rpc] = {}

    @abstractmethod
    def wrap(self, method: Method, behaviour: Behaviour) -> Behaviour:
        """Return `behaviour` with what this interceptor adds, or as it is."""

    async def intercept_service(
        self, continuation: Continuation, handler_call_details: grpc.HandlerCallDetails
    ) -> Rpc | None:
        """Return the wrapped handler of a known method; None leads to UNIMPLEMENTED."""
        path = handler_call_details.method
        if path not in self._wrapped:
            rpc = await continuation(handler_call_details)
            if rpc is None:
                return None
            self._wrapped[path] = self._wrap(path, rpc)
        return self._wrapped[path]

    def _wrap(self, path: str, rpc: Rpc) -> Rpc:
        streams = (bool(rpc.request_streaming), bool(rpc.response_streaming))
        method = Method(path, *streams, rpc.request_deserializer or bytes)
        return make_rpc(
            self.wrap(method, _coroutine(_behaviour_of(rpc))),
            streams,
            request_deserializer=None if self.takes_bytes else rpc.request_deserializer,
            response_serializer=rpc.response_serializer,
        )


def _behaviour_of(rpc: Rpc) -> Callable[..., Any]:
    request = "stream" if rpc.request_streaming else "unary"
    response = "stream" if rpc.response_streaming else "unary"
    behaviour: Callable[..., Any] = getattr(rpc, f"{request}_{response}")
    return behaviour


def _coroutine(behaviour: Callable[..., Any]) -> Behaviour:
    """Make a generator of responses a coroutine that writes them; each waits for the last."""
    if not inspect.isasyncgenfunction(behaviour):
        return behaviour

    async def write_each(request: Any, context: Context) -> None:
        responses: AsyncIterator[Any]
        async with aclosing(behaviour(request, context)) as responses:
            async for response in responses:
                await context.write(response)

    return write_each
