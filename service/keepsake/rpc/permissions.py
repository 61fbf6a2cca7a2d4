"""Which role may call what: one table for the whole API.

What is not in it cannot be served. A method that names no role is open to everybody, also without
an identity: a probe has none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from keepsake.core.principal import PERSONAL, ROLES, SYSTEM

EVERYBODY = ROLES
ANYBODY: frozenset[str] = frozenset()
_DESK = PERSONAL | {SYSTEM}
_READERS = _DESK | {"analyst"}
_WATCHERS = _READERS - {"agent"}
_APPROVERS = frozenset({"lead", "manager", "director"})
_GOVERNORS = frozenset({"manager", "director", "admin"})

MAY_CALL: Mapping[str, frozenset[str]] = {
    "/keepsake.v1.InterceptService/Recommend": _DESK,
    "/keepsake.v1.InterceptService/GetDecision": _READERS,
    "/keepsake.v1.InterceptService/Explain": _READERS,
    "/keepsake.v1.InterceptService/BatchScan": _WATCHERS,
    "/keepsake.v1.InterceptService/Scan": _WATCHERS,
    "/keepsake.v1.CaseService/RequestApproval": _DESK,
    "/keepsake.v1.CaseService/DecideApproval": _APPROVERS,
    "/keepsake.v1.CaseService/ListApprovals": _WATCHERS,
    "/keepsake.v1.CaseService/WatchApprovals": _WATCHERS,
    "/keepsake.v1.CaseService/ProposeOffer": _DESK,
    "/keepsake.v1.CaseService/WithdrawOffer": _DESK,
    "/keepsake.v1.CaseService/PresentOffer": _DESK,
    "/keepsake.v1.CaseService/AcceptOffer": _DESK,
    "/keepsake.v1.CaseService/DeclineOffer": _DESK,
    "/keepsake.v1.CaseService/SettlePromise": _DESK,
    "/keepsake.v1.CaseService/ListPromises": _READERS,
    "/keepsake.v1.CaseService/DraftDocument": _DESK,
    "/keepsake.v1.CaseService/DraftEvidence": _DESK,
    "/keepsake.v1.CaseService/StageDocument": _DESK,
    "/keepsake.v1.CaseService/ConfirmDocument": PERSONAL,
    "/keepsake.v1.CaseService/AdvanceCase": _DESK,
    "/keepsake.v1.CaseService/ListDue": _READERS,
    "/keepsake.v1.CaseService/AddNote": _DESK,
    "/keepsake.v1.CaseService/Assist": _DESK,
    "/keepsake.v1.CaseService/RecordOutcome": _DESK,
    "/keepsake.v1.CaseService/BatchRecordOutcomes": _DESK - {"agent"},
    "/keepsake.v1.CaseService/ValidateOutcome": _DESK - {"agent"},
    "/keepsake.v1.CaseService/GetCase": _READERS,
    "/keepsake.v1.CaseService/ListCases": _READERS,
    "/keepsake.v1.CaseService/WatchCases": _WATCHERS,
    "/keepsake.v1.CaseService/ForgetCustomer": frozenset({"admin", SYSTEM}),
    "/keepsake.v1.PolicyService/ListPacks": EVERYBODY,
    "/keepsake.v1.PolicyService/SetSwitch": _GOVERNORS,
    "/keepsake.v1.PolicyService/GetBudgets": _WATCHERS | _GOVERNORS,
    "/keepsake.v1.PolicyService/Audit": _GOVERNORS | {"analyst"},
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo": EVERYBODY,
    "/grpc.health.v1.Health/Check": ANYBODY,
    "/grpc.health.v1.Health/List": ANYBODY,
    "/grpc.health.v1.Health/Watch": ANYBODY,
}

_IDS = ("decision_id", "case_id", "approval_id")
"""Fields whose ids begin with the pack they belong to."""


def paths_of_pack(request: Any) -> Iterator[tuple[str, ...]]:
    """Yield where a request names a pack: its own fields, and those of all messages within it.

    `request` is a descriptor, of which protobuf has two types.
    """
    return _paths(request, ())


def _paths(message: Any, within: tuple[Any, ...]) -> Iterator[tuple[str, ...]]:
    for name in ("pack", *_IDS):
        if name in message.fields_by_name:
            yield (name,)
    for field in message.fields:
        inner = field.message_type
        if inner is None or inner in within or inner.file.package != message.file.package:
            continue
        if not inner.GetOptions().map_entry:
            yield from ((field.name, *path) for path in _paths(inner, (*within, message)))


def pack_named(field: str, value: str) -> str:
    """Return the pack that a field names: by itself, or by the beginning of an id, if it is one."""
    return value.rpartition(".")[0].partition(".")[0] if field in _IDS else value
