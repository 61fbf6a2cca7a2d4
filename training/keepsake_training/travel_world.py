"""The travel desk's simulated world: every causal assumption about its bookings, in one place.

Nothing here was measured. It says in this order: how often each reason comes and who would stay
(`REASONS`), what moves whom (`LEVERS`), how that acts and what the desk did (`ASSUMED`), what is
booked by whom (`CATEGORIES` and below), who stays by facts and by tone (`_stay`), and what of it
stands on file (`_facts`). How the numbers act together: simulation.py.

Change a line, run `keepsake train save --pack travel`, and the model follows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from keepsake_training.simulation import (
    forget,
    meets_the_rival,
    near_the_day,
    on_file,
    record_reasons,
)
from keepsake_training.worlds import Assumed, Cases, Floats, Lever, Random, Words, World

# How often each reason comes, and the log-odds that such a booking is kept if nothing is done.
REASONS = {
    "plans_changed": (0.24, -1.0),
    "found_cheaper": (0.15, -0.6),
    "illness_or_bereavement": (0.07, -1.4),
    "schedule_changed_by_carrier": (0.08, -0.6),
    "visa_or_document_denied": (0.04, -3.4),
    "service_failure": (0.07, -0.1),
    "budget_changed": (0.10, -0.9),
    "booked_by_mistake": (0.06, -2.6),
    "safety_concern": (0.05, -0.9),
    "payment_or_fraud_flag": (0.03, -4.5),
    "better_option_found": (0.07, -0.7),
    "quality_concern": (0.04, 0.2),
}
# No offer moves these. Those not to be disturbed may stay in time; any offer drives them away.
LOST_CAUSES = frozenset({"visa_or_document_denied", "payment_or_fraud_flag"})
NOT_TO_DISTURB = frozenset({"illness_or_bereavement"})
NEVER_SAVE = frozenset({"sensitive", "payment_or_fraud_flag"})  # words on file
SENSITIVE = {"illness_or_bereavement": "sensitive"}

# What each lever adds at full depth, in log-odds, by true reason.
LEVERS = (
    Lever("price", "incentive", share=(0.01, 0.15), depth=0.9, otherwise=0.2, form=meets_the_rival,
          helps={"found_cheaper": 1.7, "budget_changed": 1.2, "better_option_found": 0.9}),
    Lever("value_add", "incentive", share=(0.01, 0.08), depth=0.7, otherwise=0.2,
          helps={"better_option_found": 1.1, "quality_concern": 1.3, "service_failure": 0.9,
                 "found_cheaper": 0.6}),
    Lever("speed", "incentive", money=(10, 60), depth=0.2, otherwise=0.05, form=near_the_day,
          helps={"schedule_changed_by_carrier": 1.6, "service_failure": 0.7}),
    Lever("alternative", "alternative", money=(10, 120), depth=0.15, otherwise=0.2,
          helps={"plans_changed": 1.5, "schedule_changed_by_carrier": 1.9, "safety_concern": 1.5,
                 "better_option_found": 1.0, "budget_changed": 1.1, "quality_concern": 0.9,
                 "booked_by_mistake": 1.2}),
    Lever("service", "alternative", money=(0, 60), depth=0.15, otherwise=0.15,
          helps={"service_failure": 1.5, "safety_concern": 0.6,
                 "schedule_changed_by_carrier": 0.7}),
    Lever("time", "alternative", money=(0, 80), depth=0.1, otherwise=0.15,
          helps={"plans_changed": 1.7, "safety_concern": 1.0, "budget_changed": 0.6}),
    Lever("payment", "incentive", share=(0.01, 0.08), depth=0.5, otherwise=0.05,
          helps={"budget_changed": 1.1, "plans_changed": 0.4}),
    Lever("assurance", "incentive", share=(0.005, 0.05), depth=0.3, otherwise=0.15,
          helps={"plans_changed": 0.8, "safety_concern": 1.1, "quality_concern": 0.5}),
    Lever("remedy", "remedy", share=(0.0, 0.1), depth=0.2, otherwise=0.0,
          helps={"service_failure": 1.3, "schedule_changed_by_carrier": 1.2}),
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
    effort=3,  # five minutes
)

KINDS = ("cancellation",)
CATEGORIES = ("hotel", "flight", "package")
CATEGORY_SHARES = (0.45, 0.33, 0.22)
MARGINS = {"hotel": 0.16, "flight": 0.07, "package": 0.13}
DEPOSITS = ("none", "refundable", "non_refundable")
DEPOSIT_SHARES = (0.62, 0.13, 0.25)
SEGMENTS = ("online_agency", "offline_agency", "direct", "corporate", "group")
SEGMENT_SHARES = (0.46, 0.2, 0.19, 0.09, 0.06)

Case = dict[str, NDArray[Any]]


def draw(random: Random, rows: int) -> Cases:
    """Draw cases of the travel desk: facts as on file, and what only the simulation knows."""
    case = _booking(random, rows)
    case["tone"] = random.normal(0, 1, rows)
    case["orders"] = random.poisson(1.4, rows) + 1
    case["cancellations"] = random.binomial(case["orders"] - 1, 0.2)
    case["contacts"] = random.poisson(1.1, rows)
    return Cases(
        facts=on_file(_facts(random, case)),
        reason=case["reason"],
        stay=_stay(case),
        tone=case["tone"],
        value=case["value"],
        margin=case["margin"],
        misses_by=np.where(case["reason"] == "schedule_changed_by_carrier", 6.0, 0.0),
        gap=case["gap"],
        month_day=random.integers(1, 31, rows).astype(np.float64),
    )


def _stay(case: Case) -> Floats:
    """Return the log-odds that the booking is kept if nothing is done."""
    deposit = case["deposit"]
    stay = np.array([REASONS[word][1] for word in case["reason"]])
    stay += 1.8 * (deposit == "non_refundable") + 0.4 * (deposit == "refundable")
    stay -= 0.006 * np.minimum(case["start"], 200)
    stay += 0.35 * np.log(case["orders"]) - 0.6 * case["cancellations"] - 0.1 * case["contacts"]
    stay += 0.4 * (case["segment"] == "corporate") + 0.2 * (case["children"] > 0)
    stay -= 0.2 * (np.log(case["value"]) - 7)
    return np.asarray(stay - 4.0 * np.nan_to_num(case["gap"]) - 0.9 * case["tone"])


def _booking(random: Random, rows: int) -> Case:
    """Draw why they write, what is booked, for whom, and how soon it starts."""
    shares = np.array([share for share, _ in REASONS.values()])
    reason = random.choice(np.array([*REASONS], dtype=object), rows, p=shares / shares.sum())
    category = random.choice(np.array(CATEGORIES, dtype=object), rows, p=CATEGORY_SHARES)
    adults = 1 + random.binomial(3, 0.35, rows)
    children = random.poisson(0.3, rows)
    nights = np.where(category == "flight", 0, 1 + random.poisson(3.5, rows))
    value = _values(random, category, adults + 0.6 * children, nights=nights)
    share = np.array([MARGINS[word] for word in category]) + random.normal(0, 0.02, rows)
    lead = np.floor(random.exponential(75, rows)) + 1
    return {
        "reason": reason,
        "category": category,
        "segment": random.choice(np.array(SEGMENTS, dtype=object), rows, p=SEGMENT_SHARES),
        "deposit": random.choice(np.array(DEPOSITS, dtype=object), rows, p=DEPOSIT_SHARES),
        "adults": adults,
        "children": children,
        "value": value,
        "margin": value * share,
        "lead": lead,
        "start": np.floor(lead * random.uniform(0, 1, rows)),
        "gap": np.where(reason == "found_cheaper", random.uniform(0.01, 0.2, rows), np.nan),
    }


def _facts(random: Random, case: Case) -> Case:
    """Return what is on file: some of it missing, the reason sometimes wrong."""
    unknown = random.random(len(case["reason"])) < 1 / 10
    history = {
        f"customer.{fact}": np.where(unknown, np.nan, case[name])
        for fact, name in (
            *(("orders", "orders"), ("cancellations", "cancellations")),
            ("contacts_90d", "contacts"),
        )
    }
    return {
        "reason": record_reasons(case["reason"], ASSUMED, SENSITIVE, random=random),
        "booking.value": case["value"],
        "booking.margin": forget(case["margin"], 0.12, random),
        "booking.category": case["category"],
        "booking.lead_time_days": forget(case["lead"], 0.05, random),
        "booking.start_date.in_days": forget(case["start"], 0.05, random),
        "booking.adults": forget(case["adults"], 0.05, random),
        "booking.children": forget(case["children"], 0.05, random),
        "booking.deposit": forget(case["deposit"], 0.05, random),
        "booking.market_segment": forget(case["segment"], 0.1, random),
        "rival.gap_share": forget(case["gap"] * 100, 0.6, random),
        **history,
    }


def _values(random: Random, category: Words, people: Floats, *, nights: Floats) -> Floats:
    """Return the price of each booking: nights, seats, or both."""
    room = nights * random.lognormal(4.7, 0.4, len(category))
    seats = people * random.lognormal(5.5, 0.6, len(category))
    value = np.select([category == "hotel", category == "flight"], [room, seats], room + seats)
    return np.asarray(np.round(np.maximum(value, 40.0), 2))


TRAVEL = World(
    pack="travel",
    currency="EUR",
    kinds=KINDS,
    draw=draw,
    levers=LEVERS,
    assumed=ASSUMED,
    lost_causes=LOST_CAUSES,
    not_to_disturb=NOT_TO_DISTURB,
    recorded_as=SENSITIVE,
    never_save=NEVER_SAVE,
)
