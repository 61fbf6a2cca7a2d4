from __future__ import annotations

import pytest
from keepsake.core.protected import protected_part, protected_word
from keepsake.packs.api_facts import message_facts


@pytest.mark.parametrize(
    "name",
    [
        "customer.race", "customer.religion", "customer.health", "customer.ethnicity",
        "customer.nationality", "customer.sexual_orientation", "customer.gender", "customer.age",
        "customer.date_of_birth", "customer.birth_date", "customer.marital_status",
        "guest.genders", "guest.nationalty", "guest.relgion", "guest.ethnic_group",
        "guest.disabilities", "customer.neighbourhood", "customer.mother_tongue",
        "guest.first_name", "guest.email", "guest.zip_code",
    ],
)  # fmt: skip
def test_what_no_decision_may_know_is_recognised(name):
    """Would catch a protected trait that slips in under a slightly different name."""
    assert protected_part(name) is not None


@pytest.mark.parametrize(
    "name",
    [
        "order.stage", "stone.colour", "stone.carat", "customer.tenure_days", "setting.style",
        "booking.agent_code", "order.occasion", "message.sent_by_ai", "package.price",
        "voyage.length", "order.percentage", "terrace.view", "store.region",
    ],
)  # fmt: skip
def test_an_innocent_name_is_left_alone(name):
    """Would catch `stage` refused because it ends like `age`."""
    assert protected_part(name) is None


@pytest.mark.law(1)
@pytest.mark.parametrize("words", [["friend", "muslim"], ["male", "other"], ["single_woman"]])
def test_a_list_that_says_a_trait_is_recognised_whatever_the_fact_is_called(words):
    """Would catch a trait behind a harmless name: `customer.circle: one of friend, muslim`."""
    assert protected_word(words) is not None


@pytest.mark.parametrize("words", [["white_gold_18k", "black"], ["birthday", "wedding"], []])
def test_innocent_words_are_left_alone(words):
    """Would catch a metal or an occasion that is taken for a trait."""
    assert protected_word(words) is None


@pytest.mark.law(10)
def test_no_field_of_the_api_is_protected():
    """Would catch a field of the API that no decision may know."""
    found = [fact.name for fact in message_facts() if protected_part(fact.name)]

    assert [] == found
