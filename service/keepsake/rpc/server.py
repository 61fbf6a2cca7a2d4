"""Builds the gRPC server, runs it, and lets it go without dropping a call."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine, Sequence
from types import TracebackType
from typing import Any, Self

import grpc
import structlog
from google.protobuf.descriptor import ServiceDescriptor
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection, reflection_pb2

from keepsake.rpc.advisor import Advisor
from keepsake.rpc.case import CaseServicer
from keepsake.rpc.cases import Cases, Overview
from keepsake.rpc.health import Health
from keepsake.rpc.identity.joining import join, refuse_open_development
from keepsake.rpc.intercept import InterceptServicer
from keepsake.rpc.interceptors.holding import Holding
from keepsake.rpc.interceptors.limits import Places
from keepsake.rpc.interceptors.stack import CALLS, build_stack, warm
from keepsake.rpc.listening import listen, stop_listening
from keepsake.rpc.options import ServerOptions
from keepsake.rpc.policy import PolicyServicer
from keepsake.rpc.registration import register
from keepsake.v1 import case_pb2, intercept_pb2, policy_pb2

INTERCEPT = intercept_pb2.DESCRIPTOR.services_by_name["InterceptService"]
CASE = case_pb2.DESCRIPTOR.services_by_name["CaseService"]
POLICY = policy_pb2.DESCRIPTOR.services_by_name["PolicyService"]
HEALTH = health_pb2.DESCRIPTOR.services_by_name["Health"]
REFLECTION = reflection_pb2.DESCRIPTOR.services_by_name["ServerReflection"]

_LOG = structlog.get_logger("keepsake.rpc")
_BELIEVED = "DEVELOPMENT: whoever calls from this machine is believed and may do everything"
_GREETING_SECONDS = 0.25  # for connections that were just made to be greeted
_GOODBYE_SECONDS = 0.01  # for the news of the stop to be on its way before any answer
_STREAMS_OF_A_CONNECTION = 512  # what a caller calls beyond that waits on its own side


class RunningServer:
    """A server that listens: its port, its health, and its end."""

    def __init__(self, server: grpc.aio.Server, holding: Holding, options: ServerOptions) -> None:
        self.port: int | None = None
        self.health = Health()
        self._server = server
        self._holding = holding
        self._options = options
        self._asked = asyncio.Event()
        self._is_quiet = False
        self._chores: list[asyncio.Task[None]] = []

    def keep_up(self, chore: Coroutine[Any, Any, None]) -> None:
        """Do something beside the calls for as long as there are any."""
        self._chores.append(asyncio.ensure_future(chore))

    async def run_until_signal(
        self, signals: Sequence[signal.Signals] = (signal.SIGTERM, signal.SIGINT)
    ) -> None:
        """Serve until one of `signals` comes, or it is to leave quietly; then drain."""
        loop = asyncio.get_running_loop()
        for each in signals:
            loop.add_signal_handler(each, self._asked.set)
        try:
            await self._asked.wait()
            await self.drain()
        finally:
            for each in signals:
                loop.remove_signal_handler(each)

    def leave_quietly(self) -> None:
        """Drain without notice: others listen on the port, so a probe must not hear of it."""
        self._is_quiet = True
        self._asked.set()

    async def drain(self) -> None:
        """Tell balancers, give them time to turn away, and let calls in flight finish."""
        if not self._is_quiet:
            await self.health.leave()
            await asyncio.sleep(self._options.notice_seconds)
        if self.port is not None:
            stop_listening(self.port)
            await asyncio.sleep(_GREETING_SECONDS)
        async with self._holding.held():
            stopping = asyncio.ensure_future(self._server.stop(self._options.grace_seconds))
            await asyncio.sleep(_GOODBYE_SECONDS)
        await stopping
        self._end_chores()

    async def close(self) -> None:
        """Stop now; calls in flight are cancelled."""
        await self.health.leave()
        await self._server.stop(None)
        self._end_chores()

    def _end_chores(self) -> None:
        for chore in self._chores:
            chore.cancel()

    async def __aenter__(self) -> Self:
        """Return the server, which runs already."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop now."""
        await self.close()


async def serve(
    advisor: Advisor, cases: Cases, options: ServerOptions, *, overview: Overview
) -> RunningServer:
    """Start to serve `advisor`, `cases` and their `overview` as `options` say, on this loop."""
    refuse_open_development(options)
    credentials, keys = join(options.identity)
    holding = Holding(CALLS)
    limits = options.limits
    scan_places = Places("concurrent_scans", limits.concurrent_scans)
    stack = (holding, *build_stack(options, scan_places, credentials))
    server = grpc.aio.server(options=_channel_options(options))
    running = RunningServer(server, holding, options)
    intercepts = InterceptServicer(advisor, limits=limits, scan_places=scan_places)
    served: dict[ServiceDescriptor, object] = {
        INTERCEPT: intercepts,
        CASE: CaseServicer(cases, overview),
        POLICY: PolicyServicer(advisor),
        HEALTH: running.health.servicer,
    }
    names = [service.full_name for service in served]
    if options.reflection:
        served[REFLECTION] = reflection.aio.ReflectionServicer([*names, REFLECTION.full_name])
    for service, servicer in served.items():
        register(server, service, servicer, interceptors=stack)
    warm((*INTERCEPT.methods, *CASE.methods, *POLICY.methods))
    await running.health.set_services(names)
    running.port = listen(server, options)  # last: from now on callers connect
    await server.start()
    if keys is not None:
        running.keep_up(keys.keep_fresh())
    if options.identity.is_development:
        _LOG.warning("identity_development", told=_BELIEVED)
    return running


def _channel_options(options: ServerOptions) -> Sequence[tuple[str, int]]:
    return (
        ("grpc.so_reuseport", int(options.reuse_port)),
        ("grpc.max_receive_message_length", options.limits.scan_bytes),
        ("grpc.max_concurrent_streams", _STREAMS_OF_A_CONNECTION),
        # A Scan is read ahead by about 256 KiB; left to itself gRPC widens that to 4 MiB.
        ("grpc.http2.bdp_probe", 0),
        ("grpc.http2.lookahead_bytes", 256 * 1024),
        # Old connections are closed, so that callers spread over workers that came later.
        ("grpc.max_connection_age_ms", 300_000),
        ("grpc.max_connection_age_grace_ms", 30_000),
        # Dead peers are found; callers may ping every 30 s, also between calls.
        ("grpc.keepalive_time_ms", 60_000),
        ("grpc.keepalive_timeout_ms", 20_000),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.min_recv_ping_interval_without_data_ms", 30_000),
    )
