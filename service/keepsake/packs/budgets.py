"""Turns the shapes of budgets into the core's frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import available_timezones

from keepsake.core.pack import Budget, Scope
from keepsake.core.periods import Unit
from keepsake.packs.draft import Draft
from keepsake.packs.office import is_zone
from keepsake.packs.schema import BudgetShape
from keepsake.packs.tree import Path

_HUNDREDTHS = 100
_MINUTES = 60  # in an hour


def read_budgets(draft: Draft) -> Mapping[str, Budget]:
    """Return the budgets; mistakes are noted in the document."""
    return {name: _budget(draft, name, shape) for name, shape in draft.shape.budgets.items()}


def _budget(draft: Draft, name: str, shape: BudgetShape) -> Budget:
    path = ("budgets", name)
    if shape.amount is None and shape.share is None:
        draft.document.refuse(path, "must hold amount, share, or both")
    zone, amount, share = shape.period.zone, (*path, "amount"), (*path, "share")
    if not is_zone(zone):
        known = available_timezones()
        draft.document.refuse_name((*path, "period", "zone"), zone, known, what="time zone")
    return Budget(
        id=name,
        titles=shape.title,
        amount=_positive(draft, draft.amounts.money(shape.amount, amount), amount),
        share=_positive(draft, draft.amounts.percent(shape.share, share), share),
        unit=Unit(shape.period.unit),
        zone=zone,
        scope=Scope(shape.scope),
        hold_minutes=shape.hold_minutes or draft.shape.valid_hours * _MINUTES,
        confidence=shape.conf,
        source=draft.document.where(path),
    )


def _positive(draft: Draft, number: float | None, path: Path) -> int:
    """Return hundredths: cents, basis points; note what is not more than nothing."""
    if number is None:
        return 0
    if number <= 0:
        draft.document.refuse(path, "must be more than nothing", value=number)
    return round(number * _HUNDREDTHS)
