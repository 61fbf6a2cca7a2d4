"""Puts the interceptors together: their order, and which method has which limits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

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
from keepsake.rpc.options import Limits as MostAtOnce
from keepsake.rpc.options import ServerOptions
from keepsake.rpc.services import CASE, HEALTH, INTERCEPT, OWN, REFLECTION, paths
from keepsake.rpc.validation import violations

_INTERCEPT = f"/{INTERCEPT.full_name}"
BATCH_SCAN = f"{_INTERCEPT}/BatchScan"
SCAN = f"{_INTERCEPT}/Scan"
SCANS = (BATCH_SCAN, SCAN)
BATCH_OUTCOMES = f"/{CASE.full_name}/BatchRecordOutcomes"
FORGET = f"/{CASE.full_name}/ForgetCustomer"  # it waits for a file to be rewritten
CALLS = tuple(
    path for path, method in paths(OWN) if path not in SCANS and not method.server_streaming
)
"""All methods of ours that answer once: none can be left out by mistake."""
WATCHES = tuple(
    path
    for path, method in paths((*OWN, HEALTH, REFLECTION))
    if path not in SCANS and method.server_streaming
)
"""What stays open and answers as things happen."""


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
    return (
        Recording(Metrics(options.registry)),
        Errors(),
        Limits(places),
        Deadlines(
            dict.fromkeys(CALLS, limits.call_seconds)
            | dict.fromkeys((BATCH_SCAN, FORGET, BATCH_OUTCOMES), limits.scan_seconds)
        ),
        Identifying(credentials) if credentials else Asserting(),
        Reading(_most_bytes(limits)),
        *((Packs(),) if credentials else ()),
    )


def _most_bytes(limits: MostAtOnce) -> Mapping[str, int]:
    """Return the limit of each method's messages."""
    of_ours = {
        path: limits.scan_bytes if method.name.startswith("Batch") else limits.call_bytes
        for path, method in paths(OWN)
    }
    of_grpc = {path: limits.probe_bytes for path, _ in paths((HEALTH, REFLECTION))}
    return {**of_grpc, **of_ours, SCAN: limits.scan_bytes}


def warm(methods: Iterable[MethodDescriptor]) -> None:
    """Compile the rules of each request now: the first caller should not wait for it."""
    for method in methods:
        violations(GetMessageClass(method.input_type)())
