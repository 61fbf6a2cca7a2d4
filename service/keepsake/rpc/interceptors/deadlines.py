"""Ends every call in time, whether or not its caller set a deadline."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from types import TracebackType
from typing import Any

from keepsake.core.errors import DeadlineTooShort
from keepsake.rpc.call import current_call
from keepsake.rpc.interceptors.wrapping import Behaviour, Context, Interceptor, Method


class Deadlines(Interceptor):
    """Gives each method its maximum; a caller's earlier deadline counts instead.

    Without it a caller that sets none could hold a place for ever. A method that `longest_seconds`
    does not name runs on: a Scan has a limit for each message, not for the stream.
    """

    def __init__(self, longest_seconds: Mapping[str, float]) -> None:
        self._longest_seconds = longest_seconds

    def wrap(self, method: Method, behaviour: Behaviour) -> Behaviour:
        """Cancel the behaviour when its time is over."""
        longest = self._longest_seconds.get(method.path)
        if longest is None:
            return behaviour

        async def end_in_time(request: Any, context: Context) -> Any:
            given: float | None = context.time_remaining()
            if given is not None and given <= longest:  # gRPC itself cancels it then
                current_call().ends = asyncio.get_running_loop().time() + given
                return await behaviour(request, context)
            with ending_in(longest):
                return await behaviour(request, context)

        return end_in_time


class ending_in:  # noqa: N801  # it reads as a phrase: `with ending_in(seconds)`
    """Cancels what runs inside after `seconds`, and tells it by `seconds_left` until then.

    It does what `asyncio.timeout` does, for a fifth of the price: each call needs one.
    """

    __slots__ = ("_before", "_is_over", "_seconds", "_task", "_timer")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._is_over = False

    def __enter__(self) -> None:
        """Set the time by which to end."""
        loop = asyncio.get_running_loop()
        ends = current_call().ends = loop.time() + self._seconds
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("only a task can end in time")
        self._task, self._before = task, task.cancelling()
        self._timer = loop.call_at(ends, self._end)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Tell the end of one's own time from any other cancellation."""
        self._timer.cancel()
        is_ours = self._is_over and self._task.uncancel() <= self._before
        if is_ours and kind is asyncio.CancelledError:
            raise DeadlineTooShort(f"no answer within {self._seconds:.3g} seconds") from error

    def _end(self) -> None:
        self._is_over = True
        self._task.cancel()


async def each_within(requests: AsyncIterator[Any], seconds: float) -> AsyncIterator[Any]:
    """Yield each request of a stream; end the call when the next does not come in time."""
    while True:
        timer = asyncio.timeout(seconds)
        try:
            async with timer:
                request = await anext(requests, None)
        except TimeoutError as late:
            if not timer.expired():
                raise
            raise DeadlineTooShort(f"no message came within {seconds:.3g} seconds") from late
        if request is None:
            return
        yield request
