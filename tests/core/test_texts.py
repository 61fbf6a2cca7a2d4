"""Texts for people: facts filled in, gaps shown, each language's own way to write figures."""

import pytest
from keepsake.core.texts import Speaker, placeholders

from tests.fakes.small_pack import VOCABULARY

MAY_12_2026 = 20585.0
FACTS = {
    "order.value": 12345.5,
    "order.promised_date": MAY_12_2026,
    "order.placed_time": MAY_12_2026 * 86400 + 9 * 3600 + 5 * 60,
    "order.stage": "cast",
    "customer.open_dispute": True,
    "customer.tenure_days": 1400.0,
    "discount": 7.5,
}


def told(template, language="en", **extra):
    """Return a template filled in."""
    return Speaker(VOCABULARY, language, "USD").template(template).fill(FACTS, extra)


@pytest.mark.parametrize(
    ("template", "english", "german"),
    [
        ("{order.value}", "12,345.50 USD", "12.345,50 USD"),
        ("{order.promised_date}", "12 May 2026", "12. Mai 2026"),
        ("{order.placed_time}", "12 May 2026 09:05 UTC", "12. Mai 2026 09:05 UTC"),
        ("{customer.tenure_days}", "1,400", "1.400"),
        ("{discount}", "7.5 %", "7,5 %"),
        ("{customer.open_dispute}", "true", "true"),
        ("{order.stage}", "cast", "cast"),
    ],
    ids=["money", "date", "time", "number", "percent", "flag", "word"],
)
def test_each_language_writes_figures_in_its_own_way(template, english, german):
    """Catches a German text with an English amount, which reads as another sum."""
    assert (english, german) == (told(template), told(template, "de"))


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("Until {order.margin}.", "Until [order.margin]."),
        ("Until {no.such_fact}.", "Until [no.such_fact]."),
        ("{promise.date} and {order.stage}", "[promise.date] and cast"),
    ],
)
def test_what_is_not_known_is_shown_as_a_gap_and_never_invented(template, expected):
    """Catches a talk track that names a date or a sum which nobody gave."""
    assert expected == told(template)


def test_what_the_caller_adds_comes_before_the_facts():
    """Catches an offer whose own terms are overwritten."""
    assert "3 % of a ring" == told(
        "{terms} of {offer.title}", **{"terms": "3 %", "offer.title": "a ring"}
    )


def test_braces_in_what_is_filled_in_are_not_filled_in_again():
    """Catches a text that could be made to read other facts."""
    assert "{order.value}" == told("{offer.title}", **{"offer.title": "{order.value}"})


def test_a_language_without_its_own_months_takes_the_english_ones():
    """Catches a text that fails for a language the pack adds."""
    assert "12 May 2026" == told("{order.promised_date}", "fr")


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.0, "0"), (3.0, "3"), (2.5, "2.5"), (1e6, "1,000,000"), (-1.25, "-1.25")],
)
def test_numbers_carry_no_needless_zeros(value, expected):
    """Catches `3.00 %` and its like."""
    assert expected == Speaker(VOCABULARY, "en", "USD").number(value)


def test_placeholders_are_listed_in_order():
    """Catches a talk track whose facts are not checked when the pack loads."""
    assert ("a.b", "c", "a.b") == placeholders("{a.b} {c}, {a.b}; {Not this} {}")
