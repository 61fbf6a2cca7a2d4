"""Holds calls back for the blink of an eye in which the server stops taking any.

gRPC's core ends what it has taken in, but not yet handed to Python when the server stops, with
CANCELLED (grpc/grpc#41785). So before the stop, calls that come are held, those that run end, and
hardly any is on its way; after it, the held ones are answered. Callers learn to connect elsewhere
before they have an answer, and so before they ask again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Container
from contextlib import asynccontextmanager
from typing import Any

from keepsake.rpc.interceptors.wrapping import Behaviour, Context, Interceptor, Method

_QUIET_SECONDS = 0.03  # without a new call, and none under way
_LONGEST_SECONDS = 0.3


class Holding(Interceptor):
    """Lets calls of these methods pass, except while they are held."""

    def __init__(self, paths: Container[str]) -> None:
        self._paths = paths
        self._opened = asyncio.Event()
        self._opened.set()
        self._running = self._came = 0

    def wrap(self, method: Method, behaviour: Behaviour) -> Behaviour:
        """Wait where calls are held, and count those that run."""
        if method.path not in self._paths:
            return behaviour

        async def pass_when_open(request: Any, context: Context) -> Any:
            self._came += 1
            if not self._opened.is_set():
                await self._opened.wait()
            self._running += 1
            try:
                return await behaviour(request, context)
            finally:
                self._running -= 1

        return pass_when_open

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Hold calls from now on; enter once hardly any are on their way."""
        self._opened.clear()
        loop = asyncio.get_running_loop()
        until, came = loop.time() + _LONGEST_SECONDS, -1
        while (self._running or came != self._came) and loop.time() < until:
            came = self._came
            await asyncio.sleep(_QUIET_SECONDS)
        try:
            yield
        finally:
            self._opened.set()
