"""Health as probes ask for it: the server (""), each service, and each pack (`pack/<id>`)."""

from __future__ import annotations

from collections.abc import Iterable

from grpc_health.v1.health import aio as health_aio
from grpc_health.v1.health_pb2 import HealthCheckResponse


class Health:
    """Keeps what probes are told; a watcher hears of every change."""

    def __init__(self) -> None:
        self.servicer = health_aio.HealthServicer()

    async def set_services(self, names: Iterable[str]) -> None:
        """Tell that these services are served."""
        for name in names:
            await self._set(name, serving=True)

    async def set_pack(self, pack: str, *, serving: bool) -> None:
        """Tell whether a pack answers: probe `pack/<id>`."""
        await self._set(f"pack/{pack}", serving=serving)

    async def leave(self) -> None:
        """Tell for good that nothing is served any more."""
        await self.servicer.enter_graceful_shutdown()

    async def _set(self, name: str, *, serving: bool) -> None:
        status = HealthCheckResponse.SERVING if serving else HealthCheckResponse.NOT_SERVING
        await self.servicer.set(name, status)
