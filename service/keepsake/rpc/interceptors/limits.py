"""Refuses at once what is more than the server takes: a late answer helps nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from keepsake.core.errors import TooMuch
from keepsake.rpc.interceptors.wrapping import Behaviour, Context, Interceptor, Method


class Places:
    """A fixed number of calls that may run at once, shared by some methods."""

    def __init__(self, name: str, limit: int) -> None:
        self.name = name
        self.limit = limit
        self._free = asyncio.Semaphore(limit)

    def refuse_if_full(self) -> None:
        """Refuse a call that would have to wait, which only passes the overload on."""
        if self._free.locked():
            raise TooMuch(f"{self.limit} calls run already, which is the limit", self.name)

    async def __aenter__(self) -> None:
        """Take a place; wait for one where none is free."""
        await self._free.acquire()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the place back, however the call ended."""
        self._free.release()


class Limits(Interceptor):
    """Lets as many calls run at once as there are places for their method.

    Scans have places of their own, so that no number of them keeps an intercept waiting. Streams
    have places for being open, which says nothing of the work. Methods without places (a health
    check) are not limited: they answer at once.
    """

    def __init__(self, places: Mapping[str, Places]) -> None:
        self._places = places

    def wrap(self, method: Method, behaviour: Behaviour) -> Behaviour:
        """Hold one of the method's places while the behaviour runs."""
        places = self._places.get(method.path)
        if places is None:
            return behaviour

        async def in_a_place(request: Any, context: Context) -> Any:
            places.refuse_if_full()
            async with places:
                return await behaviour(request, context)

        return in_a_place
