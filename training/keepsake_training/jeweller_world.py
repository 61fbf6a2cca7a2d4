"""The jeweller's simulated world: every causal assumption about its customers, in one place.

Nothing here was measured on customers. Prices of natural stones are real where the diamonds data is
there (R package ggplot2, 2008 USD, times 1.4), else drawn from its fitted summary, a line through
log(price) over log(carat) (`FITTED`). All else is assumed, in this order: how often each reason
comes and who would stay (`REASONS`), what moves whom (`LEVERS`), how that acts and what the desk
did (`ASSUMED`), what is sold to whom (`STAGES` and below), who stays by facts and by tone
(`_stay`), and what of it stands on file (`_facts`). How the numbers act together: simulation.py.

Change a line, run `keepsake train save --pack jeweller`, and the model follows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from keepsake_training.data import DIAMONDS, data_folder
from keepsake_training.simulation import (
    forget,
    meets_the_rival,
    near_the_day,
    on_file,
    record_reasons,
)
from keepsake_training.worlds import Assumed, Cases, Floats, Lever, Random, Words, World

# How often each reason comes, and the log-odds that such a sale is kept if nothing is done.
REASONS = {
    "found_cheaper": (0.13, -0.5),
    "budget_changed": (0.10, -0.8),
    "delivery_too_late": (0.10, -0.3),
    "design_doubt": (0.10, 0.5),
    "stone_doubt": (0.08, 0.3),
    "origin_regret": (0.06, -0.2),
    "size_uncertainty": (0.08, 1.9),
    "trust_concern": (0.08, 0.6),
    "proposal_declined_or_broken_up": (0.05, -3.8),
    "bereavement_or_illness": (0.03, -1.4),
    "duplicate_order": (0.03, -4.2),
    "payment_or_fraud_flag": (0.02, -4.5),
    "service_failure": (0.06, -0.2),
    "quality_on_arrival": (0.04, -0.6),
    "gift_spoiled_or_changed_mind": (0.04, -1.4),
}
# No offer moves these. Those not to be disturbed may stay in time; any offer drives them away.
LOST_CAUSES = frozenset(
    {"proposal_declined_or_broken_up", "duplicate_order", "payment_or_fraud_flag"}
)
NOT_TO_DISTURB = frozenset({"bereavement_or_illness"})
NEVER_SAVE = frozenset(
    {"proposal_declined_or_broken_up", "sensitive", "payment_or_fraud_flag"}
)  # words on file
SENSITIVE = {"bereavement_or_illness": "sensitive"}

# What each lever adds at full depth, in log-odds, by true reason.
LEVERS = (
    Lever("price", "incentive", share=(0.01, 0.15), depth=0.9, otherwise=0.25, form=meets_the_rival,
          helps={"found_cheaper": 1.6, "budget_changed": 1.3, "service_failure": 0.5}),
    Lever("value_add", "incentive", share=(0.005, 0.08), depth=0.7, otherwise=0.2,
          helps={"found_cheaper": 1.1, "design_doubt": 0.5, "service_failure": 0.9,
                 "stone_doubt": 0.7}),
    Lever("speed", "incentive", money=(75, 300), depth=0.2, otherwise=0.05, form=near_the_day,
          helps={"delivery_too_late": 3.0, "service_failure": 0.5}),
    Lever("alternative", "alternative", money=(20, 150), depth=0.1, otherwise=0.15,
          helps={"design_doubt": 1.3, "stone_doubt": 1.5, "origin_regret": 1.9,
                 "budget_changed": 1.4, "gift_spoiled_or_changed_mind": 1.2}),
    Lever("service", "alternative", money=(0, 110), depth=0.15, otherwise=0.15,
          helps={"size_uncertainty": 1.4, "design_doubt": 1.1, "service_failure": 1.4}),
    Lever("time", "alternative", depth=0.0, otherwise=0.1,
          helps={"budget_changed": 0.8, "gift_spoiled_or_changed_mind": 0.9, "design_doubt": 0.3}),
    Lever("payment", "incentive", share=(0.02, 0.08), depth=0.5, otherwise=0.05,
          helps={"budget_changed": 0.9, "gift_spoiled_or_changed_mind": 0.7}),
    Lever("assurance", "incentive", money=(0, 150), depth=0.3, otherwise=0.15,
          helps={"trust_concern": 1.7, "stone_doubt": 0.9, "delivery_too_late": 0.6,
                 "size_uncertainty": 0.3}),
    Lever("remedy", "remedy", share=(0.0, 0.1), depth=0.2, otherwise=0.0,
          helps={"quality_on_arrival": 2.2, "service_failure": 0.8}),
)  # fmt: skip

ASSUMED = Assumed(
    saturation=0.05,
    left_when_angry=0.5,
    harm=0.8,
    bell_days=(6, 7),
    meets_rival=0.9,
    payday_wave=0.35,
    wrong_reason=0.08,
    no_reason=0.05,
    randomised=0.4,
    nothing_at_random=0.25,
    desk_by_reason=1.1,
    desk_by_tone=0.5,
    desk_lets_go=(1.2, 0.9),
    effort=25,  # half an hour
)

STAGES = (
    *("payment_review", "stone_sourcing", "cad_design", "cad_approval", "wax_print", "casting"),
    *("setting_polish", "qc_hallmark", "engraving", "shipped", "delivered"),
)
STAGE_SHARES = (0.10, 0.16, 0.18, 0.10, 0.06, 0.08, 0.07, 0.04, 0.02, 0.06, 0.13)
CATEGORIES = ("natural_loose", "natural_ring", "lab_grown_ring", "fashion")
CATEGORY_SHARES = (0.12, 0.38, 0.33, 0.17)
MARGINS = {"natural_loose": 0.17, "natural_ring": 0.32, "lab_grown_ring": 0.47, "fashion": 0.48}
PRICE_LEVEL = 1.4
LEAST_CARAT = 0.5
KINDS = ("cancellation", "hesitation", "complaint")
KIND_SHARES = (0.6, 0.28, 0.12)
CHANNELS = ("email", "phone", "chat", "web", "store")
CHANNEL_SHARES = (0.55, 0.17, 0.14, 0.09, 0.05)
# log(price) = level + slope * log(carat) with a spread, and log(carat): from half a carat on.
FITTED = (8.455, 1.671, 0.269)
CARATS = (-0.06, 0.40)

Case = dict[str, NDArray[Any]]


def draw(random: Random, rows: int) -> Cases:
    """Draw cases of the jeweller: facts as on file, and what only the simulation knows."""
    case = _order(random, rows) | _customer(random, rows)
    case["tone"] = random.normal(0, 1, rows)
    return Cases(
        facts=on_file(_facts(random, case)),
        reason=case["reason"],
        stay=_stay(case),
        tone=case["tone"],
        value=case["value"],
        margin=case["margin"],
        misses_by=case["promised"] - case["event"],
        gap=case["gap"],
        month_day=random.integers(1, 31, rows).astype(np.float64),
    )


def _stay(case: Case) -> Floats:
    """Return the log-odds that the sale is kept if nothing is done."""
    kind = case["kind"]
    stay = np.array([REASONS[word][1] for word in case["reason"]])
    stay += 1.4 * (kind == "hesitation") + 0.4 * (kind == "complaint")
    stay += 0.13 * np.minimum(case["stage"], 8)
    stay += 0.35 * np.log(case["orders"]) - 0.7 * case["cancellations"] - 0.15 * case["contacts"]
    stay -= 0.25 * (np.log(case["value"]) - 8)
    stay -= 0.03 * np.clip(case["promised"] - case["event"], 0, 15)
    return np.asarray(stay - 4.0 * np.nan_to_num(case["gap"]) - 0.9 * case["tone"])


def _order(random: Random, rows: int) -> Case:
    """Draw why they write, what they bought, where it stands, and by when it is needed."""
    shares = np.array([share for share, _ in REASONS.values()])
    reason = random.choice(np.array([*REASONS], dtype=object), rows, p=shares / shares.sum())
    category = random.choice(np.array(CATEGORIES, dtype=object), rows, p=CATEGORY_SHARES)
    stage = random.choice(len(STAGES), rows, p=STAGE_SHARES)
    stage = np.where(reason == "quality_on_arrival", len(STAGES) - 1, stage)
    carat, value, setting = _prices(random, category)
    share = np.array([MARGINS[word] for word in category]) + random.normal(0, 0.05, rows)
    promised = np.round(np.maximum(12 - stage, -3) * 2.6 + random.normal(0, 6, rows))
    late = np.where(reason == "delivery_too_late", random.normal(6, 7, rows), -12.0)
    gap = np.where(reason == "found_cheaper", random.uniform(0.01, 0.18, rows), np.nan)
    return {
        "reason": reason,
        "kind": random.choice(np.array(KINDS, dtype=object), rows, p=KIND_SHARES),
        "category": category,
        "stage": stage,
        "carat": np.where(category == "fashion", np.nan, carat),
        "value": value,
        "setting": setting,
        "margin": value * share,
        "promised": promised,
        "event": np.round(promised - late + random.normal(0, 3, rows)),
        "gap": gap,
    }


def _customer(random: Random, rows: int) -> Case:
    """Draw the customer's history."""
    orders = random.poisson(0.7, rows) + 1
    long, short = random.exponential(700, rows), random.exponential(25, rows)
    return {
        "orders": orders,
        "tenure": np.floor(np.where(orders > 1, long, short)),
        "cancellations": random.binomial(orders - 1, 0.12),
        "contacts": random.poisson(1.3, rows),
    }


def _facts(random: Random, case: Case) -> Case:
    """Return what is on file: some of it missing, the reason sometimes wrong."""
    rows = len(case["reason"])
    unknown = random.random(rows) < 1 / 12
    history = {
        f"customer.{fact}": np.where(unknown, np.nan, case[name])
        for fact, name in (
            *(("tenure_days", "tenure"), ("orders", "orders")),
            *(("cancellations", "cancellations"), ("contacts_90d", "contacts")),
        )
    }
    return {
        "kind": case["kind"],
        "channel": random.choice(np.array(CHANNELS, dtype=object), rows, p=CHANNEL_SHARES),
        "reason": record_reasons(case["reason"], ASSUMED, SENSITIVE, random=random),
        "order.value": case["value"],
        "order.margin": forget(case["margin"], 0.1, random),
        "order.setting_cost": forget(case["setting"], 0.1, random),
        "order.stage": np.array(STAGES, dtype=object)[case["stage"]],
        "order.category": case["category"],
        "order.promised_date.in_days": forget(case["promised"], 0.08, random),
        "order.event_date.in_days": forget(case["event"], 0.45, random),
        "stone.carat": case["carat"],
        "match.gap_share": forget(case["gap"] * 100, 0.6, random),
        **history,
    }


def _prices(random: Random, category: Words) -> tuple[Floats, Floats, Floats]:
    """Return carat, price of the order, and what its setting costs to make."""
    rows = len(category)
    carat, stone = _stones(random, rows)
    setting = np.where(category == "natural_loose", 0.0, random.lognormal(6.3, 0.5, rows))
    lab = category == "lab_grown_ring"
    carat = np.where(lab, carat * 1.5, carat)
    stone = np.where(lab, stone * 0.28, stone)
    stone = np.where(category == "fashion", random.lognormal(6.2, 0.7, rows), stone)
    price = np.round(stone + 1.6 * setting, 2)
    return np.round(carat, 2), price, np.asarray(np.round(setting, 2))


def _stones(random: Random, rows: int) -> tuple[Floats, Floats]:
    """Return carat and price of natural stones of half a carat or more."""
    path = data_folder() / DIAMONDS
    if path.is_file():
        stones = pl.read_csv(path).filter(pl.col("carat") >= LEAST_CARAT)
        real = stones.select("carat", "price").to_numpy()
        picked = real[random.integers(0, len(real), rows)]
        return picked[:, 0], picked[:, 1] * PRICE_LEVEL
    carat = np.clip(random.lognormal(*CARATS, rows), LEAST_CARAT, 4.0)
    level, slope, spread = FITTED
    price = np.exp(level + slope * np.log(carat) + random.normal(0, spread, rows))
    return carat, price * PRICE_LEVEL


JEWELLER = World(
    pack="jeweller",
    currency="USD",
    kinds=KINDS,
    draw=draw,
    levers=LEVERS,
    assumed=ASSUMED,
    lost_causes=LOST_CAUSES,
    not_to_disturb=NOT_TO_DISTURB,
    recorded_as=SENSITIVE,
    never_save=NEVER_SAVE,
)
