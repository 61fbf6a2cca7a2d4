"""Ends every call in time, whether or not its caller set a deadline."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
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
        super().__init__()
        self._longest_seconds = longest_seconds

    def wrap(self, method: Method, behaviour: Behaviour) -> Behaviour:
        """Cancel the behaviour when its time is over."""
        longest = self._longest_seconds.get(method.path)
        if longest is None:
            return behaviour

        async def end_in_time(request: Any, context: Context) -> Any:
            given: float | None = context.time_remaining()
            async with ending_in(longest if given is None else min(given, longest)):
                return await behaviour(request, context)

        return end_in_time


@asynccontextmanager
async def ending_in(seconds: float) -> AsyncIterator[None]:
    """Cancel what runs inside after `seconds`, and tell it by `seconds_left` until then."""
    current_call().ends = asyncio.get_running_loop().time() + seconds
    try:
        async with asyncio.timeout(seconds) as timer:
            yield
    except TimeoutError as error:
        if not timer.expired():  # somebody else's, and a defect that must show as one
            raise
        raise DeadlineTooShort(f"no answer within {seconds:.3g} seconds") from error
