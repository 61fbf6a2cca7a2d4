"""Facts out of a request, as a dictionary of plain values."""

from __future__ import annotations

from datetime import date
from typing import Any

from keepsake.v1.common_pb2 import Intercept

_DAY_SECONDS = 86_400
_NANO = 1e-9


def facts_of(intercept: Intercept, reason: str, reason_probability: float) -> dict[str, Any]:
    """Return the facts of an intercept, `order.value` as `order_value`."""
    facts: dict[str, Any] = {
        "kind": intercept.kind,
        "channel": intercept.channel,
        "jurisdiction": intercept.jurisdiction,
        "reason": reason,
        "reason_stated": intercept.stated_reason,
        "reason_probability": reason_probability,
        "subject_type": intercept.subject_type,
    }
    today = intercept.occurred_time.seconds // _DAY_SECONDS
    for name in ("customer", "order", "contract"):
        for field, value in getattr(intercept, name).ListFields():
            _put(facts, f"{name}_{field.name}", value, today)
    for name, given in intercept.attributes.items():
        _put(facts, name.replace(".", "_"), given.ListFields()[0][1], today)
    for answer in intercept.feasibility:
        facts[f"feasibility_{answer.question}"] = answer.feasible
    return facts


def _put(facts: dict[str, Any], name: str, value: Any, today: int) -> None:
    if isinstance(value, (str, bool, int, float)):
        facts[name] = value
        return
    kind = type(value).__name__
    if kind == "Money":
        facts[name] = value.units + value.nanos * _NANO
    elif kind == "Date":
        days = date(value.year, value.month, value.day).toordinal() - date(1970, 1, 1).toordinal()
        facts[name], facts[f"{name}_in_days"] = days, days - today
    elif kind == "Timestamp":
        facts[name] = value.seconds // _DAY_SECONDS
