"""Made-up mails are made of the right phrases."""

from __future__ import annotations

import numpy as np
import pytest
from keepsake.adapters.words import NO_REASON
from keepsake.packs.load import load_pack
from keepsake_training.phrases import TEXTS, Phrases, divide, expand, read_phrases, write_mails
from keepsake_training.reason_bundle import HELD_OUT, UNSURE, read_mails

from tests.adapters.shipped import ROOT

PHRASES = Phrases(
    slots={"shop": ["Blue Nile"]},
    around={"en": ["Hello,"]},
    reasons={"cheaper": {"en": ["[less|cheaper] at {shop}"]}, "late": {"en": ["too late"]}},
)


def test_choices_and_slots_are_filled():
    """A mail that still holds a bracket would teach the bracket."""
    texts = {expand("[less|cheaper] at {shop}", PHRASES.slots, np.random.default_rng(n))
             for n in range(20)}  # fmt: skip

    assert {"less at Blue Nile", "cheaper at Blue Nile"} == texts


def test_each_reason_gets_its_mails():
    """A reason without mails could never be detected."""
    texts, labels = write_mails(PHRASES, 50, np.random.default_rng(0))

    assert {label: labels.count(label) for label in labels} == {"cheaper": 50, "late": 50}
    assert not any("[" in text or "{" in text for text in texts)


def test_a_phrase_held_back_is_not_learned_from():
    """Wording on both sides of the split would make the temperature a lie."""
    phrases = read_phrases(TEXTS / "jeweller.yaml")

    kept, held = divide(phrases, 0.3, np.random.default_rng(0))

    for reason, languages in phrases.reasons.items():
        for language in languages:
            sides = set(kept.reasons[reason][language]), set(held.reasons[reason][language])
            assert not sides[0] & sides[1]
            assert sides[0] | sides[1] == set(languages[language])


@pytest.mark.parametrize("pack", ["jeweller", "travel"])
def test_phrases_letters_and_test_mails_cover_the_reasons_of_the_pack(pack):
    """A reason that is missing, or spelled otherwise, would be found only in service."""
    reasons = set(load_pack(ROOT / "rules" / pack).reasons)

    assert reasons == set(read_phrases(TEXTS / f"{pack}.yaml").reasons)
    assert reasons | {NO_REASON} == set(read_mails(TEXTS / f"{pack}_letters.csv")[1])
    assert reasons | {UNSURE} == set(read_mails(HELD_OUT / f"{pack}.csv")[1])


@pytest.mark.parametrize("pack", ["jeweller", "travel"])
def test_no_test_mail_was_learned_from(pack):
    """A mail on both sides would flatter the model."""
    learned = {text.casefold() for text in read_mails(TEXTS / f"{pack}_letters.csv")[0]}

    tested = {text.casefold() for text in read_mails(HELD_OUT / f"{pack}.csv")[0]}

    assert set() == learned & tested
