"""Flags are raised where their conditions hold, and cost nothing where nobody knows their facts."""

from __future__ import annotations

from keepsake.core.conditions import AllOf
from keepsake.core.facts import FactKind, FactType, Vocabulary
from keepsake.core.flags import Flag, Raiser
from keepsake.core.literals import Dialect
from keepsake.core.parse import parse_condition

FACTS = Vocabulary(
    [
        FactType("ticket.commission", FactKind.PERCENT),
        FactType("ticket.commission_agreed", FactKind.PERCENT),
        FactType("ticket.own_card", FactKind.FLAG),
    ]
)
DIALECT = Dialect(FACTS)


def flag(name: str, chance: float, *conditions: str) -> Flag:
    """Return a flag of memos."""
    when = AllOf(tuple(parse_condition(one, DIALECT) for one in conditions))
    return Flag(name, "debit_memo", {}, {}, "commission_wrong", chance, chance, when)


TOO_HIGH = flag("too-high", 0.4, "ticket.commission > ticket.commission_agreed")
OWN_CARD = flag("own-card", 0.6, "ticket.own_card == true")
RAISER = Raiser([TOO_HIGH, OWN_CARD], {"debit_memo": FACTS})


def test_what_holds_is_raised_the_likeliest_first() -> None:
    """Catches a warning that is not given, or drowned by one that hardly matters."""
    facts = {"ticket.commission": 9.0, "ticket.commission_agreed": 7.0, "ticket.own_card": True}

    assert [OWN_CARD, TOO_HIGH] == RAISER.raised(facts)


def test_what_cannot_be_told_raises_nothing() -> None:
    """Catches a warning to every consultant whose contract nobody has looked up."""
    assert [] == RAISER.raised({"ticket.commission": 9.0})


def test_what_is_in_order_raises_nothing() -> None:
    """Catches a warning about what was agreed."""
    assert [] == RAISER.raised({"ticket.commission": 7.0, "ticket.commission_agreed": 7.0})


def test_a_subject_that_knows_none_of_the_facts_raises_nothing() -> None:
    """Catches a hotel that is asked for its ticket."""
    assert [] == RAISER.raised({"booking.value": 100.0})


def test_a_flag_tells_what_raises_it_as_it_is_written() -> None:
    """Catches a warning without its why."""
    assert ("ticket.commission > ticket.commission_agreed",) == TOO_HIGH.conditions
