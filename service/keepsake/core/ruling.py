"""A ruling: everything that was decided, before it is put into the words of an answer."""

from __future__ import annotations

from dataclasses import dataclass

from keepsake.core.choose import Chosen
from keepsake.core.consider import Consideration, Considered
from keepsake.core.pack import WayOut
from keepsake.core.rules import Rule


@dataclass(frozen=True, slots=True)
class Valued:
    """A considered candidate with its worth; `score` orders what may be chosen."""

    considered: Considered
    net: float | None
    score: float


@dataclass(frozen=True, slots=True)
class Exit:
    """The way out of the case and the rules that could have opened a better one."""

    way_out: WayOut
    rule: Rule
    better: tuple[Rule, ...]
    fee: float | None
    returned: float | None

    @property
    def fee_kept(self) -> float:
        """Return what stays with the business of the fee; 0 where it is not known."""
        return (self.fee or 0.0) * self.way_out.fee_kept_percent / 100


@dataclass(frozen=True, slots=True)
class Ruling:
    """Everything that was decided, before it is put into the words of the answer."""

    consideration: Consideration
    exit: Exit
    valued: tuple[Valued, ...]
    offered: tuple[int, ...]
    chosen: Chosen
