"""Trainings can be repeated to the byte, and evaluation scores as the service does."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from keepsake.adapters.bundles import load_bundle, read_bundle, reproduce
from keepsake.core.errors import NotFound
from keepsake.packs.load import load_pack
from keepsake_training.data import HOTEL, data_folder, raw_rows
from keepsake_training.reason_bundle import HELD_OUT
from keepsake_training.train import Recipe, evaluate, train_reason, train_save

from tests.adapters import shipped

ROOT = Path(__file__).parent.parent.parent
HOTEL_FILE = data_folder() / HOTEL
needs_hotel = pytest.mark.skipif(not HOTEL_FILE.is_file(), reason=f"{HOTEL_FILE} is not there")


@pytest.fixture
def recipe(tmp_path):
    """Make a recipe that writes into a folder of the test."""
    return Recipe(rules=ROOT / "rules", models=tmp_path / "models")


def bundle_bytes(folder):
    """Return all files of a bundle."""
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.mark.slow
@pytest.mark.timeout(240)  # two trainings, each with all plots
def test_training_twice_gives_the_same_bytes(recipe, tmp_path):
    """A digest that changed by itself could never be traced back to its data.

    The second time in a process of its own, with other threads and another order of sets.
    """
    again = tmp_path / "again"
    code = (
        "import sys; from pathlib import Path; from keepsake_training.train import *; "
        "train_save(Recipe(rules=Path(sys.argv[1]), models=Path(sys.argv[2])), "
        "pack='travel', rows=1500)"
    )
    other = {"PYTHONHASHSEED": "5", "OMP_NUM_THREADS": "3", "OPENBLAS_NUM_THREADS": "3"}

    first = train_save(recipe, pack="travel", rows=1500)
    command = [sys.executable, "-c", code, str(recipe.rules), str(again)]
    subprocess.run(command, env=os.environ | other, check=True)  # noqa: S603 - our own code

    assert bundle_bytes(first) == bundle_bytes(again / "travel" / "save" / first.name)


@pytest.mark.slow
@pytest.mark.timeout(240)  # two trainings, each with all plots
def test_another_seed_gives_another_bundle_and_progress_is_told(recipe):
    """A seed that changed nothing would not be used; minutes without a sign look like a hang."""
    told = []
    other = Recipe(8, recipe.rules, recipe.models, lambda *step: told.append(step))

    folder = train_save(other, pack="jeweller", rows=1500)

    assert json.loads((folder / "manifest.json").read_text())["seed"] == 8
    assert told[-1][1] == told[-1][2]
    assert folder.name != train_save(recipe, pack="jeweller", rows=1500).name


def test_a_freshly_trained_bundle_serves(recipe):
    """What the trainer writes, the service must take, to 1e-6."""
    folder = train_save(recipe, pack="jeweller", rows=1500)

    model = load_bundle(folder, load_pack(ROOT / "rules" / "jeweller").vocabulary)

    assert reproduce(read_bundle(folder), model) <= 1e-6
    assert model.kinds == ("cancellation", "hesitation", "complaint")


def mails_in(folder):
    """Write a few labelled mails."""
    path = folder / "mails.csv"
    with path.open("w") as stream:
        table = csv.writer(stream)
        table.writerow(["text", "reason"])
        for n in range(30):
            table.writerow([f"the ring is too small for her finger {n}", "size_uncertainty"])
            table.writerow([f"another shop sells it for less money {n}", "found_cheaper"])
    return path


def test_a_reason_model_can_be_trained_on_labelled_texts_of_your_own(recipe, tmp_path):
    """Real mails replace the made-up ones as soon as there are some."""
    folder = train_reason(recipe, pack="jeweller", data=mails_in(tmp_path))

    model = load_bundle(folder, load_pack(ROOT / "rules" / "jeweller").vocabulary)
    assert model.evidence == "real"
    assert model.detect("it is too small for my finger").probabilities[0][0] == "size_uncertainty"


@pytest.mark.slow
def test_training_a_reason_model_twice_gives_the_same_bytes(recipe, tmp_path):
    """Would catch an order of words that changes from one process to the next."""
    again, mails = tmp_path / "again", mails_in(tmp_path)
    code = (
        "import sys; from pathlib import Path; from keepsake_training.train import *; "
        "train_reason(Recipe(rules=Path(sys.argv[1]), models=Path(sys.argv[2])), "
        "pack='jeweller', data=Path(sys.argv[3]))"
    )
    other = {"PYTHONHASHSEED": "5", "OMP_NUM_THREADS": "3", "OPENBLAS_NUM_THREADS": "3"}

    first = train_reason(recipe, pack="jeweller", data=mails)
    command = [sys.executable, "-c", code, str(recipe.rules), str(again), str(mails)]
    subprocess.run(command, env=os.environ | other, check=True)  # noqa: S603 - our own code

    assert bundle_bytes(first) == bundle_bytes(again / "jeweller" / "reason" / first.name)


def test_a_pack_without_a_simulated_world_is_told(recipe):
    """The analyst sees which worlds there are."""
    with pytest.raises(NotFound, match="jeweller, travel"):
        train_save(recipe, pack="florist")


def test_evaluation_of_texts_counts_what_the_service_says(recipe):
    """The keys are what the command line prints and scripts read."""
    bundle = shipped.folder("jeweller", "reason")

    figures = evaluate(recipe, bundle, data=HELD_OUT / "jeweller.csv")

    assert figures["rows"] == 340
    assert figures["digest"].startswith(bundle.name)
    assert figures["macro_f1"] > 0.7
    assert figures["abstained"] > 0.5
    assert 0 <= figures["accuracy"] <= 1


@pytest.mark.needs_data
@needs_hotel
def test_evaluation_reads_a_raw_table_through_its_mapping(recipe, tmp_path):
    """The figure a user sees must be that of the service's own scores on the raw file."""
    path = sample_of_hotel(tmp_path, rows=3000)

    figures = evaluate(recipe, shipped.folder("travel", "hazard"), data=path)

    assert {"auc", "brier", "log_loss", "ece", "rows"} <= set(figures)
    assert figures["rows"] == 3000
    assert figures["auc"] > 0.75  # it was trained on these rows: only a broken path is below


def sample_of_hotel(tmp_path, rows):
    """Write some rows of the hotel file, spread over its years."""
    table = list(raw_rows(HOTEL_FILE))
    chosen = np.sort(np.random.default_rng(1).choice(len(table), rows, replace=False))
    path = tmp_path / "hotel.csv"
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(table[0]))
        writer.writeheader()
        writer.writerows(table[int(at)] for at in chosen)
    return path
