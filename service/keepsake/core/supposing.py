"""Suppositions: what could be otherwise in a case, so that an offer would be available, or best."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from keepsake.core.facts import FactValue


class Means(StrEnum):
    """What a step changes. `name` and `value` of the step say which, and to what."""

    FACT = "fact"
    """A fact: its name and the value it would need."""
    APPROVAL = "approval"
    """Who decides: a role and its tier."""
    TWO_APPROVALS = "two_approvals"
    """Who decides with a second person of that tier: a role and its tier."""
    TERMS = "terms"
    """An offer's term: the offer and its depth."""
    COST = "cost"
    """What an offer costs at a depth: the offer and how much less, in the pack's currency."""
    KEPT = "kept"
    """What an offer keeps of the margin: the offer and the percent it would have to keep."""
    BUDGET = "budget"
    """What a budget has: its name and how much more, in the pack's currency."""
    PERIOD = "period"
    """When a budget is asked: its name and the day its next period begins."""
    DECLINED = "declined"
    """An offer that is declined before: its name."""
    ITEM = "item"
    """Something to choose from: the offer, and the catalogue that would have it."""
    CONCESSION = "concession"
    """A concession that the subject would not carry: the offer it came from."""
    SWITCH = "switch"
    """A kill switch that would be taken back: its target."""
    PLACES = "places"
    """How many offers are asked for."""
    LOT = "lot"
    """The arm that the lot divided the case into."""


class Step(NamedTuple):
    """One thing that would be otherwise."""

    means: Means
    name: str = ""
    value: FactValue = True
    depth: float | None = None


class Way(NamedTuple):
    """What together would make an offer available, or best: all steps, none of them idle."""

    steps: tuple[Step, ...]


class Ways(NamedTuple):
    """The ways to one end, the one of fewest steps first; where there is none, why."""

    ways: tuple[Way, ...] = ()
    reached: bool = False
    why_none: str = ""
