"""A circuit breaker: whoever failed several times in a row is left alone for a while.

Then one call tries whether it is back; all others go on without, so that nobody waits in vain.
"""

from __future__ import annotations

_FAILURES = 5
_PAUSE_SECONDS = 5.0


class Breaker:
    """Counts failures in a row; times are those of one clock that never goes back, in seconds."""

    def __init__(self, *, failures: int = _FAILURES, pause_seconds: float = _PAUSE_SECONDS) -> None:
        self._most = failures
        self._pause_seconds = pause_seconds
        self._failures = 0
        self._rests_until = 0.0

    def may_call(self, now: float) -> bool:
        """Tell whether to call; after a pause only the first who asks may, until the next one."""
        if self._failures < self._most:
            return True
        if now < self._rests_until:
            return False
        self._rests_until = now + self._pause_seconds
        return True

    def succeeded(self) -> None:
        """Note an answer."""
        self._failures = 0

    def failed(self, now: float) -> bool:
        """Note a failure; tell whether it is the one with which a pause begins."""
        self._failures += 1
        self._rests_until = now + self._pause_seconds
        return self._failures == self._most
