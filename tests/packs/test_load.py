from __future__ import annotations

import pytest
from keepsake.core.errors import PackError
from keepsake.core.pack import Amount, OfferClass
from keepsake.core.rules import AskApproval, Bar, Cap, Withhold
from keepsake.packs.load import load_pack

from tests.packs.folders import RULES, SOUND, edit, sound_pack


@pytest.fixture(scope="module")
def pack():
    """Return the sound pack, loaded once."""
    return load_pack(SOUND / "desk")


def _effect(pack, rule_id, kind):
    return next(e for e in pack.rulebook.rule(rule_id).effects if isinstance(e, kind))


@pytest.mark.parametrize("name", ["jeweller", "travel"])
def test_the_shipped_packs_load(name):
    """Would catch a release whose packs do not serve."""
    pack = load_pack(RULES / name)

    assert name == pack.id


def test_an_offer_is_read_as_it_was_written(pack):
    """Would catch a term, a cost or a condition that is dropped on the way."""
    offer = pack.offers["price-cut"]

    assert offer.offer_class is OfferClass.INCENTIVE
    assert ("percent", (2.0, 5.0)) == (offer.term, offer.depths)
    expected = Amount(of="order.value", term="percent", text="terms.percent of order.value")
    assert expected == offer.cost_if_accepted
    assert "sound/desk/offers.yaml:16" == str(offer.source)


def test_a_promise_and_a_need_are_questions(pack):
    """Would catch a guard that looks for `feasibility.feasibility.rush`."""
    offer = pack.offers["rush"]

    assert (("rush",), "rush") == (offer.needs, offer.promise)


@pytest.mark.law(1)
def test_withholding_all_leaves_what_is_owed(pack):
    """Would catch a rule that takes away a refund together with the incentives."""
    withheld = _effect(pack, "rule:no-persuasion-in-grief", Withhold)

    assert {"rush", "price-cut"} == withheld.offers


@pytest.mark.law(1)
def test_a_law_that_bars_all_leaves_what_is_owed(pack):
    """Would catch a law that bars the very refund it asks for."""
    barred = _effect(pack, "law:RENEWAL", Bar)

    assert {"rush", "price-cut"} == barred.offers


def test_a_lever_stands_for_the_offers_that_pull_it(pack):
    """Would catch a cap that caps nothing."""
    assert Cap(frozenset({"price-cut"}), 2.0) == _effect(pack, "rule:no-big-cuts-far-away", Cap)


def test_the_approval_of_an_offer_names_the_tier(pack):
    """Would catch an approval that nobody can give because its role was never looked up."""
    asked = _effect(pack, "offer:price-cut", AskApproval)

    assert AskApproval(frozenset({"price-cut"}), tier=2, above=2.0) == asked


def test_effective_dates_are_conditions_on_today(pack):
    """Would catch an offer that is made before its first day or on the day it ends."""
    when = pack.rulebook.rule("offer:price-cut").when

    texts = [condition.text for condition in when.conditions[-2:]]

    assert ["today >= 2026-01-01", "today < 2028-01-01"] == texts


def test_law_stands_in_the_first_stratum(pack):
    """Would catch a law that is evaluated after a rule or a score."""
    assert pack.rulebook.law_strata == 1
    assert ["law:RENEWAL"] == [rule.id for rule in pack.rulebook.strata[0]]


def test_a_fixed_amount_is_in_the_currency_of_the_pack(tmp_path):
    """Would catch 150 EUR that cost 150 USD."""
    folder = sound_pack(tmp_path)
    edit(folder / "offers.yaml", "150 USD", "100 EUR")

    pack = load_pack(folder)

    assert pack.offers["rush"].cost_if_accepted.fixed == 116


def test_a_library_may_not_take_over_a_packs_fact(tmp_path):
    """Would catch two declarations of one fact of which one silently wins."""
    folder = sound_pack(tmp_path)
    edit(tmp_path / "sound/library/law.yaml", "facts:\n", "facts:\n  late: {default: true}\n")

    with pytest.raises(PackError, match=r"facts\.late: is declared twice"):
        load_pack(folder)


def test_one_slip_in_a_declaration_is_not_echoed_by_all_who_use_it(tmp_path):
    """Would catch twenty messages for one misspelt type."""
    folder = sound_pack(tmp_path)
    edit(folder / "facts.yaml", "type: number", "type: nmber")

    with pytest.raises(PackError) as caught:
        load_pack(folder)

    assert ["facts.stone.carat.type"] == [problem.key for problem in caught.value.problems]


def test_a_folder_that_does_not_exist_is_a_problem_and_no_crash(tmp_path):
    """Would catch a stack trace where a sentence is due."""
    with pytest.raises(PackError, match="is no folder"):
        load_pack(tmp_path / "nowhere")
