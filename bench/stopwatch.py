"""A stopwatch for the parts of a call: who had the processor, and for how long.

It counts the processor time of its thread, so other work on the machine is not charged. Parts
nest; each is charged only for its own time. A coroutine is charged for the steps in which it runs,
not for those in which it waits, so many calls may be under way at once.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import statistics
from collections import Counter
from collections.abc import Callable, Coroutine, Generator
from time import thread_time
from typing import Any


class Stopwatch:
    """Charges time to the part that runs."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self._running: list[str] = []
        self._since = 0.0

    def enter(self, part: str) -> None:
        """Charge this part from now on."""
        now = thread_time()
        if self._running:
            self.seconds[self._running[-1]] += now - self._since
        self._running.append(part)
        self._since = now

    def leave(self) -> None:
        """Charge the part that was running before."""
        now = thread_time()
        self.seconds[self._running.pop()] += now - self._since
        self._since = now

    def timed(self, part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function, charged to the part whenever it runs."""

        @functools.wraps(function)
        async def timed_steps(*args: Any, **kwargs: Any) -> Any:
            return await _Steps(self, part, function(*args, **kwargs))

        @functools.wraps(function)
        def timed_call(*args: Any, **kwargs: Any) -> Any:
            self.enter(part)
            try:
                return function(*args, **kwargs)
            finally:
                self.leave()

        return timed_steps if inspect.iscoroutinefunction(function) else timed_call

    def watch(self, part: str, place: str) -> bool:
        """Time what stands at `module:name` or `module:Class.name`; tell whether it is there."""
        module, _, path = place.partition(":")
        *owners, name = path.split(".")
        try:
            owner = functools.reduce(getattr, owners, importlib.import_module(module))
            found = getattr(owner, name)
        except (ImportError, AttributeError):
            return False
        setattr(owner, name, self.timed(part, found))
        return True

    def watch_wrapping(self, part: str, owner: type) -> None:
        """Time what an interceptor adds to the behaviour that it wraps."""
        wrap = owner.wrap  # type: ignore[attr-defined]

        def wrap_and_time(one: Any, method: Any, behaviour: Any) -> Any:
            wrapped = wrap(one, method, behaviour)
            return wrapped if wrapped is behaviour else self.timed(part, wrapped)

        owner.wrap = wrap_and_time  # type: ignore[attr-defined]


class _Steps:
    """A coroutine whose every step is timed."""

    def __init__(self, watch: Stopwatch, part: str, coroutine: Coroutine[Any, Any, Any]) -> None:
        self._watch = watch
        self._part = part
        self._coroutine = coroutine

    def __await__(self) -> Generator[Any, Any, Any]:
        step = functools.partial(self._coroutine.send, None)
        while True:
            self._watch.enter(self._part)
            try:
                waited_for = step()
            except StopIteration as end:
                return end.value
            finally:
                self._watch.leave()
            try:
                step = functools.partial(self._coroutine.send, (yield waited_for))
            except BaseException as error:  # noqa: BLE001 - the coroutine's own to handle
                step = functools.partial(self._coroutine.throw, error)


class Pace:
    """How fast the machine is while something is measured: a fixed piece of Python, now and then.

    Where other work is on the machine, the piece takes longer, and so does all that is measured.
    """

    def __init__(self) -> None:
        self.pieces: list[float] = []

    def take(self) -> None:
        """Do the piece once, and keep how long it took."""
        started, total = thread_time(), 0
        for number in range(10_000):
            total += number
        self.pieces.append(thread_time() - started)

    @property
    def slowness(self) -> float:
        """The mean of the pieces as a multiple of the best one; 1 on a quiet machine."""
        return statistics.fmean(self.pieces) / min(self.pieces)
