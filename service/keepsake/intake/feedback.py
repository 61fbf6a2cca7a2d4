"""What a complaint and a review have in common when they come in: columns, and a request."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from keepsake.core.errors import FieldViolation, InvalidRequest
from keepsake.intake.columns import moment, put
from keepsake.v1.common_pb2 import Intercept
from keepsake.v1.intercept_pb2 import RecommendRequest

Row = Mapping[str, str]
_MOST_OFFERS = 8


@dataclass(frozen=True, slots=True)
class Desk:
    """What a row does not say: whose pack it is decided by, and which law protects the customer."""

    pack: str = "travel"
    jurisdiction: str = ""
    language: str = ""
    said: Row = field(default_factory=dict)


def begun(row: Row, desk: Desk, *, kind: str, received: str) -> Intercept:
    """Return an intercept of what every row has; raise InvalidRequest with all that is missing."""
    place = row.get("jurisdiction", desk.jurisdiction)
    needed = {"id": row.get("id", ""), "jurisdiction": place, received: row.get(received, "")}
    lacking = [
        FieldViolation(name, "", "must be said") for name, said in needed.items() if not said
    ]
    if lacking:
        raise InvalidRequest(tuple(lacking))
    intercept = Intercept(
        kind=kind,
        jurisdiction=place,
        language=row.get("language", desk.language),
        words=row.get("text", ""),
        case_id=row.get("case_id", ""),
        subject_type=kind,
        subject_id=row.get("booking", "") or row["id"],
    )
    try:
        intercept.occurred_time.CopyFrom(moment(row[received]))
    except ValueError as error:
        wrong = FieldViolation(received, row[received], "as 2026-05-12T10:00Z")
        raise InvalidRequest((wrong,)) from error
    return intercept


def finished(
    intercept: Intercept, row: Row, desk: Desk, *, plain: Collection[str]
) -> RecommendRequest:
    """Return the request: what people say beats what was read.

    The same row, said the same, is the same request.
    """
    for name, text in {**row, **desk.said}.items():
        if name not in plain:
            put(intercept, name, text)
    told = "|".join(f"{name}={text}" for name, text in sorted({**row, **desk.said}.items()))
    digest = hashlib.sha256(f"{desk.pack}|{told}".encode()).hexdigest()[:16]
    name = f"{intercept.kind}-{digest}"
    return RecommendRequest(
        request_id=name, pack=desk.pack, intercept=intercept, max_offers=_MOST_OFFERS
    )
