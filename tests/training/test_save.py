"""The shipped save models: more generous never does worse, and what their choice is worth."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keepsake.core.models import Arm
from keepsake_training.options import choices, options_of
from keepsake_training.save_bundle import WORLDS
from keepsake_training.save_figures import policy_figures
from keepsake_training.simulation import simulate
from keepsake_training.worlds import arm_of

from tests.adapters import shipped

PACKS = pytest.mark.parametrize("pack", ["jeweller", "travel"])
FRESH_SEED = 20_000  # no training and no card has seen it


class Served:
    """A shipped model in the place of a fitted one: every score comes from the service's scorer."""

    def __init__(self, pack):
        self.world = WORLDS[pack]
        self._model = shipped.model(pack, "save")

    def table(self, cases):
        """Return the facts of every case."""
        return cases.rows()

    def probabilities(self, rows, tried):
        """Return P(kept) of each case with what was tried in it."""
        arms = map(arm_of, [self.world] * len(rows), tried.lever.tolist(), tried.generosity)
        return np.array(
            [
                self._model.score(facts, [Arm(), arm], drivers=False).p_kept[1]
                for facts, arm in zip(rows, arms, strict=True)
            ]
        )


def figures_of(pack):
    """Return the figures that a shipped bundle states."""
    return json.loads((shipped.folder(pack, "save") / "manifest.json").read_text())["figures"]


def facts_of(pack):
    """Make facts of a pack's cases: its own words, and numbers beyond the simulation's."""
    vocabulary = shipped.pack(pack).vocabulary
    made = {}
    for feature in shipped.model(pack, "save").features:
        if feature.fact.startswith("arm."):
            continue
        words = vocabulary[feature.fact].words
        made[feature.fact] = (
            st.sampled_from(words) if words else st.floats(-1e5, 1e5).map(lambda n: round(n, 6))
        )
    return st.fixed_dictionaries({}, optional=made)


@PACKS
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_more_generous_offer_never_lowers_the_chance(pack, data):
    """Law of the save model, for any facts: an agent would see a better offer do worse."""
    facts = data.draw(facts_of(pack))
    lever = data.draw(st.sampled_from(WORLDS[pack].names[1:]))
    depths = sorted(data.draw(st.lists(st.floats(0, 1), min_size=2, max_size=8)))

    arms = [Arm(), *(Arm(lever, lever, lever, depth) for depth in depths)]
    kept = shipped.model(pack, "save").score(facts, arms, drivers=False).p_kept[1:]

    assert sorted(kept) == list(kept)


@PACKS
def test_the_choice_is_worth_more_than_that_of_any_other_policy(pack):
    """By the card's own figures: a model that chance or a rule book beats must not be shipped."""
    policies = figures_of(pack)["policies"]

    for other in ("rules only", "highest risk first", "random"):
        assert policies[other]["lead"] > policies[other]["lead_half_width"]
    assert policies["model"]["gain"] > policies["model"]["half_width"]
    assert policies["oracle"]["gain"] > policies["model"]["gain"]


@PACKS
def test_the_card_keeps_its_word_on_customers_nobody_has_seen(pack):
    """Figures of a card that cannot be found again are advertising."""
    fresh = simulate(WORLDS[pack], 500, FRESH_SEED, randomised=1.0)
    stated = figures_of(pack)

    options = options_of(Served(pack), fresh.cases, seed=1)
    chosen = choices(WORLDS[pack], fresh.cases, options, seed=1)
    found = policy_figures(fresh.cases, options, chosen)
    for name, policy in found.items():
        assert abs(policy["gain"] - stated["policies"][name]["gain"]) < 2 * policy["half_width"]
    assert found["model"]["gain"] > found["random"]["gain"]


@PACKS
def test_sure_things_and_lost_causes_are_offered_nothing(pack):
    """Money for those who stay anyway, and for those who leave anyway, is lost.

    Of sure things some cannot be told from others by any fact: they differ by their tone.
    """
    stated = figures_of(pack)["given_nothing"]

    for name in ("sure thing", "lost cause", "not to be disturbed"):
        assert stated["persuadable"]["model"] < stated[name]["model"]
    for name in ("lost cause", "not to be disturbed"):
        assert stated[name]["model + never_save"] > 0.8
    assert stated["sure thing"]["model"] > 0.55


@PACKS
def test_every_arm_is_calibrated(pack):
    """One arm said too high would be offered too often."""
    for arm in figures_of(pack)["arms"].values():
        low, high = arm["kept_interval"]
        assert low - 0.02 <= arm["said"] <= high + 0.02
        assert arm["ece"] < 0.05
