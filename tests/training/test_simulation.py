"""The simulated worlds do what their files say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from keepsake.packs.load import load_pack
from keepsake_training.data import DIAMONDS, data_folder
from keepsake_training.jeweller_world import FITTED, JEWELLER, LEAST_CARAT
from keepsake_training.simulation import desk_policy, kept_log_odds, simulate
from keepsake_training.travel_world import TRAVEL
from keepsake_training.worlds import NOTHING, Tried

from tests.adapters.shipped import ROOT

WORLDS = pytest.mark.parametrize("world", [JEWELLER, TRAVEL], ids=lambda world: world.pack)


def with_lever(world, cases, name, generosity):
    """Return the true log-odds of all cases with one lever at one depth."""
    place = world.names.index(name)
    return kept_log_odds(world, cases, Tried.everywhere(place, generosity, len(cases)))


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
        assert (with_lever(world, cases, lever, 0.1)[lost] == cases.stay[lost]).all()


@WORLDS
def test_whoever_is_not_to_be_disturbed_leaves_for_any_offer(world):
    """A world without harm could never show that a model does any."""
    cases = simulate(world, 4000, 3).cases
    in_peace = np.isin(cases.reason, list(world.not_to_disturb))

    assert in_peace.any()
    for lever in world.names[1:]:
        assert (with_lever(world, cases, lever, 0.1)[in_peace] < cases.stay[in_peace]).all()


@WORLDS
def test_the_words_for_which_nothing_is_offered_are_those_of_the_pack(world):
    """A policy that the pack does not follow would be measured."""
    reasons = load_pack(ROOT / "rules" / world.pack).reasons

    marked = {"sensitive" if r.sensitive else name for name, r in reasons.items() if r.never_save}
    assert marked == world.never_save


@WORLDS
def test_speed_helps_those_most_who_would_miss_their_day_by_a_little(world):
    """A form that trees could follow exactly would flatter them."""
    cases = simulate(world, 4000, 3).cases
    middle, _ = world.assumed.bell_days
    calm = replace(cases, tone=np.zeros(len(cases)), reason=np.full(len(cases), "service_failure"))

    added = [
        (with_lever(world, moved, "speed", 0.1) - moved.stay).mean()
        for days in (middle - 12, middle, middle + 12)
        for moved in [replace(calm, misses_by=np.full(len(cases), float(days)))]
    ]

    assert added[1] > 2 * max(added[0], added[2]) > 0


@WORLDS
def test_a_price_cut_counts_for_more_once_it_meets_the_rival(world):
    """The kink stands at a gap that is mostly unknown."""
    cases = simulate(world, 4000, 3).cases
    compared = replace(cases, gap=np.full(len(cases), 0.05), tone=np.zeros(len(cases)))
    movable = ~np.isin(cases.reason, list(world.lost_causes | world.not_to_disturb))

    below, at = (with_lever(world, compared, "price", depth)[movable] for depth in (0.0499, 0.05))

    assert ((at - below) > 0.9 * world.assumed.meets_rival).all()
    known = np.isfinite(cases.facts[f"{'match' if world is JEWELLER else 'rival'}.gap_share"])
    assert 0 < known.mean() < 0.5 * np.isfinite(cases.gap).mean()


@WORLDS
def test_an_angry_tone_takes_part_of_an_offer_away(world):
    """The confounder would move only who stays, and not what helps."""
    cases = simulate(world, 4000, 3).cases
    calm, angry = (replace(cases, tone=np.full(len(cases), tone)) for tone in (0.0, 2.0))
    movable = ~np.isin(cases.reason, list(world.lost_causes | world.not_to_disturb))

    added = [
        with_lever(world, one, "value_add", 0.05)[movable] - one.stay[movable]
        for one in (calm, angry)
    ]

    np.testing.assert_allclose(world.assumed.left_when_angry * added[0], added[1])


@WORLDS
def test_some_reasons_on_file_are_wrong(world):
    """A learner that reads every reason rightly would not meet what desks meet."""
    cases = simulate(world, 20_000, 3).cases

    true = np.array([world.recorded_as.get(reason, reason) for reason in cases.reason])
    on_file = cases.facts["reason"]
    known = np.array([reason is not None for reason in on_file.tolist()])

    assert 0.04 < (on_file[known] != true[known]).mean() < world.assumed.wrong_reason
    assert abs((~known).mean() - world.assumed.no_reason) < 0.01


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


@pytest.mark.needs_data
@pytest.mark.skipif(not (data_folder() / DIAMONDS).is_file(), reason="diamonds are not there")
def test_real_prices_and_their_summary_are_alike():
    """The world of a clone without the data would be another one."""
    stones = pl.read_csv(data_folder() / DIAMONDS).filter(pl.col("carat") >= LEAST_CARAT)
    carat, price = np.log(stones["carat"].to_numpy()), np.log(stones["price"].to_numpy())

    slope, level = np.polyfit(carat, price, 1)
    spread = (price - level - slope * carat).std()

    assert pytest.approx(FITTED, abs=0.002) == (level, slope, spread)


@pytest.mark.needs_data
@pytest.mark.skipif(not (data_folder() / DIAMONDS).is_file(), reason="diamonds are not there")
def test_prices_are_real_where_the_data_is_there():
    """The summary would be used although the real prices are at hand."""
    listed = set(pl.read_csv(data_folder() / DIAMONDS)["carat"].to_list())
    facts = simulate(JEWELLER, 3000, 3).cases.facts

    loose = facts["order.category"] == "natural_loose"
    assert set(facts["stone.carat"][loose].tolist()) <= listed
    assert (np.round(facts["order.value"][loose] / 1.4, 2) % 1 == 0).all()
