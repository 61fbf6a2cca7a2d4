from __future__ import annotations

import pytest
from keepsake.core.facts import FactKind, FactType, Vocabulary
from keepsake.core.literals import Dialect, LiteralError
from keepsake.core.pack import Amount
from keepsake.packs.amounts import read_amount, read_percent, read_settled

DIALECT = Dialect(
    Vocabulary([FactType("order.value", FactKind.MONEY), FactType("size", FactKind.NUMBER)]),
    currency="USD",
    rates={"USD": 1.0, "EUR": 1.16},
)


@pytest.mark.parametrize(
    ("text", "term", "amount"),
    [
        ("150 USD", None, Amount(fixed=150)),
        ("100 EUR", None, Amount(fixed=116)),
        ("4 percent of order.value", None, Amount(percent=4, of="order.value")),
        ("terms.percent of order.value", "percent", Amount(term="percent", of="order.value")),
        ("terms.amount", "amount", Amount(term="amount")),
    ],
)
def test_an_amount_reads_as_it_is_written(text, term, amount):
    """Would catch a cost that is taken as nothing because its form was not understood."""
    read = read_amount(text, term, DIALECT)

    assert (amount.fixed, amount.percent, amount.of, amount.term, text) == (
        read.fixed,
        read.percent,
        read.of,
        read.term,
        read.text,
    )


@pytest.mark.parametrize(
    "text", ["150", "150 XXX", "lots", "4 of order.value", "4 percent of size", "terms.percent"]
)
def test_what_is_no_amount_is_refused(text):
    """Would catch a cost without a currency, or a share of something that is no money."""
    with pytest.raises(LiteralError):
        read_amount(text, None, DIALECT)


def test_what_is_returned_may_be_the_rest_of_what_was_paid():
    """Would catch a fee and a refund that are rounded apart from each other."""
    read = read_settled("rest of order.value", DIALECT)

    assert ("rest", "order.value") == (read.term, read.of)


@pytest.mark.parametrize("text", ["rest", "rest of size", "rest of order.valeu"])
def test_the_rest_is_of_a_fact_that_is_money(text):
    """Would catch a refund of the rest of nothing."""
    with pytest.raises(LiteralError):
        read_settled(text, DIALECT)


def test_a_percentage_needs_its_word():
    """Would catch 5 USD read as 5 percent."""
    with pytest.raises(LiteralError):
        read_percent("5 USD")
