"""What the edge knows of the call in hand, from its outermost layer to the servicer."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from dataclasses import dataclass
from math import inf

from keepsake.core.principal import Principal


@dataclass(slots=True)
class Call:
    """One call: what to log it under, when it must end by the loop's clock, and who makes it."""

    request_id: str = ""
    decision_id: str = ""
    reason: str = ""
    ends: float = inf
    principal: Principal | None = None


# grpc.aio gives each call a task of its own, so each call sees its own value.
_CURRENT: ContextVar[Call] = ContextVar("keepsake_call")


def begin_call() -> Call:
    """Start the notes of the call in hand."""
    call = Call()
    _CURRENT.set(call)
    return call


def current_call() -> Call:
    """Return the notes of the call in hand; fresh ones where none was begun."""
    return _CURRENT.get(None) or begin_call()


def current_principal() -> Principal:
    """Return who makes the call in hand; nobody is taken for granted."""
    principal = current_call().principal
    if principal is None:
        raise RuntimeError("nobody found out who makes this call")
    return principal


def seconds_left() -> float:
    """Return the time that remains for the call in hand; infinity where nothing limits it."""
    return current_call().ends - asyncio.get_running_loop().time()
