"""Who calls: a person or a service, and what each is trusted with."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from keepsake.core.pack import Tier

SYSTEM = "system"
PERSONAL = frozenset({"agent", "lead", "manager", "director"})
"""The roles that only a person can have: each of them answers for what it does."""

ROLES = PERSONAL | {"analyst", "admin", SYSTEM}
"""The roles that say what may be called."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody whose identity is proven.

    `roles` say what may be called, and those that a pack's authority names how much may be granted
    there. `packs` are those that may be seen, None means all. `team` is whose budget pays. What a
    service says of the person it speaks for is an assertion.
    """

    id: str
    roles: frozenset[str]
    packs: frozenset[str] | None = None
    is_service: bool = False
    team: str = ""

    def sees(self, pack: str) -> bool:
        """Tell whether what belongs to the pack may be seen."""
        return self.packs is None or pack in self.packs


DEVELOPMENT = Principal("development", ROLES, is_service=True)
"""Whoever calls in development: nobody is proven, so everybody is believed."""


def tier_of(roles: AbstractSet[str], tiers: Sequence[Tier]) -> Tier | None:
    """Return the highest tier that one of the roles names; None means the pack's lowest counts."""
    named = (tier for tier in tiers if tier.role in roles)
    return max(named, key=lambda tier: tier.tier, default=None)
