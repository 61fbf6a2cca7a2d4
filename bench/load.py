"""Load: calls kept under way all the time, or sent when they are due, whatever the server does."""

from __future__ import annotations

import random
import select
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from bench.http2 import Line

Body = Callable[[], bytes]
_KEPT_REPLIES = 20
_PATIENCE_SECONDS = 20.0
_PREFIX_BYTES = 5


class LoadFailed(Exception):
    """A load that measured failures; its figures mean nothing."""


@dataclass(slots=True)
class Outcome:
    """What came of a load: seconds of each call, in the order of their ends."""

    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0
    replies: list[bytes] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        """Return the calls that ended per second."""
        return len(self.latencies) / self.seconds

    def quantile(self, share: float) -> float:
        """Return the seconds within which this share of the calls was answered."""
        ordered = sorted(self.latencies)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


class Load:
    """Calls to one method of one server over a few connections."""

    def __init__(self, port: int, path: str, body: Body, *, connections: int) -> None:
        self._lines = [Line(port, path) for _ in range(connections)]
        self._body = body
        self._since: dict[tuple[int, int], float] = {}
        self.outcome = Outcome()

    def closed(self, in_flight: int, seconds: float) -> Outcome:
        """Keep so many calls under way on each connection: the next one goes when one ends."""
        started = time.perf_counter()
        until = started + seconds
        for place in range(len(self._lines)):
            for _ in range(in_flight):
                self._start(place, started)
            self._lines[place].flush()
        while self._since:
            for place, ended in self._wait(_PATIENCE_SECONDS):
                now = time.perf_counter()
                if now < until:
                    for _ in range(ended):
                        self._start(place, now)
                self._lines[place].flush()
            self.outcome.seconds = time.perf_counter() - started
        return self._checked()

    def open(self, rate: float, seconds: float) -> Outcome:
        """Send calls at random times, `rate` per second; each is timed from when it was due."""
        chance = random.Random(2)
        started = time.perf_counter()
        until, due, turn = started + seconds, started, 0
        while due < until or self._since:
            now = time.perf_counter()
            while due <= now and due < until:
                turn = (turn + 1) % len(self._lines)
                self._start(turn, due)
                self._lines[turn].flush()
                due += chance.expovariate(rate)
            patience = max(due - time.perf_counter(), 0.0) if due < until else _PATIENCE_SECONDS
            for place, _ in self._wait(patience, may_be_idle=due < until):
                self._lines[place].flush()
        self.outcome.seconds = time.perf_counter() - started
        return self._checked()

    def close(self) -> None:
        """Close the connections."""
        for line in self._lines:
            line.close()

    def _start(self, place: int, due: float) -> None:
        line = self._lines[place]
        keep = len(line.replies) * len(self._lines) < _KEPT_REPLIES
        self._since[place, line.call(self._body(), keep=keep)] = due

    def _wait(self, seconds: float, *, may_be_idle: bool = False) -> Iterator[tuple[int, int]]:
        """Yield the connections on which something came, with the number of calls that ended."""
        sockets = {line.socket: place for place, line in enumerate(self._lines)}
        ready, _, _ = select.select(sockets, (), (), seconds)
        if not ready and not may_be_idle:
            raise LoadFailed(f"no answer came within {seconds} seconds")
        for each in ready:
            place = sockets[each]
            ended = self._lines[place].ended()
            now = time.perf_counter()
            for stream in ended:
                self.outcome.latencies.append(now - self._since.pop((place, stream)))
            yield place, len(ended)

    def _checked(self) -> Outcome:
        failed = [block for line in self._lines for block in line.failed]
        if failed:
            raise LoadFailed(f"{len(failed)} calls failed, the first with {failed[0]!r}")
        self.outcome.replies = [
            bytes(reply[_PREFIX_BYTES:]) for line in self._lines for reply in line.replies.values()
        ]
        return self.outcome


@contextmanager
def load(port: int, path: str, body: Body, *, connections: int) -> Iterator[Load]:
    """Open the connections for one load, and close them."""
    opened = Load(port, path, body, connections=connections)
    try:
        yield opened
    finally:
        opened.close()
