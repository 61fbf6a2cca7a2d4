"""One shape for calls of any arity: a coroutine of request (or requests) and context.

An interceptor of gRPC's own is asked at every call which handler to use. Each of ours wraps the
behaviour of a method once, when the method is registered, and costs nothing beyond what it does.
"""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf.message import Message

Context = grpc.aio.ServicerContext[Any, Any]
Behaviour = Callable[[Any, Context], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Method:
    """A method of the API: its path, its shape, and what is asked of it."""

    path: str
    streams_requests: bool
    streams_responses: bool
    request: type[Message]

    @property
    def is_infrastructure(self) -> bool:
        """Whether it belongs to gRPC itself (health, reflection) and not to Keepsake."""
        return self.path.startswith("/grpc.")


class Interceptor(ABC):
    """Adds something to the behaviour of each method, whatever its arity."""

    @abstractmethod
    def wrap(self, method: Method, behaviour: Behaviour) -> Behaviour:
        """Return `behaviour` with what this interceptor adds, or as it is."""


def wrapped(
    method: Method, behaviour: Callable[..., Any], interceptors: Sequence[Interceptor]
) -> Behaviour:
    """Return a servicer's behaviour within all interceptors; the first is the outermost."""
    inner = _coroutine(behaviour)
    for interceptor in reversed(interceptors):
        inner = interceptor.wrap(method, inner)
    return inner


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
