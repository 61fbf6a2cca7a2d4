"""A ruling: everything that was decided, before it is put into the words of an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from keepsake.core.choose import Chosen
from keepsake.core.consider import Consideration
from keepsake.core.models import Hazard
from keepsake.core.pack import WayOut
from keepsake.core.rules import Rule
from keepsake.core.value import Valued


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
    """Everything that was decided, before it is put into the words of the answer.

    `standing` is what may be offered, in the order of the catalogue; `offered` are the places in
    it of what took part in the choice, which what is owed does not. `win` is what the model of the
    kind says of its being won, with what drives it.
    """

    consideration: Consideration
    exit: Exit
    standing: Sequence[Valued]
    offered: Sequence[int]
    chosen: Chosen
    win: Hazard | None = None

    @property
    def valued(self) -> tuple[Valued, ...]:
        """Return every candidate, those that may not be offered included, without a value."""
        standing = iter(self.standing)
        return tuple(
            next(standing) if each.finding.may_be_offered else Valued(each, None, 0.0)
            for each in self.consideration.considered
        )
