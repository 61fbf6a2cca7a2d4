"""What a subject carries: told by the CRM, or accepted here in an earlier case."""

from keepsake.concessions import add_carried
from keepsake.core.history import Counted, Frequency, Happening, What
from keepsake.v1.common_pb2 import Concession, Intercept, Order

from tests.fakes.small_pack import small_pack

PACK = small_pack(frequency=Frequency(kinds={"cancellation": Counted.CANCEL_ATTEMPT}))


def happened(what, of, **details):
    """Return what the store kept of something that happened about the ring."""
    one = Happening(what, "email", "ring", f"e{of}", 1, of, **details)
    return (one.member.encode(), b"1")


def carried(*told, kept=(), facts=None):
    """Return what the ring carries."""
    intercept = Intercept(order=Order(active_concessions=told))
    found = add_carried(facts or {}, kept, intercept, pack=PACK, subject="ring")
    return [(c.offer_id, c.percent if c.HasField("percent") else None) for c in found]


def test_what_the_crm_does_not_know_is_carried_all_the_same():
    """Catches a concession that stacks, since only Keepsake knows that it was accepted."""
    kept = happened(What.ACCEPTED, "discount", percent=5.0)

    assert [("loan", 0.0), ("discount", 5.0)] == carried(
        Concession(offer_id="loan", percent=0), kept=kept
    )


def test_what_both_know_counts_once_at_the_higher_percent():
    """Catches a discount that is counted twice, or at what the CRM has not heard of yet."""
    kept = happened(What.ACCEPTED, "discount", percent=5.0)

    assert [("discount", 5.0)] == carried(Concession(offer_id="discount"), kept=kept)
    assert [("discount", 5.0)] == carried(Concession(offer_id="discount", percent=3), kept=kept)
    assert [("discount", 8.0)] == carried(Concession(offer_id="discount", percent=8), kept=kept)


def test_what_was_accepted_here_is_carried_with_what_it_cost():
    """Catches a concession in money that counts for nothing when the next one is granted."""
    kept = happened(What.ACCEPTED, "expedite", amount=160.0)

    found = add_carried({}, kept, Intercept(), pack=PACK, subject="ring")

    assert [("expedite", 16_000)] == [(each.offer_id, each.cost) for each in found]


def test_the_facts_tell_how_much_is_carried_and_that_the_order_is_cancelled():
    """Catches a rule that does not hear of what was accepted or executed here."""
    facts = {"order.concession_count": 0.0, "order.cancel_executed": False}
    kept = (
        *happened(What.ACCEPTED, "discount", percent=5.0),
        *happened(What.ENDED, "cancellation", reason="lost"),
    )

    carried(kept=kept, facts=facts)

    assert {"order.concession_count": 1.0, "order.cancel_executed": True} == facts


def test_where_nothing_happened_the_facts_stay_as_the_crm_tells_them():
    """Catches a cancellation that is taken back because Keepsake has not heard of it."""
    facts = {"order.concession_count": 3.0, "order.cancel_executed": True}

    carried(facts=facts)

    assert {"order.concession_count": 3.0, "order.cancel_executed": True} == facts
