"""Lets a call in when it is known who makes it, and that they may."""

from __future__ import annotations

from math import inf
from time import monotonic
from typing import Any

from keepsake.core.errors import NotPermitted
from keepsake.core.principal import DEVELOPMENT
from keepsake.rpc.call import current_call
from keepsake.rpc.identity.credentials import Credentials
from keepsake.rpc.interceptors.wrapping import Behaviour, Context, Interceptor, Method
from keepsake.rpc.permissions import ANYBODY, MAY_CALL

MARK = (("keepsake-identity", "development"),)
"""What answers of development carry, so that nobody takes it for anything else."""

_MARK_EVERY_SECONDS = 1.0  # on each call it would be the dearest part of development


class Asserting(Interceptor):
    """Believes everybody: development, where nobody can prove anything."""

    def wrap(self, method: Method, behaviour: Behaviour) -> Behaviour:
        """Make every call one of development, and have one answer of each second say so."""
        if MAY_CALL[method.path] is ANYBODY:
            return behaviour
        due = -inf

        async def asserted(request: Any, context: Context) -> Any:
            nonlocal due
            current_call().principal = DEVELOPMENT
            if (now := monotonic()) >= due:
                due = now + _MARK_EVERY_SECONDS
                context.set_trailing_metadata(MARK)
            return await behaviour(request, context)

        return asserted


class Identifying(Interceptor):
    """Asks each call for its credentials, and looks up in the table who may make it."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    def wrap(self, method: Method, behaviour: Behaviour) -> Behaviour:
        """Refuse who is unknown, or has no role that may call this."""
        allowed = MAY_CALL[method.path]
        if allowed is ANYBODY:
            return behaviour
        identify = self._credentials.principal

        async def identified(request: Any, context: Context) -> Any:
            principal = identify(context)
            if principal is DEVELOPMENT:
                context.set_trailing_metadata(MARK)
            elif allowed.isdisjoint(principal.roles):
                roles = tuple(sorted(allowed))
                told = f"{method.path} takes one of the roles {', '.join(roles)}"
                raise NotPermitted(told, roles=roles)
            current_call().principal = principal
            return await behaviour(request, context)

        return identified
