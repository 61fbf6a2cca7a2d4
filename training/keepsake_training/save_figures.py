"""What a save model is worth on fresh simulated customers, whose truth is known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keepsake_training.fitting import Floats
from keepsake_training.measures import (
    Z95,
    calibration_error,
    intervals,
    probability_figures,
    wilson,
)
from keepsake_training.options import Choice, Options, choices, options_of, true_types
from keepsake_training.save import SaveFit
from keepsake_training.worlds import MOST_GENEROUS, NOTHING, Cases, Log, Tried, World

LEAST_HELP = 0.6
ARM_BINS = 10
STEPS = 13
GROUP_FACTS = ("channel", "booking.market_segment", "customer.orders")
TYPES = ("persuadable", "little to win", "sure thing", "lost cause", "not to be disturbed")

Rows = NDArray[np.bool_]


def measure(fit: SaveFit, fresh: Log, *, seed: int) -> dict[str, Any]:
    """Return all figures of the card."""
    said = fit.probabilities(fit.table(fresh.cases), fresh.tried)
    options = options_of(fit, fresh.cases, seed=seed)
    chosen = choices(fit.world, fresh.cases, options, seed=seed)
    return {
        "randomised log": probability_figures(fresh.kept, said),
        "intervals": intervals(fresh.kept, said, seed=seed),
        "arms": arm_figures(fit.world, fresh, said),
        "effects": effect_figures(fit.world, fresh.cases, options),
        "policies": policy_figures(fresh.cases, options, chosen),
        "given_nothing": nothing_shares(options, chosen),
        "groups": group_figures(fresh, said, options, chosen=chosen["model"]),
        "monotone_violations": monotone_violations(fit, fresh.cases),
    }


def arm_figures(world: World, log: Log, said: Floats) -> dict[str, dict[str, Any]]:
    """Return rows, mean and calibration error for each lever."""
    found = {}
    for place, name in enumerate(world.names):
        at = log.tried.lever == place
        found[name] = {
            "rows": int(at.sum()),
            "said": float(said[at].mean()),
            "kept": float(log.kept[at].mean()),
            "kept_interval": list(wilson(int(log.kept[at].sum()), int(at.sum()))),
            "ece": calibration_error(log.kept[at], said[at], bins=ARM_BINS),
        }
    return found


def called_for(world: World, cases: Cases, place: int) -> Rows:
    """Return the cases whose true reason calls for a lever."""
    helps = world.levers[place - 1].helps
    reasons = [reason for reason, help_ in helps.items() if help_ >= LEAST_HELP]
    return np.isin(cases.reason, reasons)


def effect_figures(world: World, cases: Cases, options: Options) -> dict[str, dict[str, float]]:
    """Return the mean gain of each lever over nothing, where its reason calls for it."""
    found = {}
    for place, lever in enumerate(world.levers, start=1):
        rows, columns = called_for(world, cases, place), options.levers == place
        found[lever.name] = {
            name: float((table[rows][:, columns] - table[rows][:, [NOTHING]]).mean())
            for name, table in (("said", options.said), ("true", options.true))
        }
    return found


def policy_figures(
    cases: Cases, options: Options, chosen: dict[str, Choice]
) -> dict[str, dict[str, float]]:
    """Return the true value of policies per case above nothing, with the half-width of 95 %.

    `lead` is by how much the model's choice is worth more, on the same customers.
    """
    value = options.value(cases, options.true)
    rows = np.arange(len(cases))
    gains = {name: value[rows, at] - value[:, NOTHING] for name, at in chosen.items()}
    found = {}
    for name, gain in gains.items():
        lead = gains["model"] - gain
        found[name] = {
            "gain": float(gain.mean()),
            "half_width": _half_width(gain),
            "lead": float(lead.mean()),
            "lead_half_width": _half_width(lead),
            "given": float((chosen[name] != NOTHING).mean()),
        }
    return found


def _half_width(values: Floats) -> float:
    return Z95 * float(values.std()) / float(np.sqrt(len(values)))


def nothing_shares(options: Options, chosen: dict[str, Choice]) -> dict[str, dict[str, float]]:
    """Return how often each policy gives nothing, by what the customers truly are."""
    types = true_types(options)
    found = {}
    for name in TYPES:
        at = types == name
        if not at.any():
            continue
        nothing = {
            policy: float((picked[at] == NOTHING).mean()) for policy, picked in chosen.items()
        }
        without = float(options.true[at, NOTHING].mean())
        found[name] = {"share": float(at.mean()), "kept_anyway": without, **nothing}
    return found


def group_figures(
    log: Log, said: Floats, options: Options, *, chosen: Choice
) -> dict[str, dict[str, float]]:
    """Return for groups of customers how well they are judged, and what the model gives them."""
    given = options.generosity[np.arange(len(chosen)), chosen]
    found = {}
    for name, at in groups_of(log.cases):
        scores = probability_figures(log.kept[at], said[at])
        found[name] = {
            "rows": int(at.sum()),
            "said": float(said[at].mean()),
            "kept": float(log.kept[at].mean()),
            "auc": scores["auc"],
            "ece": scores["ece"],
            "offered": float((chosen[at] != NOTHING).mean()),
            "generosity": float(given[at].mean()),
        }
    return found


def groups_of(cases: Cases) -> Iterator[tuple[str, Rows]]:
    """Yield groups of customers by name: their channel or segment, history, and size of the sale.

    None of them is a protected group: the simulation knows of none.
    """
    for fact in GROUP_FACTS:
        column = cases.facts.get(fact)
        if column is None:
            continue
        if column.dtype.kind == "O":
            for word in sorted({value for value in column.tolist() if value is not None}):
                yield f"{fact}: {word}", column == word
        else:
            yield f"{fact}: 1, new", column == 1
            yield f"{fact}: 2 or more", column > 1
            yield f"{fact}: not known", np.isnan(column)
    low, high = np.quantile(cases.value, [1 / 3, 2 / 3])
    yield "value: lowest third", cases.value <= low
    yield "value: middle third", (cases.value > low) & (cases.value <= high)
    yield "value: highest third", cases.value > high


def monotone_violations(fit: SaveFit, cases: Cases, *, rows: int = 500) -> int:
    """Count the steps of generosity at which any lever's score falls."""
    table = fit.table(cases.head(min(rows, len(cases))))
    wrong = 0
    for place in range(1, len(fit.world.names)):
        scores = [
            fit.probabilities(table, Tried.everywhere(place, deep, len(table.case)))
            for deep in np.linspace(0, MOST_GENEROUS, STEPS)
        ]
        wrong += int((np.diff(np.array(scores), axis=0) < 0).sum())
    return wrong
