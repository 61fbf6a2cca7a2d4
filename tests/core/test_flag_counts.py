"""What became of tickets that a scan would have warned of."""

from __future__ import annotations

import pytest
from keepsake.core.conditions import AllOf
from keepsake.core.facts import FactKind, FactType, Vocabulary
from keepsake.core.flag_counts import PRIOR, Count, Past, counts
from keepsake.core.flags import Flag, Raiser
from keepsake.core.literals import Dialect
from keepsake.core.parse import parse_condition

FACTS = Vocabulary([FactType("ticket.own_card", FactKind.FLAG)])
WHEN = AllOf((parse_condition("ticket.own_card == true", Dialect(FACTS)),))
OWN_CARD = Flag("own-card", "debit_memo", {}, {}, "agency_card_misuse", 0.3, 0.3, WHEN)
RAISER = Raiser([OWN_CARD], {"debit_memo": FACTS})
ISSUED = {"ticket.own_card": True}


def counted(*past: Past) -> list[Count]:
    """Return what was counted."""
    return counts(past, RAISER, [OWN_CARD])


def test_a_memo_of_the_same_cause_is_a_hit_and_another_cause_is_none() -> None:
    """Catches a warning that is proven right by any trouble."""
    (found,) = counted(
        Past(ISSUED, {"agency_card_misuse"}), Past(ISSUED, {"churning"}), Past(ISSUED, ())
    )

    assert (3, 1) == (found.seen, found.hit)
    assert found.chance == pytest.approx((0.3 * PRIOR + 1) / (PRIOR + 3))


def test_tickets_that_nobody_would_have_warned_of_do_not_count() -> None:
    """Catches a chance that is watered down by every ticket that was in order."""
    (found,) = counted(Past({"ticket.own_card": False}, ()), Past(ISSUED, ()))

    assert found.seen == 1


def test_a_flag_that_was_never_raised_keeps_its_default() -> None:
    """Catches a row of nothing that replaces what the pack says."""
    assert [] == counted(Past({}, ()))
