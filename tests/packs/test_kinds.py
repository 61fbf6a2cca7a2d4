"""Folders of kinds: what they take of the pack, and what is wrong with them, by file and line."""

import shutil
from pathlib import Path

import pytest
from keepsake.core.errors import PackError
from keepsake.packs.check import check
from keepsake.packs.load import load_pack

from tests.packs.folders import RULES, edit

LOST_LUGGAGE = Path(__file__).parent.parent / "kinds" / "lost_luggage"


@pytest.fixture
def pack(tmp_path):
    """Return the folder of the travel pack, with lost luggage as its only other kind."""
    shutil.copytree(RULES, tmp_path / "rules", ignore=shutil.ignore_patterns("kinds"))
    folder = tmp_path / "rules" / "travel"
    shutil.copytree(LOST_LUGGAGE, folder / "kinds" / "lost_luggage")
    return folder


def test_a_kind_sees_its_own_part_of_the_pack_and_what_all_share(pack):
    """Catches an offer for cancelled bookings that is made for a lost bag."""
    own = load_pack(pack)

    bag = own.of("lost_luggage")
    assert ("lost_luggage",) == bag.kinds
    assert {"claim-from-the-airline", "leave-the-claim"} == set(bag.offers)
    assert {"bag_never_arrived"} == set(bag.reasons)
    assert set(own.laws) == set(bag.laws)
    assert own.authority == bag.authority
    assert ("bag.value", "bag.value", True) == (
        *(bag.valuation.value, bag.valuation.margin, bag.valuation.is_stake),
    )
    assert not set(bag.offers) & set(own.offers)
    assert own is own.of("cancellation")


def test_a_kind_of_a_folder_changes_nothing_for_the_packs_own(pack):
    """Catches facts, rules or words of one kind that leak into another."""
    with_it = load_pack(pack)
    shutil.rmtree(pack / "kinds")

    without = load_pack(pack)

    assert without.rulebook == with_it.rulebook
    assert (without.offers, without.reasons) == (with_it.offers, with_it.reasons)
    assert set(without.vocabulary) == set(with_it.vocabulary)
    assert without.digest != with_it.digest


def test_a_kind_may_take_offers_and_reasons_of_the_pack(pack):
    """Catches an offer that cannot be shared, or that comes without its conditions."""
    edit(
        pack / "kinds/lost_luggage/kind.yaml", "  channels:", "  also: [named-contact]\n  channels:"
    )

    bag = load_pack(pack).of("lost_luggage")

    assert "named-contact" in bag.offers
    assert bag.rulebook.rule("offer:named-contact").when.conditions


def test_stages_and_items_are_facts_without_being_declared(pack):
    """Catches a stage that no rule can ask for, and a paper that nobody can send."""
    vocabulary = load_pack(pack).of("lost_luggage").vocabulary

    stage, paper = vocabulary["bag.stage"], vocabulary["paper.report"]
    assert ("missing", "claimed", "found", "paid", "refused") == stage.words
    assert "missing" == stage.default
    assert ("missing", "weak", "there") == paper.words
    assert vocabulary["bag.chance"].given


MISTAKES = [
    ("tables/handlers.csv", "0.7", "1.7", "handlers.csv:2: chance = 1.7: is out of the range"),
    ("tables/handlers.csv", "north_air,0.7", "north_airs,0.7", "handlers.csv:2: handler ="),
    ("tables/handlers.csv", "0.3,D", "0.3,Q", "handlers.csv:3: conf = Q: is no mark of confidence"),
    ("tables/handlers.csv", "sun_air,0.3,D,asks for", "sun_air,0.3", "handlers.csv:3: has 2 cells"),
    (
        "tables/handlers.csv",
        "handler,chance",
        "handler,chances",
        "handlers.csv:1: chance: is no co",
    ),
    ("tables.yaml", "handlers.csv", "handler.csv", "did you mean tables/handlers.csv?"),
    (
        "tables.yaml",
        "gives: {chance: bag.chance}",
        "gives: {chance: bag.chanc}",
        "did you mean bag",
    ),
    (
        "facts.yaml",
        ", max: 1, derived: true}\n  bag.p",
        ", max: 1}\n  bag.p",
        "could be sent as well",
    ),
    ("kind.yaml", "margin: bag.value", "margin: bag.values", "did you mean bag.value?"),
    ("kind.yaml", "outcomes: [won", "outcomes: [wonn", "did you mean won?"),
    ("kind.yaml", "kind:", "kinds:", "the folder of a kind holds only"),
    ("kind.yaml", "subjects: [bag]", "subjects: [booking]", "would be booking.stage, which comes"),
    ("offers.yaml", "chance: bag.chance", "chance: win", "asks for a model that the kind does not"),
    ("offers.yaml", "chance: 0 percent", "chance: 101 percent", "is more than certain"),
    (
        "offers.yaml",
        "    chance: 0 percent\n",
        "",
        "beside offers that have one it is worth nothing",
    ),
    (
        "offers.yaml",
        "leave-the-claim:\n    title",
        "named-contact:\n    title",
        "is declared twice",
    ),
    ("reasons.yaml", "bag_never_arrived", "found_cheaper", "is declared twice"),
    ("facts.yaml", "bag.handler", "supplier.refund", "is declared twice"),
    ("tables/papers.csv", "tag,1", "Tag!,1", "papers.csv:3: item = Tag!: is no name of a fact"),
    ("tables/papers.csv", "Luggage tag", "", "papers.csv:3: title_en: is empty"),
    (
        "way_out.yaml",
        "    fee: 0 EUR",
        "    fee: 0 EUR\n    when: [bag.value > 1 EUR]",
        "open always",
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "told"), MISTAKES)
def test_a_mistake_in_a_kind_is_told_where_it_stands(pack, file, old, new, told):
    """Catches a mistake that loads, or of which nobody can say where it is."""
    edit(pack / "kinds" / "lost_luggage" / file, old, new)

    with pytest.raises(PackError) as wrong:
        load_pack(pack)

    assert any(told in str(problem) for problem in wrong.value.problems), wrong.value.message


def test_the_cases_of_a_kind_are_run_and_its_rules_counted(pack):
    """Catches a kind whose cases nobody runs."""
    before = dict(check(pack).counts)
    edit(pack / "kinds/lost_luggage/cases/cases.yaml", "bag.papers: 0.5", "bag.papers: 0.75")

    report = check(pack)

    (problem,) = report.problems
    assert problem.source.file.endswith("kinds/lost_luggage/cases/cases.yaml")
    assert 1 == report.cases_failed
    assert (2, before["cases"]) == (dict(report.counts)["kinds"], report.cases_run)


def test_a_rule_case_says_which_offer_is_worth_most(pack):
    """Catches a case that passes whatever is best."""
    edit(pack / "kinds/lost_luggage/cases/cases.yaml", "best: leave-the-claim", "best: nothing")

    report = check(pack)

    assert {"leave-the-claim is best, net 20.00"} == {p.message for p in report.problems}


@pytest.mark.parametrize(
    "name",
    [
        *("kind.yaml", "facts.yaml", "reasons.yaml", "offers.yaml", "way_out.yaml", "tables.yaml"),
        *("tables/handlers.csv", "checklists.yaml", "tables/papers.csv"),
    ],
)
def test_the_page_for_rule_authors_shows_the_files_that_are_tried(name):
    """Catches an example in the documentation that would not load."""
    lines = (LOST_LUGGAGE / name).read_text().splitlines()
    shown = "\n".join(f"    {line}" for line in lines if not line.startswith("#"))

    assert shown in (RULES.parent / "docs" / "rule-author.md").read_text()
