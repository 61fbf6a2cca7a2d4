"""Every key of the store, built here and nowhere else.

A key reads `k1:{jeweller:07}:decision:2ng5...`: the version of the layout, the bucket, the family,
the name. Braces make Redis Cluster keep a bucket in one slot, so one script can touch all of it.
What belongs to a customer is in the customer's bucket; the ids of decisions carry the bucket. What
is limited (a budget, a slot of production, a stone) is in a bucket of its own, `{jeweller:l07}`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from zlib import crc32

from keepsake.core.keyed import BUCKETS

LAYOUT = "k1"
BUCKET_COUNT = f"{LAYOUT}:buckets"
WHOLE_PACK = "all"
SLOTS = "slot"

_PACK = r"(?P<pack>[a-z][a-z0-9_-]*)"
_ID = re.compile(rf"{_PACK}\.(?P<bucket>[0-9]{{2}})\.(?P<name>[a-z2-7]{{26}})")


class Kept(StrEnum):
    """What bounds the life of a key."""

    IDEMPOTENCY = "idempotency_days of the pack"
    RETENTION = "retention, counted from the last write"
    ALWAYS = "as long as the store"


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of key: its name, what it holds, and how long it stays."""

    name: str
    holds: str
    kept: Kept


FAMILIES = {
    family.name: family
    for family in (
        Family("request", "which decision answered a request", Kept.IDEMPOTENCY),
        Family("decision", "a decision with its inputs and its answer", Kept.RETENTION),
        Family("customer", "the random key of a customer, and a version", Kept.RETENTION),
        Family("case", "whose a case is, and which decisions it follows", Kept.RETENTION),
        Family("events", "the events of a case, a list", Kept.RETENTION),
        Family("texts", "what people said about the events of a case, by number", Kept.RETENTION),
        Family("replies", "what the steps of a case were answered, by request", Kept.RETENTION),
        Family("cases", "the cases of a bucket by their last change", Kept.RETENTION),
        Family("list", "what is asked for over all cases of a bucket, in order", Kept.RETENTION),
        Family(
            "forgotten", "when a customer was forgotten, and what was answered", Kept.IDEMPOTENCY
        ),
        Family("links", "which cases hang on a ticket, a sale, a consultant", Kept.RETENTION),
        Family("due", "what is due in the cases of a bucket, by time", Kept.ALWAYS),
        Family(
            "history", "what happened with a customer, to the rules of frequency", Kept.RETENTION
        ),
        Family("journal", "the events of a bucket, a stream", Kept.RETENTION),
        Family("ledger", "the events of the whole pack, a stream", Kept.ALWAYS),
        Family("switches", "which kill switches are thrown, and a version", Kept.ALWAYS),
        Family("sums", "how much of a resource is held, pinned, committed", Kept.RETENTION),
        Family("holds", "the holds of a resource that stand", Kept.RETENTION),
        Family("expiries", "when the holds of a resource lapse", Kept.RETENTION),
        Family("movements", "the events of a resource, a stream", Kept.RETENTION),
        Family("moved", "how much of a resource moved in each quarter of an hour", Kept.RETENTION),
        Family(
            "counted", "the revenue at risk, by case, that a limit is a share of", Kept.RETENTION
        ),
        Family("pinned", "the holds that a case has still to settle", Kept.ALWAYS),
    )
}
"""How long each kind of key stays. One more key, the number of buckets, stays always."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """One of a pack's fixed buckets, or what concerns all of it, and the keys there."""

    pack: str
    slot: str

    def request(self, request_key: str) -> str:
        """Return the key that says which decision answered a request."""
        return self._key("request", request_key)

    def decision(self, decision_id: str) -> str:
        """Return the key of a decision of this bucket."""
        return self._key("decision", name_of(decision_id))

    def customer(self, identity: str) -> str:
        """Return the key of the customer's random key and version."""
        return self._key("customer", identity)

    def case(self, case_id: str) -> str:
        """Return the key of whose a case is, and which decisions it follows."""
        return self._key("case", name_of(case_id))

    def events(self, case_id: str) -> str:
        """Return the key of the events of a case."""
        return self._key("events", name_of(case_id))

    def texts(self, case_id: str) -> str:
        """Return the key of what people said in a case."""
        return self._key("texts", name_of(case_id))

    def replies(self, case_id: str) -> str:
        """Return the key of what the steps of a case were answered."""
        return self._key("replies", name_of(case_id))

    def cases(self) -> str:
        """Return the key of the cases of this bucket."""
        return self._key("cases")

    def listed(self, name: str) -> str:
        """Return the key of a list over all cases of this bucket."""
        return self._key("list", name)

    def due(self) -> str:
        """Return the key of what is due in this bucket."""
        return self._key("due")

    def forgotten(self, identity: str) -> str:
        """Return the key that says when a customer was forgotten."""
        return self._key("forgotten", identity)

    def history(self, identity: str) -> str:
        """Return the key of what happened with a customer, or with a subject that has none."""
        return self._key("history", identity)

    def links(self, token: str) -> str:
        """Return the key of the cases that hang on one thing, which a keyed hash stands for."""
        return self._key("links", token)

    def journal(self) -> str:
        """Return the key of the bucket's stream of events."""
        return self._key("journal")

    def ledger(self) -> str:
        """Return the key of the whole pack's stream of events."""
        return self._key("ledger")

    def switches(self) -> str:
        """Return the key of the kill switches."""
        return self._key("switches")

    def _key(self, family: str, name: str = "") -> str:
        return f"{LAYOUT}:{{{self.pack}:{self.slot}}}:{family}{name and ':'}{name}"


@dataclass(frozen=True, slots=True)
class Books:
    """The keys of one resource's ledger, all in one bucket."""

    sums: str
    holds: str
    expiries: str
    movements: str
    counted: str
    pinned: str
    moved: str


@lru_cache(maxsize=1024)
def books(pack: str, resource: str) -> Books:
    """Return the keys of a resource's ledger.

    The places of all days are in one bucket: a plan looks at many of them at once.
    """
    kind = resource.partition(":")[0]
    slot = crc32((kind if kind == SLOTS else resource).encode()) % BUCKETS
    start = f"{LAYOUT}:{{{pack}:l{slot:02d}}}:"
    return Books(
        sums=f"{start}sums:{resource}",
        holds=f"{start}holds:{resource}",
        expiries=f"{start}expiries:{resource}",
        movements=f"{start}movements:{resource}",
        counted=f"{start}counted:{resource}",
        pinned=f"{start}pinned",
        moved=f"{start}moved:{resource}",
    )


def together(resources: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Return resources in groups that one script can look at."""
    alone = [one for one in resources if not one.startswith(f"{SLOTS}:")]
    slots = tuple(one for one in resources if one.startswith(f"{SLOTS}:"))
    return (*((one,) for one in alone), *((slots,) if slots else ()))


def pinned(pack: str) -> tuple[str, ...]:
    """Return the keys of what is still to be settled, of all ledgers of a pack."""
    return tuple(f"{LAYOUT}:{{{pack}:l{slot:02d}}}:pinned" for slot in range(BUCKETS))


@lru_cache(maxsize=64 * BUCKETS)
def bucket(pack: str, number: int) -> Bucket:
    """Return a bucket by its number, 0 to 63."""
    if not 0 <= number < BUCKETS:
        raise ValueError(f"bucket {number} is not among the {BUCKETS}")
    return Bucket(pack, f"{number:02d}")


def buckets(pack: str) -> tuple[Bucket, ...]:
    """Return all buckets of a pack."""
    return tuple(bucket(pack, number) for number in range(BUCKETS))


def whole(pack: str) -> Bucket:
    """Return where that is which concerns the whole pack and no customer."""
    return Bucket(pack, WHOLE_PACK)


def decision_key(decision_id: str) -> str | None:
    """Return the key of a decision, or None if no decision can have this id."""
    its = bucket_of(decision_id)
    return its.decision(decision_id) if its else None


def name_of(an_id: str) -> str:
    """Return the name in the id of a decision or a case, beside pack and bucket."""
    return an_id.rpartition(".")[2]


def bucket_of(an_id: str) -> Bucket | None:
    """Return the bucket that the id of a decision or a case names, or None if it is no such id."""
    match = _ID.fullmatch(an_id)
    if match is None or int(match["bucket"]) >= BUCKETS:
        return None
    return Bucket(match["pack"], match["bucket"])
