"""Builds the gRPC server, runs it, and lets it go without dropping a call."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Sequence
from types import TracebackType
from typing import Self

import grpc
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection

from keepsake.rpc.advisor import Advisor
from keepsake.rpc.health import Health
from keepsake.rpc.intercept import InterceptServicer
from keepsake.rpc.interceptors.stack import build_stack, warm
from keepsake.rpc.listening import listen
from keepsake.rpc.options import ServerOptions
from keepsake.rpc.policy import PolicyServicer
from keepsake.rpc.registration import register
from keepsake.v1 import intercept_pb2, policy_pb2

INTERCEPT = intercept_pb2.DESCRIPTOR.services_by_name["InterceptService"]
POLICY = policy_pb2.DESCRIPTOR.services_by_name["PolicyService"]
HEALTH = health_pb2.DESCRIPTOR.services_by_name["Health"]


class RunningServer:
    """A server that listens: its port, its health, and its end."""

    def __init__(
        self, server: grpc.aio.Server, health: Health, options: ServerOptions, *, port: int | None
    ) -> None:
        self.port = port
        self.health = health
        self._server = server
        self._options = options

    async def run_until_signal(
        self, signals: Sequence[signal.Signals] = (signal.SIGTERM, signal.SIGINT)
    ) -> None:
        """Serve until one of `signals` comes, then drain."""
        loop, asked = asyncio.get_running_loop(), asyncio.Event()
        for each in signals:
            loop.add_signal_handler(each, asked.set)
        try:
            await asked.wait()
            await self.drain()
        finally:
            for each in signals:
                loop.remove_signal_handler(each)

    async def drain(self) -> None:
        """Tell balancers, give them time to turn away, and let calls in flight finish."""
        await self.health.leave()
        await asyncio.sleep(self._options.notice_seconds)
        await self._server.stop(self._options.grace_seconds)

    async def close(self) -> None:
        """Stop now; calls in flight are cancelled."""
        await self.health.leave()
        await self._server.stop(None)

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


async def serve(advisor: Advisor, options: ServerOptions) -> RunningServer:
    """Start to serve `advisor` as `options` say, on the loop that runs."""
    server = grpc.aio.server(interceptors=build_stack(options), options=_channel_options(options))
    health = Health()
    scan_seconds = options.limits.scan_seconds
    register(server, INTERCEPT, InterceptServicer(advisor, scan_seconds=scan_seconds))
    register(server, POLICY, PolicyServicer(advisor))
    register(server, HEALTH, health.servicer)
    names = [service.full_name for service in (INTERCEPT, POLICY, HEALTH)]
    if options.reflection:
        reflection.enable_server_reflection([*names, reflection.SERVICE_NAME], server)
    port = listen(server, options)
    warm((*INTERCEPT.methods, *POLICY.methods))
    await server.start()
    await health.set_services(names)
    return RunningServer(server, health, options, port=port)


def _channel_options(options: ServerOptions) -> Sequence[tuple[str, int]]:
    return (
        ("grpc.so_reuseport", int(options.reuse_port)),
        ("grpc.max_receive_message_length", options.limits.scan_bytes),
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
