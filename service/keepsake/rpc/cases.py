"""What the edge asks of the cases."""

from __future__ import annotations

from typing import Any, Protocol

from keepsake.core.principal import Principal
from keepsake.v1.case_pb2 import GetCaseRequest, GetCaseResponse


class Cases(Protocol):
    """Works cases; refuses with an error of `keepsake.core.errors`."""

    async def step(self, name: str, request: Any, principal: Principal) -> bytes:
        """Take the step of this name and return the bytes of its answer."""

    async def get(self, request: GetCaseRequest, principal: Principal) -> GetCaseResponse:
        """Return a case with all its events."""
