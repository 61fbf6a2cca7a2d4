"""The world of the quarter: which cases come, and what is true of each.

Everything here is assumed, and said once. The pack does not know these numbers: its chances are its
own defaults, made from tables of codes, so that a policy built on them can be wrong. What decides a
case is, in log-odds,

    the family or cause (FAMILIES, CAUSES)  +  how good the file is  +  3-D Secure
    +  **merit**: whether the claim is right, which nobody sees but for a part of the cases
    +  **leniency** of the bank or airline, which nobody sees at all.

One seed draws it all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from math import exp
from typing import Any

import numpy as np
from google.protobuf.json_format import ParseDict
from keepsake.core.pack import Pack
from keepsake.v1.intercept_pb2 import RecommendRequest

DAYS = 92
HOURS_OF_OTHERS = {"complaint": 0.5, "review": 0.25}
COUNTS = {"chargeback": 700, "debit_memo": 900, "complaint": 500, "review": 400}
FAMILIES = {
    # network, code, issuer's claim, processor's reason: share, log-odds of a good case
    ("visa", "10.4", "", "fraudulent"): (0.30, -1.2),
    ("visa", "10.5", "", "fraudulent"): (0.01, -9.0),
    ("visa", "13.1", "", "product_not_received"): (0.15, 0.1),
    ("visa", "13.3", "", "product_unacceptable"): (0.10, -0.9),
    ("visa", "13.6", "", "credit_not_processed"): (0.06, 0.0),
    ("visa", "13.7", "", "credit_not_processed"): (0.14, 0.2),
    ("visa", "12.6.1", "", "duplicate"): (0.05, 0.9),
    ("mastercard", "4853", "not_received", "product_unacceptable"): (0.06, 0.0),
    ("mastercard", "4853", "credit_not_processed", "product_unacceptable"): (0.04, 0.0),
    ("mastercard", "4834", "duplicate", "duplicate"): (0.03, 0.8),
    ("amex", "C08", "", "product_not_received"): (0.03, 0.0),
    ("discover", "RM", "", "general"): (0.03, -0.8),
}
CAUSES = {
    # cause: share, log-odds of a good case, and what of the record makes it so
    "fare_undercollection": (0.22, -0.5, {}),
    "manual_fare_error": (0.10, -2.0, {}),
    "gds_autoprice_guaranteed": (0.08, 0.9, {"memo.fcmi": "auto", "memo.fare_modified": False}),
    "tax_undercollection": (0.15, -0.4, {}),
    "commission_wrong": (0.12, -0.3, {}),
    "exchange_wrong": (0.10, -0.8, {}),
    "churning": (0.08, -1.8, {}),
    "unticketed_no_show": (0.07, -1.8, {}),
    "admin_fee_only": (0.04, 1.0, {}),
    "time_barred": (0.02, 1.3, {}),
    "wrong_agency": (0.02, 1.8, {"memo.own_document": False}),
}
AIRLINES = {"220": 0.4, "125": 0.0, "057": -0.3, "997": -0.8, "235": 0.2}
_TODAY = datetime.now(UTC).date()
_SUBJECTS = {
    "chargeback": "dispute",
    "debit_memo": "memo",
    "complaint": "complaint",
    "review": "review",
}
_CONFOUNDED = 0.9
_FEW, _SECURE, _SEEN = 0.12, 0.35, 0.3
"""Shares: of inquiries, of payments with 3-D Secure, of bad cases that somebody has seen to be."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A case as it comes, and its truth: how likely it is won if it is fought by its day."""

    name: str
    kind: str
    day: int
    amount: float
    p_won: float
    is_inquiry: bool
    request: RecommendRequest
    facts: Mapping[str, object] = field(default_factory=dict)


def draw(pack: Pack, seed: int, *, share: float = 1.0) -> list[Drawn]:
    """Draw a quarter; `share` makes it smaller."""
    random = np.random.default_rng(seed)
    cases = list[Drawn]()
    for kind, count in COUNTS.items():
        items = _items(pack, kind)
        for number in range(round(count * share)):
            name = f"{kind}-{seed}-{number}"
            cases.append(_DRAWS[kind](random, name, items))
    return cases


def _items(pack: Pack, kind: str) -> list[str]:
    """Return the facts that say what proof there is."""
    lists = pack.of(kind).work.checklists.values()
    facts = {item.fact for checklist in lists for item in checklist.items if item.weight}
    return sorted(facts)


def _chargeback(random: np.random.Generator, name: str, items: list[str]) -> Drawn:
    network, code, claim, reason = _one_of(random, {key: s for key, (s, _) in FAMILIES.items()})
    quality, merit, leniency = random.beta(2.5, 1.8), random.normal(), random.normal(0, 0.5)
    is_inquiry = random.random() < _FEW
    three_ds = "authenticated" if random.random() < _SECURE else "none"
    prior = int(random.poisson(1.2))
    amount = round(float(min(random.lognormal(6.0, 0.95), 8000)), 2)
    odds = FAMILIES[network, code, claim, reason][1] + 3.0 * (quality - 0.55) + leniency
    odds += _CONFOUNDED * merit + 0.15 * min(prior, 4)
    if reason == "fraudulent" and three_ds == "authenticated":
        odds += 2.6
    facts = {
        "dispute.network": network,
        "dispute.code": code,
        "dispute.claim": claim or None,
        "dispute.stripe_reason": reason,
        "dispute.status": "warning_needs_response" if is_inquiry else "needs_response",
        "dispute.case_type": "inquiry" if is_inquiry else "chargeback",
        "dispute.amount": amount,
        "payment.three_ds": three_ds,
        "dispute.prior_orders": prior,
        **_proof(random, items, quality),
    }
    if random.random() < _SEEN and merit < -1.0:
        facts["dispute.claim_is_right"] = True
    due = int(random.integers(9, 21))
    made = _request(name, "chargeback", facts, due=due)
    day = int(random.integers(0, DAYS))
    return Drawn(name, "chargeback", day, amount, _logistic(odds), is_inquiry, made, facts)


def _memo(random: np.random.Generator, name: str, items: list[str]) -> Drawn:
    cause = _one_of(random, {key: share for key, (share, _, _) in CAUSES.items()})
    airline = str(random.choice(list(AIRLINES)))
    quality, merit = random.beta(2.2, 1.8), random.normal()
    amount = round(float(min(random.lognormal(4.7, 1.05), 5000)), 2)
    odds = CAUSES[cause][1] + AIRLINES[airline] + 2.4 * (quality - 0.55) + _CONFOUNDED * merit
    facts = {
        "memo.airline": airline,
        "memo.amount": amount,
        "memo.admin_fee": amount if cause == "admin_fee_only" else 0.0,
        "memo.received_date": _TODAY,
        "memo.issue_date": _TODAY - timedelta(days=2),
        "memo.final_travel_date": _TODAY - timedelta(days=300 if cause == "time_barred" else 60),
        "memo.reason_given": "specific",
        "memo.own_document": True,
        "memo.waiver_on_file": False,
        "memo.settled_before": False,
        **CAUSES[cause][2],
        **_proof(random, items, quality),
    }
    made = _request(name, "debit_memo", facts, reason=cause)
    day = int(random.integers(0, DAYS))
    facts["reason"] = cause
    return Drawn(
        name,
        "debit_memo",
        day,
        amount,
        _logistic(odds),
        is_inquiry=False,
        request=made,
        facts=facts,
    )


def _other(
    kind: str, facts: Mapping[str, object], reasons: tuple[str, ...]
) -> Callable[[np.random.Generator, str, list[str]], Drawn]:
    def drawn(random: np.random.Generator, name: str, _: list[str]) -> Drawn:
        reason = str(random.choice(reasons))
        made = _request(name, kind, facts, reason=reason)
        day = int(random.integers(0, DAYS))
        return Drawn(name, kind, day, 0.0, 0.0, is_inquiry=False, request=made)

    return drawn


_DRAWS = {
    "chargeback": _chargeback,
    "debit_memo": _memo,
    "complaint": _other(
        "complaint", {}, ("refund_not_received", "agency_fee", "service_failure", "ticketing_error")
    ),
    "review": _other(
        "review",
        {"review.platform": "google", "review.rating": 2.0},
        ("general_dislike", "service_failure", "quality_concern"),
    ),
}


def _proof(random: np.random.Generator, items: list[str], quality: float) -> dict[str, object]:
    states = random.random(len(items))
    return {
        item: "there" if state < quality else "weak" if state < quality + 0.12 else "missing"
        for item, state in zip(items, states, strict=True)
    }


def _one_of(random: np.random.Generator, shares: Mapping[Any, float]) -> Any:
    keys = list(shares)
    weights = np.array([shares[key] for key in keys])
    return keys[int(random.choice(len(keys), p=weights / weights.sum()))]


def _logistic(odds: float) -> float:
    return 1 / (1 + exp(-odds))


def _request(
    name: str, kind: str, facts: Mapping[str, object], *, due: int = 0, reason: str = ""
) -> RecommendRequest:
    attributes = dict(_attributes(facts))
    intercept = {
        "kind": kind,
        "channel": "email",
        "jurisdiction": "DE",
        "subjectType": _SUBJECTS[kind],
        "subjectId": name,
        "statedReason": reason,
        "attributes": attributes,
    }
    asked = {"requestId": name, "pack": "travel", "intercept": intercept, "validateOnly": True}
    request = ParseDict(asked, RecommendRequest())
    if due:
        moment = request.intercept.attributes["dispute.due_by"].time
        moment.GetCurrentTime()
        moment.seconds += due * 86_400
    return request


def _attributes(facts: Mapping[str, object]) -> Iterator[tuple[str, dict[str, object]]]:
    money = ("amount", "admin_fee")
    for name, value in facts.items():
        if value is None:
            continue
        if isinstance(value, bool):
            yield name, {"flag": value}
        elif isinstance(value, str):
            yield name, {"text": value}
        elif isinstance(value, date):
            yield name, {"date": {"year": value.year, "month": value.month, "day": value.day}}
        elif name.rpartition(".")[2] in money:
            cents = round(float(value) * 100)
            units, nanos = divmod(cents, 100)
            amount = {"currencyCode": "EUR", "units": units, "nanos": nanos * 10_000_000}
            yield name, {"money": amount}
        else:
            yield name, {"number": float(value)}
