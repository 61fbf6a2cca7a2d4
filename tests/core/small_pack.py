"""A small vocabulary and rules for tests of the rule language."""

from __future__ import annotations

from keepsake.core.evaluate import run
from keepsake.core.facts import FactKind, FactType, Source, Vocabulary
from keepsake.core.literals import Dialect
from keepsake.core.parse import parse_when
from keepsake.core.rules import Derive, Rule
from keepsake.core.strata import build_rulebook

STAGES = ("sourcing", "cad_design", "casting", "setting", "shipped")

VOCABULARY = Vocabulary(
    [
        FactType("order.value", FactKind.MONEY),
        FactType("order.deposit", FactKind.MONEY),
        FactType("order.discount", FactKind.PERCENT, minimum=0.0, maximum=100.0),
        FactType("order.stage", FactKind.ORDERED, STAGES),
        FactType("order.last_stage", FactKind.ORDERED, STAGES),
        FactType("order.promised_date", FactKind.DATE),
        FactType("order.promised_date.in_days", FactKind.DAYS),
        FactType("occurred", FactKind.TIME),
        FactType("occurred.hours_ago", FactKind.HOURS),
        FactType("customer.orders", FactKind.NUMBER, minimum=0.0, is_count=True),
        FactType("stone.carat", FactKind.NUMBER, unit="carat"),
        FactType("risk", FactKind.NUMBER, minimum=0.0, maximum=1.0),
        FactType("reason", FactKind.ONE_OF, ("found_cheaper", "too_late", "sensitive")),
        FactType("reason.detected", FactKind.ONE_OF, ("found_cheaper", "too_late", "sensitive")),
        FactType("jurisdiction", FactKind.ONE_OF),
        FactType("kind", FactKind.ONE_OF, ("cancellation", "risk")),
        FactType("feasibility.expedite", FactKind.FLAG),
        FactType("feasibility.expedite.ready_date", FactKind.DATE),
        FactType("late", FactKind.FLAG, derived=True, default=False),
        FactType("urgent", FactKind.FLAG, derived=True),
        FactType("mood", FactKind.ORDERED, ("calm", "cross", "furious"), derived=True),
    ]
)

DIALECT = Dialect(
    VOCABULARY,
    lists={"EU": ("AT", "BE"), "CHEAP": ("found_cheaper",)},
    currency="USD",
    rates={"EUR": 1.1},
    sensitive=frozenset({"bereavement"}),
)


def nowhere(_path):
    """Locate everything nowhere."""
    return Source()


def when(*items):
    """Return conditions as the pack would compile them."""
    return parse_when(list(items), DIALECT, key="when", locate=nowhere)


def rule(rule_id, *items, effects=(), **derived):
    """Return a rule; keywords are the facts that it derives."""
    derives = tuple(Derive(fact, value) for fact, value in derived.items())
    return Rule(rule_id, when(*items), (*effects, *derives), source=Source("rules.yaml", 7))


def book(*rules):
    """Return a rule book over the small vocabulary."""
    return build_rulebook(rules, VOCABULARY)


def truths_of(engine, facts):
    """Return the truth of each rule that is not false; facts are derived on the way."""
    return run(engine.rulebook, engine, facts).truths
