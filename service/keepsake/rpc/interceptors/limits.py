"""Refuses at once what is more than the server takes: a late answer helps nobody."""

from __future__ import annotations

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
        self.taken = 0

    def __enter__(self) -> None:
        """Take one place, or refuse; waiting would only pass the overload on."""
        if self.taken >= self.limit:
            raise TooMuch(f"{self.limit} calls run already, which is the limit", self.name)
        self.taken += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the place back, however the call ended."""
        self.taken -= 1


class Limits(Interceptor):
    """Lets as many calls run at once as there are places for their method.

    Scans have places of their own, so that no number of them keeps an intercept waiting. Methods
    without places (health, reflection) are not limited: a Watch lasts for ever.
    """

    def __init__(self, places: Mapping[str, Places]) -> None:
        super().__init__()
        self._places = places

    def wrap(self, method: Method, behaviour: Behaviour) -> Behaviour:
        """Hold one of the method's places while the behaviour runs."""
        places = self._places.get(method.path)
        if places is None:
            return behaviour

        async def in_a_place(request: Any, context: Context) -> Any:
            with places:
                return await behaviour(request, context)

        return in_a_place
