"""Which versions decided: the pack, the models of the kind, and Keepsake itself."""

from __future__ import annotations

from functools import lru_cache

from keepsake.answer.parts import in_bytes
from keepsake.snapshot import Snapshot
from keepsake.v1 import decision_pb2 as pb
from keepsake.version import VERSION


def versions_of(snapshot: Snapshot) -> pb.Versions:
    """Return the versions of a snapshot."""
    return pb.Versions.FromString(versions_in_bytes(snapshot))


def versions_in_bytes(snapshot: Snapshot) -> bytes:
    """Return the versions of a snapshot as they are recorded."""
    named = snapshot.models.named().items()
    return _written(snapshot.pack.digest, *[(n, one.digest, one.evidence) for n, one in named])


@lru_cache(maxsize=64)
def _written(pack_digest: str, *models: tuple[str, str, str]) -> bytes:
    """Write versions; a service has few, and every decision names some."""
    told = [
        pb.ModelVersion(name=name, digest=digest, evidence=evidence_of(evidence))
        for name, digest, evidence in models
    ]
    return in_bytes(pb.Versions(pack_digest=pack_digest, models=told, keepsake=VERSION))


def evidence_of(evidence: str) -> pb.Evidence.ValueType:
    """Return the API's word for what a model was learned from."""
    return pb.EVIDENCE_REAL if evidence == "real" else pb.EVIDENCE_SIMULATED
