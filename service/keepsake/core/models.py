"""What a decision asks of models: small ports, one for each kind of question.

`save`: how likely is the sale kept with each offer, and with none? `hazard`: how likely is an order
cancelled that nobody has tried to cancel? `reason`: what do the customer's words say? `win`: how
likely is a dispute won if it is contested?
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

from keepsake.core.facts import Facts
from keepsake.core.pack import NOTHING

Evidence = Literal["real", "simulated"]


class Driver(NamedTuple):
    """One fact's push on a score, in log-odds; above 0 raises the risk (or the hazard).

    `value` is empty where the fact is missing.
    """

    fact: str
    value: str
    contribution: float


class Arm(NamedTuple):
    """One thing that could be done: an offer at fixed terms, or nothing.

    `generosity` is what it costs if accepted, as a share of the subject's value; 0 for nothing.
    """

    offer_id: str = NOTHING
    offer_class: str = NOTHING
    lever: str = NOTHING
    generosity: float = 0.0


@dataclass(frozen=True, slots=True)
class Scores:
    """P(kept) of each arm in the order asked, rounded to 1e-6; the first is the nothing arm.

    The risk is one minus the first. Its drivers are the facts that push it, strongest first.
    """

    p_kept: tuple[float, ...]
    drivers: tuple[Driver, ...] = ()


class Contributions(NamedTuple):
    """How one arm's score came about: `bias` and all pushes sum to `log_odds`, of being kept.

    A calibration, which never falls, makes `probability` of it.
    """

    bias: float
    pushes: tuple[Driver, ...]
    log_odds: float
    probability: float


class SaveModel(Protocol):
    """Scores what could be done in a case."""

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the bundle's manifest."""
        ...

    @property
    def evidence(self) -> Evidence:
        """Return whether it was learned from real or from simulated cases."""
        ...

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return the kinds of intercept it was learned from; for others it has no score."""
        ...

    def score(self, facts: Facts, arms: Sequence[Arm], *, drivers: bool = True) -> Scores:
        """Return P(kept) of every arm in one call; the first arm must be nothing."""
        ...

    def contributions(self, facts: Facts, arm: Arm) -> Contributions:
        """Return what each fact, and each term of the arm, adds to the score of one arm."""
        ...


Hazard = tuple[float, tuple[Driver, ...]]
"""A probability, and what drives it: a driver above 0 raises it."""


class HazardModel(Protocol):
    """Scores orders or bookings that nobody has tried to cancel yet."""

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the bundle's manifest."""
        ...

    @property
    def evidence(self) -> Evidence:
        """Return whether it was learned from real or from simulated cases."""
        ...

    def score(self, rows: Sequence[Facts], *, drivers: bool = True) -> list[Hazard]:
        """Return P(cancelled) of each case, rounded to 1e-6, with the facts that drive it."""
        ...


class WinModel(Protocol):
    """Says how likely a dispute is won if it is contested."""

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the bundle's manifest."""
        ...

    @property
    def evidence(self) -> Evidence:
        """Return whether it was learned from real or from simulated cases."""
        ...

    def score(self, rows: Sequence[Facts], *, drivers: bool = True) -> list[Hazard]:
        """Return P(won) of each case, rounded to 1e-6, with the facts that drive it."""
        ...


@dataclass(frozen=True, slots=True)
class Detection:
    """What a text says: every reason with its probability, the likeliest first.

    `unsure` says that no reason stands out, or that the language is not one it reads. `words` are
    those that decided, and that the model itself knows: they are shown, never journalled.
    """

    probabilities: tuple[tuple[str, float], ...]
    unsure: bool
    words: tuple[str, ...] = ()


class ReasonModel(Protocol):
    """Reads the reason out of a customer's words."""

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the bundle's manifest."""
        ...

    @property
    def evidence(self) -> Evidence:
        """Return whether it was learned from real or from made-up texts."""
        ...

    def detect(self, words: str) -> Detection:
        """Return what the words say; the same words always get the same answer."""
        ...


Model = SaveModel | HazardModel | ReasonModel | WinModel
