"""Learns P(won) of disputes from how earlier ones ended: of chargebacks, and of debit memos.

Only disputes that were fought teach anything; what was accepted is left out. A desk fights what
looks good to it, so what is learned holds for cases like those, and the card says so. A fuller file
never lowers the chance: the trees are held to that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from keepsake.core.features import Feature, Transform

from keepsake_training.data import Table
from keepsake_training.fitting import (
    AS_SAID,
    CalibrationTable,
    FittedTrees,
    Floats,
    TreeSettings,
    fit_calibration,
    fit_trees,
    matrix_of,
    place_words,
)

NUMBER, LOG, FLAG, PLACE = Transform.NUMBER, Transform.LOG, Transform.FLAG, Transform.PLACE
FEATURES: Mapping[str, Sequence[Feature]] = {
    "chargeback": (
        Feature("completeness", "dispute.completeness", NUMBER),
        Feature("prior_orders", "dispute.prior_orders", NUMBER),
        Feature("amount", "dispute.amount", LOG),
        Feature("is_inquiry", "dispute.is_inquiry", FLAG),
        Feature("ce3_may", "dispute.ce3_may", FLAG),
        Feature("claim_is_right", "dispute.claim_is_right", FLAG),
        Feature("family", "dispute.family", PLACE),
        Feature("three_ds", "payment.three_ds", PLACE),
        Feature("network", "dispute.network", PLACE),
    ),
    "debit_memo": (
        Feature("completeness", "proof.completeness", NUMBER),
        Feature("amount", "memo.amount", LOG),
        Feature("fare_modified", "memo.fare_modified", FLAG),
        Feature("own_document", "memo.own_document", FLAG),
        Feature("waiver_on_file", "memo.waiver_on_file", FLAG),
        Feature("cause", "reason", PLACE),
        Feature("airline", "memo.airline", PLACE),
    ),
}
RISING = frozenset({"completeness", "prior_orders"})
SETTINGS = TreeSettings(trees=90, leaves=6, learning_rate=0.06, least_rows=25, l2=8.0)
LEARNED_SHARE = 0.75
"""Of the rows in their order: on the rest, which ended later, it is measured and calibrated."""
TRUST = 0.6


@dataclass(frozen=True, slots=True)
class WinFit:
    """Trees with their features, and the calibration of their margins."""

    features: tuple[Feature, ...]
    trees: FittedTrees
    calibration: CalibrationTable = AS_SAID

    def margins(self, table: Table) -> Floats:
        """Return the log-odds that the trees give."""
        return self.trees.margins(matrix_of(self.features, table))

    def probabilities(self, table: Table) -> Floats:
        """Return how likely each is won."""
        return self.calibration.apply(self.margins(table))


def fit_win(learned: Table, later: Table, features: Sequence[Feature], *, seed: int) -> WinFit:
    """Fit trees on the earlier disputes, and the calibration on later ones they have not seen."""
    first = grow(learned, features, seed=seed)
    calibration = fit_calibration(first.margins(later), later.labels, trust=TRUST)
    return replace(first, calibration=calibration)


def grow(table: Table, features: Sequence[Feature], *, seed: int) -> WinFit:
    """Fit trees, each word placed by how often it was won; what no dispute tells is no feature."""
    placed = tuple(
        place_words(feature, table, least_rows=15) if feature.transform is PLACE else feature
        for feature in features
        if any(feature.fact in row for row in table.rows)
    )
    rising = [feature.name in RISING for feature in placed]
    settings = replace(SETTINGS, seed=seed)
    rows = matrix_of(placed, table)
    return WinFit(placed, fit_trees(rows, table.labels, settings, rising=rising))
