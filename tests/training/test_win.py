"""The win model: learned from disputes as they ended, served like any other."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest
from keepsake.adapters.bundles import load_bundle, read_bundle
from keepsake.core.errors import NotFound
from keepsake.packs.load import load_pack
from keepsake_training.train import Recipe, WrongData, evaluate, train_win

RULES = Path("rules")
STATES = [("there", "true"), ("there", "true"), ("missing", "false"), ("weak", "false")]
COLUMNS = (
    "dispute.network",
    "dispute.code",
    "dispute.amount",
    "evidence.customer_communication",
    "won",
)


def _table(folder: Path, rows: list[list[object]], columns=COLUMNS) -> Path:
    path = folder / "disputes.csv"
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(columns)
        writer.writerows(rows)
    return path


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    """Return a bundle learned from disputes of which those with the receipt were mostly won."""
    folder, chance = tmp_path_factory.mktemp("win"), random.Random(7)
    rows = []
    for number in range(600):
        code = chance.choice(["10.4", "13.1", "12.6.1"])
        receipt = chance.choice(["missing", "weak", "there"])
        odds = {"missing": 0.2, "weak": 0.5, "there": 0.85}[receipt] - 0.1 * (code == "10.4")
        won = str(chance.random() < odds).lower()
        rows.append(["visa", code, round(50 + number % 400, 2), receipt, won])
    data = _table(folder, rows)
    recipe = Recipe(models=folder / "models")
    return train_win(recipe, pack="travel", kind="chargeback", data=data, is_simulated=True)


@pytest.fixture(scope="module")
def model(bundle):
    """Return the model as the service loads it."""
    return load_bundle(bundle, load_pack(RULES / "travel").of("chargeback").vocabulary, kind="win")


def test_the_service_loads_what_was_learned_and_it_says_where_it_is_from(bundle, model):
    """Catches a bundle that cannot be pinned, or that passes a simulation off as real."""
    assert "simulated" == model.evidence
    assert ["chargeback"] == read_bundle(bundle).manifest["kinds"]
    assert "**simulated**" in (bundle / "card.md").read_text()


def test_a_fuller_file_never_lowers_the_chance(model):
    """Catches a desk that is told to leave a proof at home."""
    facts = {"dispute.family": "not_received", "dispute.amount": 200.0}
    steps = [{**facts, "dispute.completeness": done / 20} for done in range(21)]

    said = [probability for probability, _ in model.score(steps)]

    assert sorted(said) == said
    assert said[-1] > said[0]


def test_it_is_evaluated_on_any_disputes_as_the_service_would_score_them(bundle, tmp_path):
    """Catches a win model that can be trained and never measured."""
    item = "evidence.customer_communication"
    rows = [["visa", "13.1", 90, state, won] for state, won in STATES * 20]
    data = _table(
        tmp_path, rows, ("dispute.network", "dispute.code", "dispute.amount", item, "won")
    )

    figures = evaluate(Recipe(), bundle, data=data)

    assert 80 == figures["rows"]
    assert figures["auc"] > 0.7


def test_a_column_that_is_no_fact_is_refused_by_name(tmp_path):
    """Catches a spelling mistake that teaches nothing, and nobody notices."""
    data = _table(tmp_path, [["visa", "true"]], ("dispute.netwrok", "won"))

    with pytest.raises(WrongData, match=r"line 2: no fact is called dispute.netwrok; did you mean"):
        train_win(Recipe(models=tmp_path), pack="travel", kind="chargeback", data=data)


@pytest.mark.parametrize(
    ("cell", "column", "why"),
    [
        ("maybe", "won", "line 2: won is neither true nor false"),
        ("lots", "dispute.amount", "line 2: dispute.amount is 'lots'"),
        (
            "lost",
            "evidence.customer_communication",
            "line 2: evidence.customer_communication is 'lost'",
        ),
    ],
)
def test_a_cell_that_cannot_be_read_is_named_with_its_line(tmp_path, cell, column, why):
    """Catches a wrong cell that is taken for a missing one."""
    row = {"dispute.network": "visa", "won": "true", column: cell}
    data = _table(tmp_path, [list(row.values())], tuple(row))

    with pytest.raises(WrongData, match=why):
        train_win(Recipe(models=tmp_path), pack="travel", kind="chargeback", data=data)


def test_a_handful_of_disputes_teaches_nothing(tmp_path):
    """Catches a model made of ten cases."""
    data = _table(tmp_path, [["visa", "10.4", 20, "there", "true"]] * 10)

    with pytest.raises(WrongData, match="holds 10 disputes; at least 200, won and lost"):
        train_win(Recipe(models=tmp_path), pack="travel", kind="chargeback", data=data)


def test_only_disputes_are_won(tmp_path):
    """Catches a win model of something that nobody decides."""
    with pytest.raises(NotFound, match="one of chargeback, debit_memo"):
        train_win(Recipe(models=tmp_path), pack="travel", kind="review", data=Path("none.csv"))
