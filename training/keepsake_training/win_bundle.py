"""Makes the bundle of a win model: measured on the disputes that ended last, then fitted on all.

The table is the desk's own: a row for each dispute that was fought, in the order in which they
ended; a column for each fact that was known, by its name, in the pack's currency; and `won`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from keepsake.core.errors import NotFound
from keepsake.core.facts import FactKind, FactType, FactValue
from keepsake.core.literals import Dialect, LiteralError
from keepsake.core.pack import Pack
from keepsake.packs.completion import FactCompletion
from keepsake.packs.load import load_pack
from keepsake.packs.vocabulary import read_value

from keepsake_training import plots
from keepsake_training.bundling import Draft, Origin, as_json, calibration_file, write_bundle
from keepsake_training.data import Table, raw_rows, sha256_of
from keepsake_training.measures import intervals, probability_figures
from keepsake_training.recipe import Recipe
from keepsake_training.win import FEATURES, LEARNED_SHARE, WinFit, fit_win, grow
from keepsake_training.wrong_data import WrongData, readable

WON = "won"
LEAST_ROWS = 200
SAMPLED = 40
_WORDS = {"true": True, "false": False}


def train_win(
    recipe: Recipe, *, pack: str, kind: str, data: Path, is_simulated: bool = False
) -> Path:
    """Train the win model of a kind on disputes that were fought, and return its bundle."""
    if kind not in FEATURES:
        raise NotFound("kind of dispute", kind, f"one of {', '.join(FEATURES)}")
    table = read_disputes(data, load_pack(recipe.rules / pack).of(kind))
    if len(table) < LEAST_ROWS or len(set(table.labels.tolist())) < 2:  # noqa: PLR2004 - won, lost
        raise WrongData(data, f"holds {len(table)} disputes; at least {LEAST_ROWS}, won and lost")
    recipe.progress("fit and measure", 0, 2)
    last = round(len(table) * LEARNED_SHARE)
    order = np.arange(len(table))
    learned, later = table.where(order < last), table.where(order >= last)
    measured = grow(learned, FEATURES[kind], seed=recipe.seed)
    said = measured.probabilities(later)
    recipe.progress("fit and measure", 1, 2)
    calibrated = fit_win(learned, later, FEATURES[kind], seed=recipe.seed)
    final = replace(
        grow(table, FEATURES[kind], seed=recipe.seed), calibration=calibrated.calibration
    )
    draft = Draft(
        pack=pack,
        name="win",
        kind="win",
        evidence="simulated" if is_simulated else "real",
        seed=recipe.seed,
        origin=Origin(data.name, sha256_of(data), len(table), "the house's own"),
        figures={
            "later disputes": probability_figures(later.labels, said),
            "intervals": intervals(later.labels, said, seed=recipe.seed),
        },
        card={"of": kind.replace("_", " ")},
        kinds=(kind,),
        features=final.features,
        files={
            **plots.of_scores(later.labels, said, event="won", note="disputes that ended last"),
            **_service_files(final, table, recipe.seed),
        },
    )
    return write_bundle(recipe.models, draft)


def read_disputes(path: Path, pack: Pack) -> Table:
    """Read disputes as the service would know them: what is sent, and what its tables give."""
    defaults = FactCompletion(pack.vocabulary).defaults
    rows, labels = list[Mapping[str, FactValue]](), list[bool]()
    with readable(path):
        for line, raw in enumerate(raw_rows(path), start=2):
            won = _WORDS.get(raw.pop(WON, "").strip().lower())
            if won is None:
                raise WrongData(path, f"line {line}: {WON} is neither true nor false")
            facts = {**defaults, **_facts(raw, pack, f"line {line}", path=path)}
            rows.append(pack.work.given(facts))
            labels.append(won)
    return Table(rows, np.array(labels, dtype=np.bool_))


def _facts(raw: Mapping[str, str], pack: Pack, line: str, *, path: Path) -> dict[str, FactValue]:
    dialect = Dialect(pack.vocabulary, currency=pack.currency, rates=pack.rates.rates)
    facts = dict[str, FactValue]()
    for name, text in raw.items():
        fact = pack.vocabulary.get(name)
        if fact is None:
            near = pack.vocabulary.nearest(name)
            hint = f"; did you mean {near}?" if near else ""
            raise WrongData(path, f"{line}: no fact is called {name}{hint}")
        if text.strip() == "":
            continue
        try:
            facts[name] = _value(text.strip(), fact, dialect)
        except (ValueError, LiteralError) as error:
            raise WrongData(path, f"{line}: {name} is {text!r}: {error}") from error
    return facts


def _value(text: str, fact: FactType, dialect: Dialect) -> FactValue:
    is_bare = fact.kind.is_numeric and fact.kind not in (FactKind.DATE, FactKind.TIME)
    return float(text) if is_bare else read_value(text, fact, dialect)


def _service_files(fit: WinFit, table: Table, seed: int) -> dict[str, bytes]:
    """Return the files the service reads, and a sample with what scikit-learn says of it."""
    picked = np.random.default_rng(seed).choice(len(table), min(SAMPLED, len(table)), replace=False)
    chosen = np.zeros(len(table), dtype=np.bool_)
    chosen[picked] = True
    sample = table.where(chosen)
    read = {feature.fact for feature in fit.features}
    entries = [
        {
            "facts": {fact: value for fact, value in row.items() if fact in read},
            "probabilities": [float(said)],
        }
        for row, said in zip(sample.rows, fit.probabilities(sample), strict=True)
    ]
    return {
        "trees.bin": fit.trees.checkpoint(),
        "calibration.json": calibration_file(fit.calibration),
        "sample.json": as_json(entries),
    }
