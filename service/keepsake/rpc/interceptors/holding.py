"""Holds calls back for the blink of an eye in which the server stops taking any.

gRPC's core ends what it has taken in but not yet handed to Python with CANCELLED when the server
stops (grpc/grpc#41785), which no client tries again. So before the stop, calls are taken in and
held until hardly any are on their way, and answered after it: callers learn to connect elsewhere
before they have an answer, and so before they ask again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc

from keepsake.rpc.interceptors.wrapping import Continuation
from keepsake.rpc.registration import Rpc

_QUIET_SECONDS = 0.02
_LONGEST_SECONDS = 0.2


class Holding(grpc.aio.ServerInterceptor):
    """Lets calls pass, except while they are held."""

    def __init__(self) -> None:
        self._opened: asyncio.Event | None = None
        self._came = 0

    async def intercept_service(
        self, continuation: Continuation, handler_call_details: grpc.HandlerCallDetails
    ) -> Rpc | None:
        """Wait where calls are held."""
        if self._opened is not None:
            self._came += 1
            await self._opened.wait()
        return await continuation(handler_call_details)

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Hold calls from now on; enter once hardly any come, and let them pass at the end."""
        self._opened, loop = asyncio.Event(), asyncio.get_running_loop()
        until, came = loop.time() + _LONGEST_SECONDS, -1
        while came != self._came and loop.time() < until:
            came = self._came
            await asyncio.sleep(_QUIET_SECONDS)
        try:
            yield
        finally:
            self._opened.set()
            self._opened = None
