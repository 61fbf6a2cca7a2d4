"""Trains the hazard model on real hotel bookings: P(cancelled), seen from the day of booking.

Time is respected everywhere. The measured model learns from arrivals before 2016 and is tested on
bookings made in 2016; the shipped one is then fitted the same way on all arrivals. The calibration
curve is fitted on bookings that the trees have not seen and that were made after those they have.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

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
    Feature("start_month", "booking.start_date", Transform.MONTH),
    Feature("start_weekday", "booking.start_date", Transform.WEEKDAY),
)
BEFORE_ARRIVAL = (
    *AT_BOOKING,
    Feature("nightly_rate", "booking.nightly_rate", Transform.NUMBER),
    *(Feature(name, f"booking.{name}", Transform.NUMBER) for name in LATER),
)
FEATURES = {"at-booking": AT_BOOKING, "before-arrival": BEFORE_ARRIVAL}
SETTINGS = TreeSettings(trees=100, leaves=12, learning_rate=0.06, least_rows=60, l2=5.0)
HELD_BACK = 0.2


@dataclass(frozen=True, slots=True)
class Split:
    """A mirror of the test that counts: learn from earlier arrivals, test on later bookings."""

    learned_until: date = date(2016, 1, 1)
    tested_until: date = date(2016, 9, 1)


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
    """Fit trees on all rows, and calibration on the latest ones as trees without them see them."""
    placed = tuple(place_words(f, table) if f.transform is Transform.PLACE else f for f in features)
    settings = TreeSettings(**{**_as_dict(SETTINGS), "seed": seed})
    rows = matrix_of(placed, table)
    starts = table.numbers("booking.start_date")
    late = starts >= np.quantile(starts, 1 - HELD_BACK)
    early = fit_trees(rows[~late], table.labels[~late], settings)
    calibration = fit_calibration(early.margins(rows[late]), table.labels[late])
    return HazardFit(placed, fit_trees(rows, table.labels, settings), calibration)


def _as_dict(settings: TreeSettings) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in settings.__slots__}
