"""Honest counting: what was saved, net, validated, against those who got no incentive.

Each case counts in the arm it was drawn into, whatever was offered all the same (by intention to
treat), and only where it might have been drawn into either. What nobody could validate is not
counted as saved, nor as lost: it is told beside. Cases of one draw are one: a subject that was
asked about three times was drawn once, and is worth no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from math import sqrt
from statistics import NormalDist, fmean, variance

_CONFIDENCE = 0.95
FEWEST = 30
"""Cases of an arm below which an interval from the normal distribution says too much."""


class Settled(StrEnum):
    """What is known of a case by now."""

    KEPT = "kept"
    NOT_KEPT = "not_kept"
    LOST = "lost"
    UNVERIFIED = "unverified"
    WAITING = "waiting"
    NO_OUTCOME = "no_outcome"


KNOWN = frozenset({Settled.KEPT, Settled.NOT_KEPT, Settled.LOST})


@dataclass(frozen=True, slots=True)
class CountedCase:
    """One case as it is counted; `net` is what is validated as saved less the `cost`, in cents."""

    control_group: bool
    settled: Settled
    net: int = 0
    at_stake: int = 0
    non_compliant: bool = False
    cost: int = 0
    ended_ms: int = 0


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm: how many cases of each kind, and the net of those that are known."""

    cases: dict[Settled, int] = field(default_factory=dict)
    nets: tuple[int, ...] = ()
    at_stake: int = 0
    non_compliant: int = 0

    @property
    def known(self) -> int:
        """Return how many cases are known to the end."""
        return len(self.nets)

    @property
    def all(self) -> int:
        """Return how many cases were drawn into it."""
        return sum(self.cases.values())

    @property
    def net(self) -> int:
        """Return what is validated as saved, less its cost, in cents."""
        return sum(self.nets)

    @property
    def mean(self) -> float | None:
        """Return the net of a case, in cents, None where none is known."""
        return fmean(self.nets) if self.nets else None

    @property
    def kept_share(self) -> float | None:
        """Return the share of the known cases that was kept, None where none is known."""
        return self.cases.get(Settled.KEPT, 0) / self.known if self.known else None


@dataclass(frozen=True, slots=True)
class Difference:
    """How much more a case brings than in the control group, in cents, with its interval."""

    mean: float
    low: float
    high: float
    is_thin: bool


def of_one_draw(cases: Sequence[CountedCase]) -> CountedCase:
    """Return the cases of one draw as one: how the last ended, less what all of them cost."""
    last = max(cases, key=lambda case: (case.settled is not Settled.NO_OUTCOME, case.ended_ms))
    cost = sum(case.cost for case in cases)
    return replace(
        last,
        net=last.net + last.cost - cost,
        non_compliant=any(case.non_compliant for case in cases),
        cost=cost,
    )


def arm_of(cases: Iterable[CountedCase]) -> Arm:
    """Add up the cases of one arm."""
    counted: dict[Settled, int] = {}
    nets, at_stake, non_compliant = [], 0, 0
    for case in cases:
        counted[case.settled] = counted.get(case.settled, 0) + 1
        non_compliant += case.non_compliant
        if case.settled in KNOWN:
            nets.append(case.net)
            at_stake += case.at_stake
    return Arm(counted, tuple(nets), at_stake, non_compliant)


def arms(cases: Sequence[CountedCase]) -> tuple[Arm, Arm]:
    """Return the arm with incentives and the control group."""
    treated = arm_of(case for case in cases if not case.control_group)
    return treated, arm_of(case for case in cases if case.control_group)


def difference(treated: Arm, control: Arm) -> Difference | None:
    """Return how much more a case brings with incentives; None without two known cases in each."""
    if min(treated.known, control.known) <= 1:
        return None
    mean = fmean(treated.nets) - fmean(control.nets)
    spread = sqrt(sum(variance(arm.nets) / arm.known for arm in (treated, control)))
    margin = NormalDist().inv_cdf((1 + _CONFIDENCE) / 2) * spread
    is_thin = min(treated.known, control.known) < FEWEST
    return Difference(mean, mean - margin, mean + margin, is_thin)
