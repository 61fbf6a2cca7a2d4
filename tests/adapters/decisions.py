"""Decisions for tests of the store and the spool."""

from keepsake.core.keyed import Keyed, random_key
from keepsake.ports import Caller, Entry
from keepsake.v1.journal_pb2 import JournalEvent, StoredDecision

KEYED = Keyed(b"a secret of thirty-two bytes or more")
HOUR = 3600


def caller(customer: str = "anna", request: str = "first", pack: str = "jeweller") -> Caller:
    """Return who asks."""
    identity = KEYED.token("customer", pack, customer)
    request_key = KEYED.token("request", identity, request)
    return Caller(pack, KEYED.bucket(pack, identity), identity, request_key)


def entry(  # noqa: PLR0913 - each one is what some test varies
    customer: str = "anna",
    request: str = "first",
    *,
    pack: str = "jeweller",
    answer: bytes = b"take the loaner ring",
    customer_key: str | None = None,
    version: int | None = 0,
) -> Entry:
    """Return a decision to be written."""
    who = caller(customer, request, pack)
    decision_id = KEYED.asked(pack, who.identity, request, bucket=who.bucket).decision_id
    customer_key = random_key() if customer_key is None else customer_key
    event = JournalEvent(type="decision", id=decision_id)
    stored = StoredDecision(inputs=b"inputs", answer=answer, body_digest=b"digest of the body")
    return Entry(
        caller=who,
        decision_id=decision_id,
        customer_key=customer_key,
        version=version,
        stored=stored.SerializeToString(),
        answer=answer,
        body_digest=b"digest of the body",
        event=event.SerializeToString(),
        idempotency_seconds=HOUR,
        retention_seconds=2 * HOUR,
    )
