"""The simulated worlds do what their files say."""

from __future__ import annotations

import numpy as np
import pytest
from keepsake_training.jeweller_world import JEWELLER
from keepsake_training.simulation import (
    NOTHING,
    Tried,
    desk_policy,
    kept_log_odds,
    simulate,
)
from keepsake_training.travel_world import TRAVEL

WORLDS = pytest.mark.parametrize("world", [JEWELLER, TRAVEL], ids=lambda world: world.pack)


def with_lever(world, cases, name, generosity):
    """Return the true log-odds of all cases with one lever at one depth."""
    place = world.names.index(name)
    rows = len(cases)
    return kept_log_odds(world, cases, Tried(np.full(rows, place), np.full(rows, generosity)))


@WORLDS
def test_the_same_seed_gives_the_same_world(world):
    """A training that could not be repeated would have no digest."""
    first, second = simulate(world, 500, 3), simulate(world, 500, 3)

    np.testing.assert_array_equal(first.kept, second.kept)
    assert first.cases.rows() == second.cases.rows()


@WORLDS
def test_generosity_never_hurts_in_truth(world):
    """The constraint on the trees would be wrong if the world disagreed."""
    cases = simulate(world, 2000, 3).cases

    for lever in world.names[1:]:
        little, much = (with_lever(world, cases, lever, depth) for depth in (0.02, 0.12))
        assert (much >= little).all()


@WORLDS
def test_lost_causes_are_moved_by_nothing(world):
    """Were they movable, a model that gives them nothing would be wrong."""
    cases = simulate(world, 4000, 3).cases
    lost = np.isin(cases.reason, list(world.lost_causes))

    for lever in world.names[1:]:
        assert (with_lever(world, cases, lever, 0.1)[lost] < cases.stay[lost]).all()


@WORLDS
def test_the_log_knows_how_probable_each_choice_was(world):
    """A wrong propensity would bias every estimate made from the log."""
    log = simulate(world, 40_000, 3)

    counted = np.bincount(log.tried.lever, minlength=len(world.names)) / len(log.kept)
    weighed = np.bincount(log.tried.lever, 1 / log.propensity, minlength=len(world.names))
    assert counted[NOTHING] > 0.05
    np.testing.assert_allclose(weighed / len(log.kept), 1, atol=0.15)


@WORLDS
def test_the_desk_hears_a_tone_that_no_fact_holds(world):
    """Without the confounder the simulator would flatter the learner."""
    cases = simulate(world, 5000, 3).cases
    chances = desk_policy(world, cases)

    angry, calm = cases.tone > 1, cases.tone < -1
    assert chances[angry, NOTHING].mean() < chances[calm, NOTHING].mean()
    assert cases.stay[angry].mean() < cases.stay[calm].mean()
    assert not any("tone" in fact.split(".") for fact in cases.facts)


@WORLDS
def test_sure_things_exist(world):
    """Where nobody would stay anyway, nothing could never be the best offer."""
    cases = simulate(world, 5000, 3).cases

    assert (cases.stay > 2.5).mean() > 0.01


def test_without_the_real_prices_their_summary_stands_in(monkeypatch, tmp_path):
    """A clone without the data sets must be able to train."""
    monkeypatch.setenv("KEEPSAKE_DATA", str(tmp_path))

    cases = simulate(JEWELLER, 2000, 3).cases

    assert 1000 < np.median(cases.value) < 8000
