"""Amounts that a person restates."""

import pytest
from keepsake.core.restating import contradicts


@pytest.mark.parametrize(
    "text",
    [
        "EUR 1,280.00", "1.280,00 EUR", "€1280", "1 280,00 €", "1,280", "eur 1280.00",
        "USD 1,390.00", "$1,390", "USD 1,390.00 (EUR 1,280.00)", "as on the statement", "",
    ],
)  # fmt: skip
def test_the_same_amount_or_one_in_another_currency_contradicts_nothing(text):
    """Catches a right amount that is refused for how its thousands are parted."""
    assert not contradicts(text, 1280.0, "EUR")


@pytest.mark.parametrize(
    "text",
    ["EUR 1.00", "1,00 €", "1.00", "EUR 12.80", "EUR 128", "1280.01 EUR", "EUR 1,280.00, 640 EUR"],
)
def test_another_amount_in_the_same_currency_contradicts(text):
    """Catches a letter to the bank about one euro where 1,280 are in dispute."""
    assert contradicts(text, 1280.0, "EUR")
