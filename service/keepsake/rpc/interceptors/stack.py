"""Puts the interceptors together: their order, and which method has which limits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import grpc
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message_factory import GetMessageClass

from keepsake.rpc.interceptors.deadlines import Deadlines
from keepsake.rpc.interceptors.errors import Errors
from keepsake.rpc.interceptors.limits import Limits, Places
from keepsake.rpc.interceptors.reading import Reading
from keepsake.rpc.interceptors.recording import Recording
from keepsake.rpc.metrics import Metrics
from keepsake.rpc.options import ServerOptions
from keepsake.rpc.validation import violations

_INTERCEPT = "/keepsake.v1.InterceptService"
_POLICY = "/keepsake.v1.PolicyService"
CALLS = (
    f"{_INTERCEPT}/Recommend",
    f"{_INTERCEPT}/GetDecision",
    f"{_INTERCEPT}/Explain",
    f"{_POLICY}/ListPacks",
    f"{_POLICY}/SetSwitch",
)
BATCH_SCAN = f"{_INTERCEPT}/BatchScan"
SCAN = f"{_INTERCEPT}/Scan"
SCANS = (BATCH_SCAN, SCAN)


def build_stack(options: ServerOptions) -> Sequence[grpc.aio.ServerInterceptor]:
    """Return the interceptors, outermost first."""
    limits = options.limits
    call_places = Places("concurrent_calls", limits.concurrent_calls)
    scan_places = Places("concurrent_scans", limits.concurrent_scans)
    return (
        Recording(Metrics(options.registry)),
        Errors(),
        Limits(dict.fromkeys(CALLS, call_places) | dict.fromkeys(SCANS, scan_places)),
        Deadlines(dict.fromkeys(CALLS, limits.call_seconds) | {BATCH_SCAN: limits.scan_seconds}),
        Reading(dict.fromkeys(CALLS, limits.call_bytes) | dict.fromkeys(SCANS, limits.scan_bytes)),
    )


def warm(methods: Iterable[MethodDescriptor]) -> None:
    """Compile the rules of each request now: the first caller should not wait for it."""
    for method in methods:
        violations(GetMessageClass(method.input_type)())
