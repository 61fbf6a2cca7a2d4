"""Trains the hazard model on real hotel bookings: P(cancelled), seen from the day of booking.

Cancellations drift, so what is recent counts more: a row's weight halves with every four months
since its booking. A block of equal bookings counts as one. Agents are placed by what they add to
what is known without them. The calibration comes from the latest bookings, as trees saw them that
had learned before; it is trusted by half, because two months are short.

The season is no feature: with a year and a half of data a month is seen once or twice, and what was
learned of it did not hold the next year (docs/analyst.md has the figures).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from keepsake.core.features import Feature, Transform
from keepsake.core.mapping import DAY_SECONDS
from numpy.typing import NDArray

from keepsake_training.data import Table
from keepsake_training.fitting import (
    AS_SAID,
    CalibrationTable,
    FittedTrees,
    TreeSettings,
    fit_calibration,
    fit_trees,
    matrix_of,
    place_words,
)

Floats = NDArray[np.float64]
Days = NDArray[np.float64]

COUNTS = ("weekend_nights", "week_nights", "adults", "children", "babies")
HISTORY = ("previous_cancellations", "previous_stays")
AGENT = "agent_code"
WORDS = (
    *("property", "meal", "market_segment", "distribution_channel", "room_type"),
    *("deposit", "customer_type", AGENT),
)
LATER = ("changes", "waiting_list_days", "special_requests")
AT_BOOKING = (
    Feature("lead_time", "booking.lead_time_days", Transform.NUMBER),
    Feature("arrival_weekday", "booking.start_date", Transform.WEEKDAY),
    *(Feature(name, f"booking.{name}", Transform.NUMBER) for name in (*COUNTS, *HISTORY)),
    Feature("repeated_guest", "booking.repeated_guest", Transform.FLAG),
    *(Feature(name, f"booking.{name}", Transform.PLACE) for name in WORDS),
)
BEFORE_ARRIVAL = (
    *AT_BOOKING,
    Feature("nightly_rate", "booking.nightly_rate", Transform.NUMBER),
    *(Feature(name, f"booking.{name}", Transform.NUMBER) for name in LATER),
)
FEATURES = {"at-booking": AT_BOOKING, "before-arrival": BEFORE_ARRIVAL}
RISING = frozenset({"previous_cancellations"})
SETTINGS = TreeSettings(
    trees=300, leaves=10, learning_rate=0.06, least_rows=60, l2=10.0, share=0.5
)  # fmt: skip
WITHOUT_AGENT = replace(SETTINGS, trees=80)
HALF_LIFE_DAYS = 120.0
LATEST_DAYS = 61.0
TRUST = 0.5
LEAST_EARLIER_DAYS = 180.0
LEAST_LATEST = 200
LEAST_OF_AGENT = 10
PRIOR_ROWS = 20.0


@dataclass(frozen=True, slots=True)
class Grown:
    """Trees, with the features whose words were placed for them."""

    features: tuple[Feature, ...]
    trees: FittedTrees

    def margins(self, table: Table) -> Floats:
        """Return the log-odds scikit-learn gives."""
        return self.trees.margins(matrix_of(self.features, table))


@dataclass(frozen=True, slots=True)
class HazardFit:
    """Trees with their features, and the calibration of their margins."""

    grown: Grown
    calibration: CalibrationTable

    def probabilities(self, table: Table) -> Floats:
        """Return what scikit-learn and the calibration say."""
        return self.calibration.apply(self.grown.margins(table))


def booked_days(table: Table) -> Days:
    """Return the day each booking was made."""
    return np.floor(table.numbers("booking.booked_time") / DAY_SECONDS)


def fit_hazard(table: Table, features: Sequence[Feature], *, seed: int) -> HazardFit:
    """Fit trees on all rows, and calibration on the latest, as trees say that lack them."""
    calibration = _calibration(table, features, seed=seed)
    return HazardFit(grow(table, features, seed=seed), calibration)


def _calibration(table: Table, features: Sequence[Feature], *, seed: int) -> CalibrationTable:
    """Return the calibration; what the trees say, where less than half a year is left for them."""
    starts = table.numbers("booking.start_date")
    since = starts.max() + 1 - LATEST_DAYS
    earlier, latest = table.where(starts < since), table.where(booked_days(table) >= since)
    suffices = since - starts.min() >= LEAST_EARLIER_DAYS and len(latest) >= LEAST_LATEST
    if not (suffices and has_both(latest) and has_both(earlier)):
        return AS_SAID
    said = grow(earlier, features, seed=seed).margins(latest)
    return fit_calibration(said, latest.labels, trust=TRUST)


def has_both(table: Table) -> bool:
    """Tell whether there are cancelled bookings and others."""
    return len(set(table.labels.tolist())) > 1


def grow(table: Table, features: Sequence[Feature], *, seed: int) -> Grown:
    """Grow trees, the agents placed by what trees that do not know them leave unsaid."""
    placed = [place_words(f, table) if f.transform is Transform.PLACE else f for f in features]
    rows = matrix_of(placed, table)
    weights = recency(table) / block_sizes(table)
    weights /= weights.mean()
    agent = [feature.name for feature in placed].index(AGENT)
    known = np.delete(rows, agent, axis=1)
    first = fit_trees(known, table.labels, replace(WITHOUT_AGENT, seed=seed), weights=weights)
    unsaid = table.labels - 1 / (1 + np.exp(-first.margins(known)))
    placed[agent] = place_by_unsaid(placed[agent], table, unsaid, weights=weights)
    rows[:, [agent]] = matrix_of([placed[agent]], table)
    rising = [feature.name in RISING for feature in placed]
    settings = replace(SETTINGS, seed=seed)
    return Grown(tuple(placed), fit_trees(rows, table.labels, settings, rising=rising,
                                          weights=weights))  # fmt: skip


def recency(table: Table) -> Floats:
    """Return weights that halve with every four months since a booking was made."""
    age = table.numbers("booking.start_date").max() - booked_days(table)
    return np.asarray(0.5 ** (age / HALF_LIFE_DAYS))


def blocks(table: Table) -> NDArray[np.intp]:
    """Return a number for each booking; those that look equal at booking share it.

    A group of forty rooms is forty rows of one decision: taken as forty, one cancelled fair would
    teach the trees more than a month of guests.
    """
    facts = ["booking.start_date", *(feature.fact for feature in AT_BOOKING)]
    numbers: dict[tuple[object, ...], int] = {}
    keys = (tuple(map(row.get, facts)) for row in table.rows)
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.intp)


def block_sizes(table: Table) -> Floats:
    """Return how many bookings look like each one."""
    numbers = blocks(table)
    return np.bincount(numbers)[numbers].astype(np.float64)


def place_by_unsaid(feature: Feature, table: Table, unsaid: Floats, *, weights: Floats) -> Feature:
    """List a feature's words in the order of what others leave unsaid of them, on average.

    An agent who sells groups is not risky for it: the groups are. Rare words are drawn to 0, and
    the rarest left out. The order is fixed in the bundle.
    """
    sums: dict[str, Floats] = defaultdict(lambda: np.zeros(3))
    for row, rest, weight in zip(table.rows, unsaid, weights, strict=True):
        if feature.fact in row:
            sums[str(row[feature.fact])] += (weight * rest, weight, 1.0)
    kept = {
        word: float(rest / (weight + PRIOR_ROWS))
        for word, (rest, weight, rows) in sums.items()
        if rows >= LEAST_OF_AGENT
    }
    return replace(feature, words=tuple(sorted(kept, key=lambda word: (kept[word], word))))
