"""Trains the hazard model on real hotel bookings: P(cancelled), seen from the day of booking.

Time is respected everywhere. The measured model learns from arrivals before 2016 and is tested on
bookings made in 2016; the shipped one is then fitted the same way on all arrivals. The calibration
curve is fitted on what trees said of blocks of time that they had not seen.

The season is no feature: with a year and a half of data a month is seen once or twice, and what was
learned of it did not hold the next year (three splits by time agreed).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from keepsake.core.features import EPOCH, Feature, Transform
from keepsake.core.mapping import DAY_SECONDS
from numpy.typing import NDArray

from keepsake_training.data import Table
from keepsake_training.fitting import (
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
WORDS = (
    *("property", "meal", "market_segment", "distribution_channel", "room_type"),
    *("deposit", "customer_type", "agent_code"),
)
LATER = ("changes", "waiting_list_days", "special_requests")
AT_BOOKING = (
    Feature("lead_time", "booking.lead_time_days", Transform.NUMBER),
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
SETTINGS = TreeSettings(trees=120, leaves=10, learning_rate=0.06, least_rows=150, l2=30.0)
BLOCKS = 5


@dataclass(frozen=True, slots=True)
class Split:
    """A mirror of the test that counts: learn from earlier arrivals, test on later bookings."""

    learned_until: date = date(2016, 1, 1)
    tested_until: date = date(2016, 9, 1)

    def __str__(self) -> str:
        return f"made from {self.learned_until}, arrival before {self.tested_until}"


LATER_SPLITS = (
    Split(date(2016, 4, 1), date(2016, 12, 1)),
    Split(date(2016, 6, 1), date(2017, 1, 1)),
)


@dataclass(frozen=True, slots=True)
class HazardFit:
    """Trees and calibration, with the features whose words were placed while fitting."""

    features: tuple[Feature, ...]
    trees: FittedTrees
    calibration: CalibrationTable

    def probabilities(self, table: Table) -> Floats:
        """Return what scikit-learn and the calibration say."""
        return self.calibration.apply(self.trees.margins(matrix_of(self.features, table)))


def day(when: date) -> float:
    """Return a day as facts count it."""
    return float(when.toordinal() - EPOCH)


def booked_days(table: Table) -> Days:
    """Return the day each booking was made."""
    return np.floor(table.numbers("booking.booked_time") / DAY_SECONDS)


def mirror(table: Table, split: Split) -> tuple[Table, Table]:
    """Return the rows to learn from and those to test on."""
    starts, learned, tested = (
        table.numbers("booking.start_date"), day(split.learned_until), day(split.tested_until)
    )  # fmt: skip
    made_after = booked_days(table) >= learned
    return table.where(starts < learned), table.where(made_after & (starts < tested))


def fit_hazard(table: Table, features: Sequence[Feature], *, seed: int) -> HazardFit:
    """Fit trees on all rows, and calibration on what trees said of blocks of time they lacked."""
    placed = tuple(place_words(f, table) if f.transform is Transform.PLACE else f for f in features)
    settings = replace(SETTINGS, seed=seed)
    rows = matrix_of(placed, table)
    starts = table.numbers("booking.start_date")
    weights = twin_weights(rows, starts)
    blocks = np.digitize(starts, np.quantile(starts, np.linspace(0, 1, BLOCKS + 1)[1:-1]))
    unseen = np.zeros(len(table))
    for block in range(BLOCKS):
        out = blocks == block
        part = fit_trees(rows[~out], table.labels[~out], settings, weights=weights[~out])
        unseen[out] = part.margins(rows[out])
    calibration = fit_calibration(unseen, table.labels)
    return HazardFit(placed, fit_trees(rows, table.labels, settings, weights=weights), calibration)


def twin_weights(rows: Floats, starts: Days) -> Floats:
    """Return weights that count a block of equal bookings as the root of its size.

    A group of forty rooms is forty rows of one decision: taken as forty, one cancelled fair would
    teach the trees more than a month of guests.
    """
    keyed = np.nan_to_num(np.column_stack([starts, rows]), nan=-1.0)
    _, block, sizes = np.unique(keyed, axis=0, return_inverse=True, return_counts=True)
    weights = 1 / np.sqrt(sizes[block.ravel()])
    return np.asarray(weights / weights.mean())
