"""Plots of a save model: calibration of each arm, effects, the worth of policies, who gets what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from keepsake_training import plots
from keepsake_training.fitting import Floats
from keepsake_training.plots import BLUE, DIM, GREY, INK, ORANGE, PALE
from keepsake_training.save import CaseTable, SaveFit
from keepsake_training.save_figures import called_for
from keepsake_training.simulation import kept_chance
from keepsake_training.worlds import NOTHING, Cases, Log, Tried

ARM_GROUPS = 6
CURVE_CASES = 1500
CURVE_STEPS = 9
FREE = 0.02
POLICIES = {"model": BLUE, "model + never_save": PALE, "rules only": GREY, "oracle": ORANGE}


def of_save(fit: SaveFit, fresh: Log, figures: Mapping[str, Any]) -> dict[str, bytes]:
    """Return every plot of a save model's card; each says that it is simulated."""
    said = fit.probabilities(fit.table(fresh.cases), fresh.tried)
    note = f"simulated: {len(fresh.kept):,} fresh customers, world {fit.world.pack}"
    return {
        **plots.of_scores(fresh.kept, said, event="kept", note=note),
        "arms.png": arms(fit, fresh, said, note=note),
        "effects.png": effects(fit, fresh.cases, figures, note=note),
        "policies.png": policies(figures["policies"], fit.world.currency, note=note),
        "nothing.png": nothing(figures["given_nothing"], note=note),
    }


def arms(fit: SaveFit, fresh: Log, said: Floats, *, note: str) -> bytes:
    """Plot calibration for each arm: small groups, so wide bars."""
    drawn, axes = plots.grid(2, 5, size=(11, 5.4))
    tried = [fresh.tried.lever == place for place in range(len(fit.world.names))]
    for name, at, small in zip(fit.world.names, tried, axes, strict=True):
        plots.against_diagonal(small, fresh.kept[at], said[at], bins=ARM_GROUPS)
        small.set_title(f"{_plain(name)} ({int(at.sum()):,})")
    axes[0].set_ylabel("kept: share")
    axes[5].set_ylabel("kept: share")
    for small in axes[5:]:
        small.set_xlabel("said: P(kept)")
    most = max(abs(said[at].mean() - fresh.kept[at].mean()) for at in tried)
    title = f"Of every arm, what is said and what is kept differ by {100 * most:.1f} points at most"
    plots.entitle(drawn, title, f"{note}; {ARM_GROUPS} groups of equal size, 95 % bars")
    return plots.as_png(drawn)


def effects(fit: SaveFit, cases: Cases, figures: Mapping[str, Any], *, note: str) -> bytes:
    """Plot what each lever adds as it gets more generous: said beside true."""
    drawn, axes = plots.grid(3, 3, size=(9.6, 8))
    for place, small in enumerate(axes, start=1):
        depths, said, true = effect_curve(fit, cases, place)
        small.plot(
            100 * depths, 100 * true, color=ORANGE, linestyle="--", linewidth=2, label="true"
        )
        small.plot(100 * depths, 100 * said, color=BLUE, linewidth=2, label="said by the model")
        small.set_title(_plain(fit.world.names[place]))
        if depths[-1] - depths[0] < FREE / 100:
            small.plot(100 * depths[:1], 100 * true[:1], color=ORANGE, marker="D")
            small.plot(100 * depths[:1], 100 * said[:1], color=BLUE, marker="o")
    axes[0].set_ylim(bottom=0)
    axes[2].legend(loc="upper right")
    axes[3].set_ylabel("points of P(kept) above nothing")
    axes[7].set_xlabel("generosity: cost in % of the value")
    gains = figures["effects"].values()
    share = sum(gain["said"] for gain in gains) / sum(gain["true"] for gain in gains)
    falls = figures["monotone_violations"]
    never = "never does worse" if not falls else f"does worse in {falls} steps"
    title = f"More generous {never}; the model says {100 * share:.0f} % of what is true"
    plots.entitle(drawn, title, f"{note}, of those whose reason calls for the offer")
    return plots.as_png(drawn)


def effect_curve(fit: SaveFit, cases: Cases, place: int) -> tuple[Floats, Floats, Floats]:
    """Return generosities of a lever, and what each adds to P(kept): as said, and in truth."""
    chosen = np.flatnonzero(called_for(fit.world, cases, place))[:CURVE_CASES]
    called = cases.at(chosen)
    table = fit.table(called)
    low, high = fit.world.levers[place - 1].range_for(float(np.median(called.value)))
    depths = np.linspace(low, high, CURVE_STEPS)
    said = [_said(fit, table, place, depth=depth) for depth in depths]
    true = [_true(fit, called, place, depth=depth) for depth in depths]
    none_said, none_true = (
        _said(fit, table, NOTHING, depth=0),
        _true(fit, called, NOTHING, depth=0),
    )
    return depths, np.array(said) - none_said, np.array(true) - none_true


def _said(fit: SaveFit, table: CaseTable, place: int, *, depth: float) -> float:
    rows = len(table.case)
    return float(fit.probabilities(table, Tried.everywhere(place, depth, rows)).mean())


def _true(fit: SaveFit, cases: Cases, place: int, *, depth: float) -> float:
    return float(kept_chance(fit.world, cases, Tried.everywhere(place, depth, len(cases))).mean())


def policies(found: Mapping[str, Mapping[str, float]], currency: str, *, note: str) -> bytes:
    """Plot the value of policies on the same fresh customers, with 95 % bars."""
    drawn, axes = plots.figure(7.6, 4.2)
    gains = [policy["gain"] for policy in found.values()]
    bars = [policy["half_width"] for policy in found.values()]
    colours = [POLICIES[name] if "model" in name else GREY for name in found]
    axes.barh(range(len(found)), gains, xerr=bars, color=colours,
              error_kw={"ecolor": INK, "capsize": 3})  # fmt: skip
    _named_rows(axes, [*found])
    span = max(gains) - min(*gains, 0)
    for row, (gain, bar) in enumerate(zip(gains, bars, strict=True)):
        side = 1 if gain >= 0 else -1
        axes.text(gain + side * (bar + 0.015 * span), row, f"{gain:+,.1f}", va="center",
                  ha="left" if side > 0 else "right")  # fmt: skip
    axes.margins(x=0.15)
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.set_xlabel(f"{currency} per case above offering nothing, with 95 % bars")
    share = 100 * found["model"]["gain"] / found["oracle"]["gain"]
    title = f"The model's choice earns {share:.0f} % of what an all-knowing one would"
    plots.entitle(drawn, title, note)
    return plots.as_png(drawn)


def nothing(found: Mapping[str, Mapping[str, float]], *, note: str) -> bytes:
    """Plot to how many of each true type of customer nothing is offered, by three policies."""
    drawn, axes = plots.figure(7.6, 5.6)
    height = 0.8 / len(POLICIES)
    for step, (policy, colour) in enumerate(POLICIES.items()):
        shares = [100 * figures[policy] for figures in found.values()]
        places = np.arange(len(found)) + (step - (len(POLICIES) - 1) / 2) * height
        axes.barh(places, shares, height=height * 0.92, color=colour, label=policy)
        for place, share in zip(places, shares, strict=True):
            axes.text(share + 1, place, f"{share:.0f}", va="center", fontsize=8, color=DIM)
    _named_rows(
        axes,
        [f"{name}\n({100 * figures['share']:.0f} % of all)" for name, figures in found.items()],
    )
    axes.set(xlim=(0, 110), xlabel="nothing is offered to: % of the customers of a type")
    axes.legend(loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=len(POLICIES))
    plots.entitle(drawn, _who_gets_nothing(found), note)
    return plots.as_png(drawn)


def _who_gets_nothing(found: Mapping[str, Mapping[str, float]]) -> str:
    said = [
        f"{100 * found[name]['model + never_save']:.0f} % of {plural}"
        for name, plural in (("lost cause", "lost causes"), ("sure thing", "sure things"))
        if name in found
    ]
    return f"Nothing goes to {' and '.join(said)}"


def _named_rows(axes: Axes, names: list[str]) -> None:
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")


def _plain(name: str) -> str:
    return name.replace("_", " ")
