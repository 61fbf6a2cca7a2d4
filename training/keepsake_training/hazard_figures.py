"""What the card of a hazard model says: forecasts of later bookings, and what the model reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from keepsake.core.features import Feature

from keepsake_training import plots
from keepsake_training.data import Table
from keepsake_training.fitting import Floats
from keepsake_training.hazard import HazardFit, blocks, fit_hazard
from keepsake_training.hazard_splits import Split, mirror, plain_scores
from keepsake_training.measures import intervals, probability_figures

LEAD_DAYS = (0, 1, 2, 4, 7, 14, 21, 30, 45, 60, 90, 120, 150, 180, 240, 300)
SHOWN = 300
SEGMENTS = {
    "online agency": "online_agency",
    "offline agency": "offline_agency",
    "direct": "direct",
    "group": "group",
}


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a model and a plain one said of bookings made after those they had learned from."""

    split: Split
    tested: Table
    said: Floats
    plain: Floats
    seed: int

    def with_and_without_deposit(self) -> dict[str, dict[str, float]]:
        """Return figures of all bookings, and of those whose price is not lost anyway."""
        deposits = [row.get("booking.deposit") for row in self.tested.rows]
        other = np.array([deposit != "non_refundable" for deposit in deposits])
        return {
            "all bookings": probability_figures(self.tested.labels, self.said),
            "without non-refundable": probability_figures(
                self.tested.labels[other], self.said[other]
            ),
        }


def forecast(table: Table, split: Split, features: Sequence[Feature], *, seed: int) -> Forecast:
    """Fit on a split's earlier bookings and score its later ones."""
    learned, tested = mirror(table, split)
    said = fit_hazard(learned, features, seed=seed).probabilities(tested)
    plain = plain_scores(learned, tested, features, seed=seed)
    return Forecast(split, tested, said, plain, seed)


def figures_of(made: Forecast) -> dict[str, Any]:
    """Return the figures of a forecast beside those of plain gradient boosting.

    Intervals draw bookings that look equal together: they are one decision.
    """
    truth, said = made.tested.labels, made.said
    return {
        **probability_figures(truth, said),
        "without_deposit": made.with_and_without_deposit()["without non-refundable"],
        "intervals": intervals(truth, said, seed=made.seed, blocks=blocks(made.tested)),
        "plain": probability_figures(truth, made.plain),
    }


def mean_figures(figures: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the mean of the figures over splits."""
    names = ("auc", "brier", "ece")
    return {
        **{name: float(np.mean([each[name] for each in figures])) for name in names},
        "plain": {
            name: float(np.mean([each["plain"][name] for each in figures])) for name in names
        },
    }


def effects(fit: HazardFit, table: Table) -> bytes:
    """Plot P(cancelled) against lead time, on average over real bookings, all else kept."""
    drawn, axes = plots.figure(7.2, 4.8)
    styles = zip(SEGMENTS.items(), ("-", "--", ":", "-."), strict=True)
    colours = (plots.BLUE, plots.ORANGE, plots.INK, plots.PALE)
    for ((title, segment), style), colour in zip(styles, colours, strict=True):
        cases = _refundable(table, segment)
        if len(cases):
            said = [_said(fit, cases, days) for days in LEAD_DAYS]
            axes.plot(LEAD_DAYS, said, linestyle=style, color=colour, linewidth=2, label=title)
    axes.set(xlabel="days between booking and arrival", ylabel="said on average: P(cancelled)",
             ylim=(0, 1), xlim=(0, LEAD_DAYS[-1]))  # fmt: skip
    axes.legend(title="sold by", loc="upper left")
    note = f"up to {SHOWN} bookings of each, without non-refundable ones; what the model says"
    title = "Stays booked long before are cancelled more often than last-minute ones"
    plots.entitle(drawn, title, note)
    return plots.as_png(drawn)


def _refundable(table: Table, segment: str) -> Table:
    """Return some bookings of a segment, spread over the table."""
    chosen = np.array([
        row.get("booking.market_segment") == segment
        and row.get("booking.deposit") != "non_refundable"
        for row in table.rows
    ])  # fmt: skip
    places = np.flatnonzero(chosen)
    kept = places[np.linspace(0, len(places) - 1, min(SHOWN, len(places))).astype(np.intp)]
    chosen[:] = False
    chosen[kept] = True
    return table.where(chosen)


def _said(fit: HazardFit, cases: Table, days: int) -> float:
    """Return the mean probability of cases as if they had been booked so many days ahead."""
    rows = [{**row, "booking.lead_time_days": float(days)} for row in cases.rows]
    return float(fit.probabilities(replace(cases, rows=rows)).mean())
