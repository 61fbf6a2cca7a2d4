from __future__ import annotations

import pytest
from keepsake.core.facts import FactKind
from keepsake.packs.api_facts import message_facts
from keepsake.packs.load import load_pack
from keepsake.packs.vocabulary import attributes

from tests.packs.folders import SOUND


@pytest.fixture(scope="module")
def vocabulary():
    """Return the vocabulary of the sound pack."""
    return load_pack(SOUND / "desk").vocabulary


@pytest.mark.law(5)
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("order.value", FactKind.MONEY),
        ("order.promised_date", FactKind.DATE),
        ("order.placed_time", FactKind.TIME),
        ("order.faulty", FactKind.FLAG),
        ("order.stage", FactKind.ORDERED),
        ("customer.tenure_days", FactKind.DAYS),
        ("booking.adults", FactKind.NUMBER),
        ("line.quantity", FactKind.NUMBER),
        ("order.line_count", FactKind.NUMBER),
        ("order.promised_date.in_days", FactKind.DAYS),
        ("order.placed_time.hours_ago", FactKind.HOURS),
        ("stone.carat", FactKind.NUMBER),
        ("late", FactKind.FLAG),
        ("reason", FactKind.ONE_OF),
        ("risk", FactKind.NUMBER),
        ("feasibility.rush", FactKind.FLAG),
        ("feasibility.rush.ready_date", FactKind.DATE),
    ],
)
def test_a_fact_measures_what_its_declaration_says(name, kind, vocabulary):
    """Would catch a field that rules compare with constants of another kind."""
    assert kind == vocabulary[name].kind


@pytest.mark.law(5)
@pytest.mark.parametrize(
    "name",
    ["customer.id", "line.line_id", "traveller.traveller_id", "order.lines", "subject_id", "words"],
)
def test_ids_lists_and_words_are_no_facts(name, vocabulary):
    """Would catch an id or free text that rules or models could read."""
    assert name not in vocabulary


@pytest.mark.law(5)
def test_a_text_of_the_api_is_a_fact_only_with_declared_words(vocabulary):
    """Would catch free text that reaches rules because a field happens to be a string."""
    assert "order.stage" in vocabulary
    assert "order.category" not in vocabulary


@pytest.mark.law(10)
def test_a_sensitive_reason_is_known_only_as_sensitive(vocabulary):
    """Would catch grief by name in the facts, and so in the journal."""
    assert ("too_late", "too_dear", "sensitive") == vocabulary["reason"].words


def test_the_range_of_a_field_is_that_of_the_api(vocabulary):
    """Would catch a lint that holds `tenure_days < 0` for possible."""
    tenure = vocabulary["customer.tenure_days"]

    assert (0, 40000) == (tenure.minimum, tenure.maximum)


def test_the_packs_own_attributes_are_those_that_callers_may_send(vocabulary):
    """Would catch a derived fact or a field of the API that is taken as an attribute."""
    names = [fact.name for fact in attributes(vocabulary)]

    assert ["stone.carat"] == names


def test_no_fact_of_the_api_is_declared_twice():
    """Would catch two messages whose fields share a name."""
    names = [fact.name for fact in message_facts()]

    assert sorted(set(names)) == sorted(names)
