"""Plots of a bundle's card, that one can show a manager: one question each, said in the title."""

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
from sklearn.metrics import precision_recall_curve, roc_curve

from keepsake_training.measures import BINS, wilson

Floats = NDArray[np.float64]
INK, BLUE, ORANGE, GREY = "#1c2733", "#1f5fa8", "#d9762b", "#9aa5b1"
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


def _figure(width: float = 5.6, height: float = 4.4) -> tuple[Figure, Axes]:
    plt.rcParams.update(LOOK)
    return plt.subplots(figsize=(width, height), layout="constrained")


def as_png(figure: Figure) -> bytes:
    """Return a figure as PNG, without a date or a version that would change its bytes."""
    buffer = io.BytesIO()
    figure.savefig(buffer, dpi=110, format="png", metadata={"Software": None})
    plt.close(figure)
    return buffer.getvalue()


def of_scores(truth: NDArray[Any], scores: Floats, *, event: str) -> dict[str, bytes]:
    """Return the three plots that every probability has on its card."""
    return {
        "reliability.png": reliability(truth, scores, event=event),
        "curves.png": curves(truth, scores),
        "scores.png": histogram(truth, scores, event=event),
    }


def reliability(truth: NDArray[Any], scores: Floats, *, event: str) -> bytes:
    """Plot how often it happened against how likely it was said to be, with 95 % bars."""
    figure, axes = _figure()
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--", label="perfect")
    parts = np.array_split(np.argsort(scores, kind="stable"), BINS)
    said = np.array([scores[part].mean() for part in parts])
    came = np.array([truth[part].mean() for part in parts])
    bounds = np.array([wilson(int(truth[part].sum()), len(part)) for part in parts])
    bars = np.abs(bounds.T - came)
    axes.errorbar(said, came, yerr=bars, color=BLUE, marker="o", markersize=5, capsize=2,
                  linewidth=1.5, label=f"{BINS} groups of equal size")  # fmt: skip
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel=f"said: P({event})", ylabel=f"came true: {event}",
             title="Does it happen as often as it says?")  # fmt: skip
    axes.legend(loc="upper left")
    return as_png(figure)


def curves(truth: NDArray[Any], scores: Floats) -> bytes:
    """Plot the ROC curve and precision against recall, side by side."""
    plt.rcParams.update(LOOK)
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.6, 4.4), layout="constrained")
    wrong, found, _ = roc_curve(truth, scores)
    left.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--")
    left.plot(wrong, found, color=BLUE, linewidth=2)
    left.set(xlim=(0, 1), ylim=(0, 1.01), xlabel="false alarms", ylabel="found",
             title="ROC: found against false alarms")  # fmt: skip
    precision, recall, _ = precision_recall_curve(truth, scores)
    right.axhline(truth.mean(), color=GREY, linewidth=1, linestyle="--")
    right.text(0.01, truth.mean() - 0.045, "by chance", color=GREY)
    right.plot(recall, precision, color=BLUE, linewidth=2)
    right.set(xlim=(0, 1), ylim=(0, 1.01), xlabel="found (recall)",
              ylabel="right among the named (precision)",
              title="Precision against recall")  # fmt: skip
    return as_png(figure)


def histogram(truth: NDArray[Any], scores: Floats, *, event: str) -> bytes:
    """Plot the scores of cases where it happened and where it did not."""
    figure, axes = _figure()
    bins = np.linspace(0, 1, 41)
    for value, colour, label in ((False, BLUE, f"not {event}"), (True, ORANGE, event)):
        axes.hist(scores[truth == value], bins=bins.tolist(), color=colour, alpha=0.65, label=label)
    axes.set(xlim=(0, 1), xlabel=f"said: P({event})", ylabel="cases",
             title="Scores by what happened")  # fmt: skip
    axes.legend()
    return as_png(figure)


def effects(names: Sequence[str], said: Sequence[float], true: Sequence[float]) -> bytes:
    """Plot the mean effect of each lever: what the model says beside the simulated truth."""
    figure, axes = _figure(6.4, 4.6)
    places = np.arange(len(names))
    axes.barh(places + 0.19, true, height=0.36, color=GREY, label="truth of the simulation")
    axes.barh(places - 0.19, said, height=0.36, color=BLUE, label="model")
    axes.set_yticks(places, names)
    axes.invert_yaxis()
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.grid(visible=False, axis="y")
    axes.set(xlabel="P(kept) with it, less P(kept) with nothing", title="What does each lever add?")
    figure.legend(loc="outside upper right", ncols=2)
    return as_png(figure)


def policies(names: Sequence[str], values: Sequence[float], spreads: Sequence[float]) -> bytes:
    """Plot the value of policies on the same fresh customers, with 95 % bars."""
    figure, axes = _figure(6.4, 3.6)
    places = np.arange(len(names))
    colours = [BLUE if name == "model" else GREY for name in names]
    axes.barh(places, values, xerr=spreads, color=colours, error_kw={"ecolor": INK, "capsize": 3})
    axes.set_yticks(places, names)
    axes.invert_yaxis()
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.grid(visible=False, axis="y")
    axes.set(xlabel="value per case above offering nothing", title="What is the choice worth?")
    return as_png(figure)


def confusion(names: Sequence[str], counts: Sequence[Sequence[int]]) -> bytes:
    """Plot what was said (across) for each true reason (down)."""
    figure, axes = _figure(8.2, 7.2)
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
    return as_png(figure)
