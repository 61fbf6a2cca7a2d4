"""Splits of bookings by time, as the test that counts is split: always a forecast.

A model learns from arrivals before a day and is tested on bookings *made* from that day on, with
arrival in the eight months after it: shorter where the file ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from keepsake.core.features import EPOCH, Feature, Transform
from sklearn.ensemble import HistGradientBoostingClassifier

from keepsake_training.data import Table
from keepsake_training.fitting import THREADS, Floats, matrix_of, place_words
from keepsake_training.hazard import booked_days, has_both

FIRST_MONTHS, TESTED_MONTHS, LEAST_TESTED_MONTHS, STEP_MONTHS = 6, 8, 4, 2
LEAST_ROWS = 100
YEAR = 12


@dataclass(frozen=True, slots=True)
class Split:
    """Learn from arrivals before the one day, test on bookings made from it to the other."""

    learned_until: date
    tested_until: date

    def __str__(self) -> str:
        return f"made from {self.learned_until}, arrival before {self.tested_until}"


def splits_of(table: Table) -> list[Split]:
    """Return splits of a table, the earliest first; none where it holds too little.

    The first learns from half a year of arrivals; each other from two months more. A table of less
    than ten months is split once, after two thirds of them.
    """
    starts = table.numbers("booking.start_date")
    if not np.isfinite(starts).any():
        return []
    first, after = _month_of(np.nanmin(starts)), _month_of(np.nanmax(starts)) + 1
    months = range(first + FIRST_MONTHS, after - LEAST_TESTED_MONTHS + 1, STEP_MONTHS)
    days = months or [first + (after - first) * 2 // 3]
    splits = [Split(_first_of(m), _first_of(min(m + TESTED_MONTHS, after))) for m in days]
    return [split for split in splits if all(map(_suffices, mirror(table, split)))]


def mirror(table: Table, split: Split) -> tuple[Table, Table]:
    """Return the rows to learn from and those to test on."""
    starts, learned, tested = (
        table.numbers("booking.start_date"), _day(split.learned_until), _day(split.tested_until)
    )  # fmt: skip
    made_after = booked_days(table) >= learned
    return table.where(starts < learned), table.where(made_after & (starts < tested))


def plain_scores(
    learned: Table, tested: Table, features: Sequence[Feature], *, seed: int
) -> Floats:
    """Return what scikit-learn's gradient boosting says as it comes, words as categories."""
    placed = [
        place_words(f, learned, least_rows=1) if f.transform is Transform.PLACE else f
        for f in features
    ]
    words = [feature.transform is Transform.PLACE for feature in placed]
    model = HistGradientBoostingClassifier(categorical_features=words, random_state=seed)
    with THREADS.limit(limits=1):
        model.fit(matrix_of(placed, learned), learned.labels)
        scores: Floats = model.predict_proba(matrix_of(placed, tested))[:, 1]
    return scores


def _suffices(table: Table) -> bool:
    return len(table) >= LEAST_ROWS and has_both(table)


def _day(when: date) -> float:
    return float(when.toordinal() - EPOCH)


def _month_of(day: float) -> int:
    when = date.fromordinal(EPOCH + int(day))
    return when.year * YEAR + when.month - 1


def _first_of(month: int) -> date:
    return date(month // YEAR, month % YEAR + 1, 1)
