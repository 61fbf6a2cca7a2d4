"""The desk a year later: the same pack, with chances learned from how its own disputes ended."""

from __future__ import annotations

import csv
import re
import shutil
from datetime import date
from pathlib import Path

import numpy as np
from keepsake.packs.load import load_pack
from keepsake.settings import Settings
from keepsake_training.train import Recipe, train_win

from bench.quarter.world import Drawn, draw

QUARTERS = (101, 102, 103, 104)
"""Seeds of the year before; none of them is played."""
TRIED = 0.15
FOUGHT_FROM = 75.0
_TABLE_CHANCES = re.compile(
    r"chance: (dispute\.win_chance|memo\.chance|memo\.thin_chance)$", re.MULTILINE
)


def learned(settings: Settings, folder: Path, *, share: float) -> Settings:
    """Return settings of a copy of the packs whose disputes are weighed by models of their own."""
    rules, models = folder / "rules", folder / "models"
    shutil.copytree(settings.rules_dir, rules)
    shutil.copytree(settings.models_dir, models)
    past = [
        case for seed in QUARTERS for case in draw(load_pack(rules / "travel"), seed, share=share)
    ]
    for kind in ("chargeback", "debit_memo"):
        table = folder / f"{kind}.csv"
        _write(table, [case for case in past if case.kind == kind])
        recipe = Recipe(rules=rules, models=models)
        bundle = train_win(recipe, pack="travel", kind=kind, data=table, is_simulated=True)
        _pin(rules / "travel" / "kinds" / kind, bundle.name)
    return settings.model_copy(
        update={"rules_dir": rules, "models_dir": models, "data_dir": folder / "taught"}
    )


def _write(path: Path, cases: list[Drawn]) -> None:
    """Write down what the desk fought: what was worth it by its amount, and some at random."""
    random = np.random.default_rng(0)
    fought = [case for case in cases if case.amount >= FOUGHT_FROM or random.random() < TRIED]
    names = sorted({name for case in fought for name in case.facts})
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([*names, "won"])
        for case in fought:
            won = random.random() < case.p_won
            writer.writerow([*(_cell(case.facts.get(name)) for name in names), str(won).lower()])


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, date) else str(value)


def _pin(kind: Path, digest: str) -> None:
    offers, about = kind / "offers.yaml", kind / "kind.yaml"
    offers.write_text(_TABLE_CHANCES.sub("chance: win", offers.read_text()))
    about.write_text(f'{about.read_text().rstrip()}\n  models: {{win: "{digest}"}}\n')
