"""The law that protects a customer: known codes only, and no state where none was said."""

from __future__ import annotations

import pytest
from keepsake.core.conditions import Truth
from keepsake.core.evaluate import run
from keepsake.core.reference import ReferenceEngine
from keepsake.packs.countries import COUNTRIES, INSTEAD, SUBDIVISIONS
from keepsake.packs.load import load_pack

from tests.packs.folders import RULES
from tests.packs.requests import facts, intercept, wrong


@pytest.mark.parametrize(
    ("code", "allowed"),
    [
        ("UK", "write GB"),
        ("EL", "write GR"),
        ("PR", "write US-PR"),
        ("RE", "write FR"),
        ("EU", "a country of ISO 3166-1 (`DE`), or one with its part (`US-CA`)"),
        ("XX", "a country of ISO 3166-1 (`DE`), or one with its part (`US-CA`)"),
        ("", "a country of ISO 3166-1 (`DE`), or one with its part (`US-CA`)"),
    ],
)
def test_a_code_that_is_no_country_is_refused(code, allowed):
    """Would catch a customer of the United Kingdom who loses every law because of `UK`."""
    found = wrong(intercept(jurisdiction=code))

    assert {"intercept.jurisdiction": (code, allowed)} == found


def test_a_state_that_does_not_exist_is_refused():
    """Would catch a Californian who loses the law of California by a slip of a letter."""
    found = wrong(intercept(jurisdiction="US-ZZ"))

    value, allowed = found["intercept.jurisdiction"]
    assert "US-ZZ" == value
    assert "US-CA" in allowed


@pytest.mark.parametrize("code", ["DE", "GB", "GR", "NO", "US-MN", "US-DC", "US-PR", "DE-BY"])
def test_a_known_code_is_a_fact(code):
    """Would catch a customer who is refused for a law that exists."""
    found = facts("jeweller", jurisdiction=code)

    country = code.split("-")[0]
    assert [code, country] == [found["jurisdiction"], found["jurisdiction.country"]]


def test_a_country_without_its_state_leaves_the_state_unknown():
    """Would catch an offer made to a customer who may well live in Minnesota."""
    pack = load_pack(RULES / "jeweller")
    found = facts("jeweller", jurisdiction="US", contract={"autoRenewal": True})

    truths = run(pack.rulebook, ReferenceEngine(pack.rulebook, pack.vocabulary), found).truths

    assert "US" == found["jurisdiction.country"]
    assert "jurisdiction" not in found
    assert Truth.UNKNOWN is truths["law:US-MN-ARL"]


def test_without_a_renewal_a_missing_state_bars_nothing():
    """Would catch a plain order that gets no offer because its state was not sent."""
    pack = load_pack(RULES / "jeweller")
    found = facts("jeweller", jurisdiction="US")

    truths = run(pack.rulebook, ReferenceEngine(pack.rulebook, pack.vocabulary), found).truths

    assert "law:US-MN-ARL" not in truths


def test_the_lists_of_codes_are_whole():
    """Would catch a country lost while the list was written."""
    assert 249 == len(set(COUNTRIES)) == len(COUNTRIES)
    assert 50 + 1 + 6 == len(set(SUBDIVISIONS["US"]))
    assert {code.split("-")[0] for code in INSTEAD.values()} <= set(COUNTRIES)
