"""Puts the interceptors together: their order, and which method has which limits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message_factory import GetMessageClass

from keepsake.rpc.identity.credentials import Credentials
from keepsake.rpc.interceptors.deadlines import Deadlines
from keepsake.rpc.interceptors.errors import Errors
from keepsake.rpc.interceptors.identity import Asserting, Identifying
from keepsake.rpc.interceptors.limits import Limits, Places
from keepsake.rpc.interceptors.packs import Packs
from keepsake.rpc.interceptors.reading import Reading
from keepsake.rpc.interceptors.recording import Recording
from keepsake.rpc.interceptors.wrapping import Interceptor
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
    f"{_POLICY}/GetBudgets",
)
BATCH_SCAN = f"{_INTERCEPT}/BatchScan"
SCAN = f"{_INTERCEPT}/Scan"
SCANS = (BATCH_SCAN, SCAN)
HEALTH_CHECK = "/grpc.health.v1.Health/Check"
WATCHES = (
    "/grpc.health.v1.Health/Watch",
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
)


def build_stack(
    options: ServerOptions, scan_places: Places, credentials: Credentials | None
) -> Sequence[Interceptor]:
    """Return the interceptors, outermost first; `scan_places` are those that score.

    Without `credentials` everybody is believed, and there is nobody to keep to packs.
    """
    limits = options.limits
    places = dict.fromkeys(CALLS, Places("concurrent_calls", limits.concurrent_calls))
    places |= {BATCH_SCAN: scan_places, SCAN: Places("open_scans", limits.open_scans)}
    places |= dict.fromkeys(WATCHES, Places("open_watches", limits.open_watches))
    most_bytes = dict.fromkeys(CALLS, limits.call_bytes) | dict.fromkeys(SCANS, limits.scan_bytes)
    most_bytes |= dict.fromkeys((HEALTH_CHECK, *WATCHES), limits.probe_bytes)
    return (
        Recording(Metrics(options.registry)),
        Errors(),
        Limits(places),
        Deadlines(dict.fromkeys(CALLS, limits.call_seconds) | {BATCH_SCAN: limits.scan_seconds}),
        Identifying(credentials) if credentials else Asserting(),
        Reading(most_bytes),
        *((Packs(),) if credentials else ()),
    )


def warm(methods: Iterable[MethodDescriptor]) -> None:
    """Compile the rules of each request now: the first caller should not wait for it."""
    for method in methods:
        violations(GetMessageClass(method.input_type)())
