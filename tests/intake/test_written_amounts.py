"""Amounts as people write them; what may be two numbers is never one of them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keepsake.intake.written_amounts import WRITTEN, currency_of, decimal_mark, readings


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1 234,56", "1234.56"),
        ("1'234.56", "1234.56"),
        ("12,50", "12.50"),
        ("12.5", "12.5"),
        ("1.234.567", "1234567"),
        ("0.125", "0.125"),
        ("-3,00", "-3.00"),
        ("640", "640"),
    ],
)
def test_an_amount_that_can_be_one_number_only_is_that(text: str, means: str) -> None:
    """Catches a separator taken for the other one where the writing leaves no doubt."""
    expected = (Decimal(means),)

    assert expected == readings(text)


@pytest.mark.parametrize("text", ["1.234", "1,234"])
def test_one_separator_before_three_digits_may_be_either(text: str) -> None:
    """Catches a memo for 1.234 euros that is disputed as one for 1,234, or the other way round."""
    assert (Decimal(1234), Decimal("1.234")) == readings(text)


def test_another_amount_of_the_text_shows_what_its_separators_mean() -> None:
    """Catches a doubt about an amount that the memo itself has settled."""
    mark = decimal_mark(["1.234", "45,10", "1.000,00"])

    assert mark == ","
    assert (Decimal(1234),) == readings("1.234", mark)
    assert (Decimal("1.234"),) == readings("1,234", mark)


def test_amounts_that_disagree_show_nothing() -> None:
    """Catches a mixed text whose first amount decides over all others."""
    assert decimal_mark(["45,10", "45.20"]) == ""


def test_a_dollar_alone_is_no_currency() -> None:
    """Catches a Canadian dollar that is counted as one of the United States."""
    assert currency_of("$ 20.00") == ""
    assert currency_of("USD 20.00") == "USD"
    assert currency_of("20,00 €") == "EUR"
    assert currency_of("EUR 20 or USD 23") == ""


@given(st.text(alphabet="0123456789.,' -+", max_size=20))
def test_no_writing_breaks_the_reader(text: str) -> None:
    """Catches an amount that ends the reading of a whole memo."""
    for found in WRITTEN.findall(text):
        assert len(readings(found)) <= 2
    readings(text)


@given(
    st.decimals(min_value=0, max_value=10_000_000, places=2),
    st.sampled_from([(",", "."), (".", ","), (" ", ","), ("'", ".")]),
)
def test_what_is_written_with_cents_is_read_as_it_was_meant(
    number: Decimal, marks: tuple[str, str]
) -> None:
    """Catches a separator of thousands that is read as the mark before cents."""
    thousands, cents = marks
    text = f"{number:,.2f}".replace(",", "T").replace(".", cents).replace("T", thousands)

    assert (number,) == readings(text)
