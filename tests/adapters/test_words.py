"""The reason model reads what it was taught, names its words, and knows when it does not know."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keepsake.adapters.words import (
    NO_REASON,
    NUMBER,
    TOKEN,
    pieces_of,
    place_of,
    stem_of,
    tokens_of,
)
from keepsake_training.reason import probabilities

from tests.adapters import shipped

WORDS = (
    "ring", "cheaper", "not", "mine", "4711", "2nd", "died", "xqzzt", "Verlobungsring", "I'm",
    "she", "said", "no", "undercut", "twice", "a", "late", "scam", "the",
)  # fmt: skip


@pytest.mark.parametrize(
    ("pack", "words", "expected"),
    [
        ("jeweller", "The same ring is 400 dollars cheaper at Blue Nile.", "found_cheaper"),
        ("jeweller", "My mother died last week.", "bereavement_or_illness"),
        ("jeweller", "I ordered twice by mistake, please cancel one.", "duplicate_order"),
        ("jeweller", "Wir haben uns getrennt.", "proposal_declined_or_broken_up"),
        ("travel", "The airline cancelled our flight.", "schedule_changed_by_carrier"),
        ("travel", "Mein Visum wurde abgelehnt.", "visa_or_document_denied"),
    ],
)
def test_a_plain_reason_is_read(pack, words, expected):
    """Sentences that leave no doubt; if these fail, nothing else can be trusted."""
    detection = shipped.model(pack, "reason").detect(words)

    assert (expected, False) == (detection.probabilities[0][0], detection.unsure)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "?!",
        "Je voudrais annuler ma commande parce que la livraison prend beaucoup trop de temps.",
        "Quiero cancelar mi pedido porque encontré el mismo anillo más barato.",
        "Прошу отменить заказ, я передумал.",
        "注文をキャンセルしたいです。",
    ],
)
def test_a_language_it_cannot_read_makes_it_unsure(words):
    """A guess from one known word would set a reason that nobody gave."""
    assert shipped.model("jeweller", "reason").detect(words).unsure


@given(st.text(max_size=400))
def test_any_text_has_probabilities_that_sum_to_one(words):
    """Whatever customers paste, an answer comes, and the same one twice."""
    model = shipped.model("jeweller", "reason")

    detection = model.detect(words)

    assert abs(sum(p for _, p in detection.probabilities) - 1) < 1e-4
    assert detection == model.detect(words)
    chances = [p for _, p in detection.probabilities]
    assert sorted(chances, reverse=True) == chances


@given(st.text(alphabet="ab1 '\u2019_,.\u00e9\n", max_size=30))
def test_words_are_parted_the_fast_way_as_by_the_pattern(words):
    """Would catch an apostrophe that the fast way leaves on a word, or loses."""
    assert tokens_of(words) == TOKEN.findall(words.replace("\u2019", "'"))


def test_every_reason_of_the_pack_has_a_probability():
    """A reason the model never learned could never be detected; one too many would be refused."""
    for pack in ("jeweller", "travel"):
        detection = shipped.model(pack, "reason").detect("hello")

        found = {reason for reason, _ in detection.probabilities}
        assert {*shipped.pack(pack).reasons, NO_REASON} == found


@pytest.mark.parametrize("words", ["Hello, how are you today?", "I would like to cancel, thanks."])
def test_a_text_without_a_reason_is_unsure(words):
    """A guess would overrule nothing, but an agent would read it."""
    assert shipped.model("jeweller", "reason").detect(words).unsure


def test_the_deciding_words_stand_in_the_text():
    """An agent must find them: a stem or a hash would be no reason."""
    words = "Somebody STOLE my credit card. I didn\u2019t order anything!"

    found = shipped.model("jeweller", "reason").detect(words).words

    text = " ".join(tokens_of(words))
    assert {"stole", "card"} < set(found)
    assert all(word in text for word in found)


def test_numbers_are_one_word():
    """Order numbers and amounts must carry no weight of their own."""
    model = shipped.model("jeweller", "reason")

    found = model.detect("Order 4711 costs 400 more")

    assert model.detect("Order 12 costs 9 more") == found
    assert stem_of("4711") == NUMBER


def test_a_word_is_taken_apart_into_its_beginning_and_runs_of_its_letters():
    """The trainer counts these pieces; the service must look up the same, each once."""
    assert pieces_of("cheaper")[:4] == ["cheap*", "<che", "chea", "heap"]
    assert pieces_of("ring") == ["<rin", "ring", "ing>", "<ring", "ring>"]
    assert len(set(pieces_of("banananana"))) == len(pieces_of("banananana"))


def test_a_pair_is_found_where_its_words_stand_side_by_side():
    """Shown elsewhere, the deciding words would be ones that never stood together."""
    assert place_of(("she", "said"), ["she", "saw", "she", "said"]) == 2


@given(st.lists(st.sampled_from(WORDS), max_size=40))
def test_the_service_weighs_a_text_as_the_trainer_does(chosen):
    """Trained one way and served another, no figure on the card would hold."""
    model = shipped.model("jeweller", "reason")
    text = " ".join(chosen)

    found = dict(model.detect(text).probabilities)

    row = probabilities(shipped.word_weights("jeweller"), [text])[0]
    expected = dict(zip(model.reasons, row, strict=True))
    assert all(abs(found[reason] - expected[reason]) < 1e-6 for reason in expected)


def test_words_that_every_text_has_decide_nothing():
    """Learned from few phrases, an "and" would speak for whichever reason happened to have it."""
    detection = shipped.model("jeweller", "reason").detect("and then the one for you with that")

    assert detection.unsure
    assert detection.words == ()
