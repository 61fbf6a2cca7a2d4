"""A small pack made by hand: no file, no YAML, each figure easy to reckon with."""

from __future__ import annotations

from dataclasses import replace

from keepsake.core.conditions import AllOf
from keepsake.core.facts import FactKind, FactType, Source, Vocabulary
from keepsake.core.literals import Dialect
from keepsake.core.pack import (
    Amount,
    Authority,
    Budget,
    Experiment,
    Law,
    Offer,
    OfferClass,
    Pack,
    Reason,
    Tier,
    Valuation,
    WayOut,
)
from keepsake.core.parse import parse_when
from keepsake.core.policies import Bands, Rates, ReasonPolicy
from keepsake.core.rules import MakeEligible, OpenWayOut, Rule
from keepsake.core.strata import build_rulebook

STAGES = ("drawn", "cast", "sent")
VOCABULARY = Vocabulary(
    [
        FactType("order.value", FactKind.MONEY, unit="USD"),
        FactType("order.margin", FactKind.MONEY, unit="USD"),
        FactType("order.setting_cost", FactKind.MONEY, unit="USD"),
        FactType("order.stage", FactKind.ORDERED, words=STAGES),
        FactType("order.category", FactKind.ONE_OF, words=("ring", "stone")),
        FactType("order.promised_date", FactKind.DATE),
        FactType("order.placed_time", FactKind.TIME),
        FactType("customer.open_dispute", FactKind.FLAG),
        FactType("customer.tenure_days", FactKind.DAYS),
        FactType("discount", FactKind.PERCENT),
        FactType("reason", FactKind.ONE_OF, words=("late", "dear", "sensitive")),
        FactType("never_save", FactKind.FLAG),
        FactType("risk", FactKind.NUMBER, minimum=0.0, maximum=1.0),
        FactType("reason.stated", FactKind.ONE_OF, words=("late", "dear", "sensitive")),
        FactType("reason.unsure", FactKind.FLAG),
        FactType("kind", FactKind.ONE_OF, words=("cancellation",)),
        FactType("channel", FactKind.ONE_OF, words=("email",)),
        FactType("subject_type", FactKind.ONE_OF, words=("order",)),
        FactType("jurisdiction", FactKind.ONE_OF),
        FactType("today", FactKind.DATE),
        FactType("now", FactKind.TIME),
        FactType("feasibility.expedite", FactKind.FLAG),
        FactType("feasibility.expedite.ready_date", FactKind.DATE),
    ]
)
DIALECT = Dialect(VOCABULARY, sensitive=frozenset({"illness"}))
REASONS = {
    "late": Reason("late", {"en": "Too late"}, levers=("expedite", "discount")),
    "dear": Reason("dear", {"en": "Too dear"}, levers=("discount",)),
    "fraud": Reason("fraud", {"en": "Fraud"}, never_save=True),
    "illness": Reason("illness", {"en": "Illness"}, sensitive=True, never_save=True),
    "grief": Reason("grief", {"en": "Grief"}, sensitive=True, never_save=True),
}
OFFERS = (
    Offer(
        "expedite",
        OfferClass.INCENTIVE,
        {"en": "Faster", "de": "Schneller"},
        "speed",
        cost_now=Amount(10),
        cost_if_accepted=Amount(150),
        needs=("expedite",),
        promise="expedite",
        excludes=("loan",),
        budget="goodwill",
    ),
    Offer(
        "discount",
        OfferClass.INCENTIVE,
        {"en": "A discount"},
        "price",
        term="percent",
        depths=(5.0, 10.0),
        cost_if_accepted=Amount(term="percent", of="order.value"),
    ),
    Offer(
        "smaller",
        OfferClass.ALTERNATIVE,
        {"en": "A smaller stone"},
        "alternative",
        cost_if_accepted=Amount(20),
        keeps_percent=80,
    ),
    Offer("loan", OfferClass.ALTERNATIVE, {"en": "A ring on loan"}, "service"),
    Offer("refund", OfferClass.REMEDY, {"en": "A refund"}, "remedy", cost_if_accepted=Amount(999)),
)
AUTHORITY = Authority(
    tiers=(
        Tier(1, "agent", max_percent=5, max_amount=100, floor_plus_percent=5),
        Tier(2, "lead", max_percent=10, max_amount=500),
        Tier(3, "owner"),
    ),
    margin_floor_percent={"ring": 20.0, "stone": 10.0},
    default_floor_percent=15.0,
    category_fact="order.category",
    two_people_above=5000.0,
    max_combined_percent=12.0,
)
WHEN = {"offer:discount": ["reason in [late, dear]"], "offer:refund": ["order.stage == sent"]}


def when(*conditions: str | dict) -> AllOf:
    """Return conditions as a pack writes them."""
    return parse_when(list(conditions), DIALECT, key="when", locate=lambda _: Source())


def rule(rule_id: str, *conditions: str | dict, effects=(), if_missing_apply: bool = True) -> Rule:
    """Return a rule with its conditions as a pack writes them."""
    return Rule(rule_id, when(*conditions), tuple(effects), if_missing_apply)


def small_pack(*rules: Rule, laws: dict[str, Law] | None = None, **changes) -> Pack:
    """Return the pack; more rules and other fields on demand."""
    offered = [
        rule(
            f"offer:{offer.id}",
            *WHEN.get(f"offer:{offer.id}", ()),
            effects=[MakeEligible(offer.id)],
        )
        for offer in OFFERS
        if f"offer:{offer.id}" not in {given.id for given in rules}
    ]
    ways = [
        rule("way_out:free", "order.stage before cast", effects=[OpenWayOut("free")]),
        rule("way_out:fee", effects=[OpenWayOut("fee")]),
    ]
    pack = Pack(
        id="small",
        digest="0" * 64,
        titles={"en": "Small"},
        currency="USD",
        budgets={"goodwill": Budget("goodwill", {"en": "Goodwill"}, amount=500_000)},
        languages=("en", "de"),
        kinds=("cancellation",),
        channels=("email",),
        subjects=("order",),
        questions=("expedite",),
        vocabulary=VOCABULARY,
        reasons=REASONS,
        offers={offer.id: offer for offer in OFFERS},
        ways_out={
            "free": WayOut("free", {"en": "It is free."}, Amount(0), Amount(100)),
            "fee": WayOut("fee", {"en": "It costs {fee}."}, Amount(50), Amount(50)),
        },
        laws=laws or {},
        rulebook=build_rulebook([*offered, *rules, *ways], VOCABULARY),
        authority=AUTHORITY,
        valuation=Valuation(
            "order.value",
            "order.margin",
            sunk_of="order.setting_cost",
            stage_fact="order.stage",
            sunk_percent={"cast": 50.0, "sent": 100.0},
        ),
        experiment=Experiment("holdout", holdout=0.1, floor=0.02, near_best_percent=15),
        reason_policy=ReasonPolicy(),
        rates=Rates("2026-11-20", "table", {"USD": 1.0}),
        risk_bands=Bands(),
        hazard_bands=Bands(),
        models={},
    )
    return replace(pack, **changes)
