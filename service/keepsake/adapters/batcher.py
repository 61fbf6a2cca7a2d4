"""Send what concurrent callers ask for together: one pipeline per turn of the event loop.

A command alone costs six times what it costs among many, and the store syncs its disk once per
pipeline. So commands wait until the turn ends, and, while enough pipelines are under way, until
one lands.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

Command = tuple[str | bytes | int, ...]
Send = Callable[[Sequence[Command]], Awaitable[Sequence[Any]]]
"""Sends commands and returns their replies in order; a reply may be an exception."""


class Batcher:
    """Collects commands into pipelines, of which `most_under_way` are sent at a time."""

    def __init__(self, send: Send, *, most_under_way: int = 2, most_commands: int = 256) -> None:
        self._send = send
        self._most_under_way = most_under_way
        self._most_commands = most_commands
        self._waiting: list[tuple[Command, asyncio.Future[Any]]] = []
        self._under_way: set[asyncio.Task[None]] = set()
        self._is_due = False

    async def call(self, command: Command) -> Any:
        """Send one command together with others, and return its reply or raise its error."""
        return await self.post(command)

    def post(self, command: Command) -> asyncio.Future[Any]:
        """Send one command together with others, and return what will be its reply."""
        loop = asyncio.get_running_loop()
        reply: asyncio.Future[Any] = loop.create_future()
        self._waiting.append((command, reply))
        if not self._is_due:
            self._is_due = True
            loop.call_soon(self._depart)
        return reply

    async def drain(self) -> None:
        """Wait until every command has its reply."""
        while self._waiting or self._under_way:
            await asyncio.gather(*self._under_way)
            await asyncio.sleep(0)

    def _depart(self) -> None:
        self._is_due = False
        while self._waiting and len(self._under_way) < self._most_under_way:
            batch = self._waiting[: self._most_commands]
            del self._waiting[: self._most_commands]
            task = asyncio.get_running_loop().create_task(self._carry(batch))
            self._under_way.add(task)
            task.add_done_callback(self._land)

    def _land(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._depart()

    async def _carry(self, batch: list[tuple[Command, asyncio.Future[Any]]]) -> None:
        try:
            replies = await self._send([command for command, _ in batch])
        except BaseException as error:  # noqa: BLE001 - whatever it is, each waiting caller gets it
            replies = [error] * len(batch)
        for (_, future), reply in zip(batch, replies, strict=True):
            if future.done():  # its caller gave up
                continue
            if isinstance(reply, BaseException):
                future.set_exception(reply)
            else:
                future.set_result(reply)
