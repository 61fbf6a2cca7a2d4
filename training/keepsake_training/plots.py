"""Plots of a bundle's card, that one can show a manager: each says in its title what it shows.

Blue and orange differ for colour-blind readers too, and no plot tells by colour alone. A plot of a
model that was learned from a simulation has a note that says so.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from sklearn.metrics import precision_recall_curve, roc_auc_score, roc_curve

from keepsake_training.measures import BINS, calibration_error, wilson

Floats = NDArray[np.float64]
INK, DIM, GREY = "#1c2733", "#5b6773", "#9aa5b1"
BLUE, PALE, ORANGE = "#1f5fa8", "#7fb0e0", "#d9762b"
LOOK: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#e6eaee",
    "axes.axisbelow": True,
    "legend.frameon": False,
}


def figure(width: float = 6.4, height: float = 4.6) -> tuple[Figure, Axes]:
    """Return an empty figure in the look of all of them, with one pair of axes."""
    plt.rcParams.update(LOOK)
    return plt.subplots(figsize=(width, height), layout="constrained")


def grid(rows: int, columns: int, *, size: tuple[float, float]) -> tuple[Figure, list[Axes]]:
    """Return a figure of small plots that share their axes."""
    plt.rcParams.update(LOOK | {"axes.titlesize": 10})
    drawn, table = plt.subplots(rows, columns, figsize=size, layout="constrained",
                                sharex=True, sharey=True)  # fmt: skip
    return drawn, list(np.ravel(table))


def entitle(drawn: Figure, title: str, note: str = "") -> None:
    """Write the finding above a figure, and in small letters below what it was measured on."""
    drawn.suptitle(title, x=0.01, ha="left", fontsize=12, fontweight="bold")
    if note:
        drawn.supxlabel(note, x=0.99, ha="right", fontsize=8, color=DIM)


def as_png(drawn: Figure) -> bytes:
    """Return a figure as PNG, without a date or a version that would change its bytes."""
    buffer = io.BytesIO()
    drawn.savefig(buffer, dpi=110, format="png", metadata={"Software": None})
    plt.close(drawn)
    return buffer.getvalue()


def of_scores(
    truth: NDArray[Any], scores: Floats, *, event: str, note: str = ""
) -> dict[str, bytes]:
    """Return the three plots that every probability has on its card.

    `note` says what they were measured on.
    """
    return {
        "reliability.png": reliability(truth, scores, event=event, note=note),
        "curves.png": curves(truth, scores, event=event, note=note),
        "scores.png": histogram(truth, scores, event=event, note=note),
    }


def reliability(truth: NDArray[Any], scores: Floats, *, event: str, note: str = "") -> bytes:
    """Plot how often it happened against how likely it was said to be, with 95 % bars."""
    drawn, axes = figure()
    against_diagonal(axes, truth, scores, bins=BINS)
    axes.plot([], [], color=BLUE, marker="o", label=f"{BINS} groups of equal size, 95 % bars")
    axes.plot([], [], color=GREY, linestyle="--", label="perfect")
    axes.set(xlabel=f"said: P({event})", ylabel=f"came true: share {event}")
    axes.legend(loc="upper left")
    points = 100 * calibration_error(truth, scores)
    entitle(
        drawn, f"What is said and what comes true differ by {points:.1f} points on average", note
    )
    return as_png(drawn)


def against_diagonal(axes: Axes, truth: NDArray[Any], scores: Floats, *, bins: int) -> None:
    """Draw groups of equal size: how often it happened against how likely it was said to be."""
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--")
    parts = np.array_split(np.argsort(scores, kind="stable"), bins)
    said = np.array([scores[part].mean() for part in parts])
    came = np.array([truth[part].mean() for part in parts])
    bounds = np.array([wilson(int(truth[part].sum()), len(part)) for part in parts])
    bars = np.abs(bounds.T - came)
    axes.errorbar(said, came, yerr=bars, color=BLUE, marker="o", markersize=4, capsize=2,
                  linewidth=1.5)  # fmt: skip
    axes.set(xlim=(0, 1), ylim=(0, 1))


def curves(truth: NDArray[Any], scores: Floats, *, event: str, note: str = "") -> bytes:
    """Plot the ROC curve and precision against recall, side by side."""
    plt.rcParams.update(LOOK | {"axes.titlesize": 10})
    drawn, (left, right) = plt.subplots(1, 2, figsize=(9.6, 4.8), layout="constrained")
    wrong, found, _ = roc_curve(truth, scores)
    left.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--")
    left.text(0.6, 0.52, "by chance", color=DIM)
    left.plot(wrong, found, color=BLUE, linewidth=2)
    left.set(xlim=(0, 1), ylim=(0, 1.01), xlabel=f"false alarms: share of those not {event}",
             ylabel=f"found: share of those {event}", title="ROC curve")  # fmt: skip
    precision, recall, _ = precision_recall_curve(truth, scores)
    right.axhline(truth.mean(), color=GREY, linewidth=1, linestyle="--")
    right.text(0.02, truth.mean() - 0.02, "by chance", color=DIM, va="top")
    right.plot(recall, precision, color=BLUE, linewidth=2)
    right.set(xlim=(0, 1), ylim=(0, 1.01), xlabel=f"recall: share found of those {event}",
              ylabel=f"precision: share {event} of those found",
              title="Precision and recall")  # fmt: skip
    share = 100 * roc_auc_score(truth, scores)
    entitle(drawn, f"Of two cases, the one that is {event} scores higher {share:.0f} times in 100 "
                   f"(AUC {share / 100:.3f})", note)  # fmt: skip
    return as_png(drawn)


def histogram(truth: NDArray[Any], scores: Floats, *, event: str, note: str = "") -> bytes:
    """Plot the scores of cases where it happened and where it did not."""
    drawn, axes = figure()
    bins = np.linspace(0, 1, 41).tolist()
    axes.hist(scores[~truth], bins=bins, color=GREY, alpha=0.6, label=f"not {event}")
    axes.hist(scores[truth], bins=bins, color=BLUE, histtype="step", linewidth=2, label=event)
    axes.set(xlim=(0, 1), xlabel=f"said: P({event})", ylabel="number of cases")
    axes.legend(loc="upper left" if scores.mean() > 0.5 else "upper right")  # noqa: PLR2004  # half
    with_it, without = scores[truth].mean(), scores[~truth].mean()
    entitle(drawn, f"Said on average: {with_it:.2f} of those {event}, {without:.2f} of the others",
            note)  # fmt: skip
    return as_png(drawn)


def confusion(names: Sequence[str], counts: Sequence[Sequence[int]]) -> bytes:
    """Plot what was said (across) for each true reason (down)."""
    drawn, axes = figure(8.2, 7.2)
    table = np.array(counts, dtype=np.float64)
    shares = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for row, column in np.argwhere(table > 0):
        colour = "white" if shares[row, column] > 0.55 else INK  # noqa: PLR2004  # readable on blue
        axes.text(column, row, str(int(table[row, column])), ha="center", va="center", color=colour)
    axes.set_xticks(range(len(names)), names, rotation=45, ha="right")
    axes.set_yticks(range(len(names)), names)
    axes.grid(visible=False)
    axes.set(xlabel="said", ylabel="true", title="Which reasons are taken for which?")
    return as_png(drawn)
