"""Alternatives from end to end: words to wishes, wishes to stones, stones to the answer."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest
from keepsake.core.holds import Balance
from keepsake.decide import decide
from keepsake.v1.decision_pb2 import VERDICT_BARRED, VERDICT_NOT_EVALUATED, Decision
from keepsake.v1.journal_pb2 import DecisionInputs

from tests.fakes.memory_store import MemoryStore
from tests.fakes.readings import inputs_of, untouched
from tests.fakes.snapshots import gatherer
from tests.fakes.stones import a_doubt
from tests.law_tests.deciding import load


@cache
def snapshot():
    """Return the jeweller's pack in force, with its samples on the shelves."""
    return load("jeweller", Path(mkdtemp()))


def gathered(request, *, reading=None, parts=()):
    """Return the inputs of a request."""
    return inputs_of(gatherer(MemoryStore()), request, snapshot(), reading=reading, parts=parts)


def swap_of(inputs):
    """Return what became of the swap: what may be chosen, or why not."""
    decision = decide(inputs, snapshot())
    offered = {each.offer_id: each for each in decision.recommendations}
    withheld = {each.offer_id: each for each in decision.withheld}
    return offered.get("stone-swap") or withheld["stone-swap"]


def items_of(inputs):
    """Return the ids of what was found for the swap."""
    found = next(each for each in inputs.searches if each.offer_id == "stone-swap")
    return [item.id for item in found.items]


def test_a_swap_names_what_may_be_chosen_and_how_it_differs():
    """Catches an offer of another stone that names none."""
    swap = swap_of(gathered(a_doubt()))

    assert 3 == len(swap.alternatives)
    assert all(each.title and each.differences for each in swap.alternatives)
    assert all(abs(each.price_difference.units) <= 126 for each in swap.alternatives)
    assert swap.alternatives[0].catalogue.startswith("stones@")


def test_bigger_but_not_dearer_is_what_the_customer_gets():
    """Catches words that are read for a reason and not for a wish."""
    swap = swap_of(gathered(a_doubt("Bigger but not dearer, a warmer colour is fine.")))

    assert swap.alternatives
    for each in swap.alternatives:
        assert "carat larger" in each.differences[0]
        assert (each.price_difference.units, each.price_difference.nanos) <= (0, 0)


def test_the_differences_are_in_the_language_of_the_answer():
    """Catches English words in a German answer."""
    swap = swap_of(gathered(a_doubt("Größer, aber nicht teurer.", language="de")))

    assert "Karat größer" in swap.alternatives[0].differences[0]
    assert swap.alternatives[0].title.endswith(("exzellent", "sehr gut"))


def test_a_wish_that_is_sent_counts_before_one_that_is_read():
    """Catches words that overrule what the caller knows better."""
    request = a_doubt("smaller, please")
    request.intercept.attributes["wish.carat"].text = "more"

    swap = swap_of(gathered(request))

    assert all("carat larger" in each.differences[0] for each in swap.alternatives)


@pytest.mark.law(9)
def test_a_stone_that_is_held_for_somebody_else_is_not_offered():
    """Catches one stone promised to two customers."""
    request, free = a_doubt(), items_of(gathered(a_doubt()))
    reading = untouched(gatherer(MemoryStore()), request, snapshot().pack)
    reading.balances[f"stone:{free[0]}"] = Balance(limit=1, held=1)

    left = items_of(gathered(request, reading=reading))

    assert free[0] not in left
    assert free[1:] == left[:2]


@pytest.mark.law(9)
def test_without_the_store_nobody_knows_what_is_held_so_no_stone_is_offered():
    """Catches a stone offered in degraded mode that is held for somebody else."""
    inputs = gathered(a_doubt(), parts=("store",))
    for search in inputs.searches:
        search.held, _ = len(search.items), search.ClearField("items")

    swap = swap_of(inputs)

    assert VERDICT_NOT_EVALUATED == swap.verdict
    assert "while the store is away" in swap.why


def test_where_nothing_is_near_enough_the_offer_is_withheld_and_says_so():
    """Catches a swap that is offered with nothing to swap for."""
    request = a_doubt()
    request.intercept.attributes["stone.carat"].number = 25.0

    swap = swap_of(gathered(request))

    assert (VERDICT_BARRED, "guard:alternatives") == (swap.verdict, swap.failed)
    assert "nothing in stones is near enough" in swap.why


def test_without_the_price_of_the_stone_the_swap_could_not_be_evaluated():
    """Catches a difference in price that nobody knows."""
    swap = swap_of(gathered(a_doubt(without=("stone.price",))))

    assert VERDICT_NOT_EVALUATED == swap.verdict
    assert "stone.price is not known" in swap.why


def test_a_cheaper_stone_leaves_less_margin_and_a_dearer_one_no_more():
    """Catches a swap that is recommended for what it sells."""
    inputs = gathered(a_doubt())
    prices = [_price_of(item) for search in inputs.searches for item in search.items]

    nets = {dearer: swap_of(_repriced(inputs, dearer)).net_value.units for dearer in (-800, 0, 800)}

    assert prices
    assert nets[-800] < nets[0] == nets[800]


@pytest.mark.law(3)
def test_a_decision_with_alternatives_is_made_again_from_what_was_recorded():
    """Catches a search that is made again in replay, when the stock is another."""
    inputs = gathered(a_doubt("bigger"))
    first = decide(inputs, snapshot())

    again = decide(DecisionInputs.FromString(inputs.SerializeToString()), snapshot())

    assert isinstance(first, Decision)
    assert first == again


@pytest.mark.law(10)
def test_no_words_of_the_customer_stand_in_what_is_recorded_of_a_wish():
    """Catches words that get into the journal by way of a wish."""
    inputs = gathered(a_doubt("something bigger for Emma"))

    assert b"Emma" not in inputs.SerializeToString()
    assert b"wish.carat" in inputs.SerializeToString()


def test_catalogues_are_searched_only_for_offers_that_could_be_made():
    """Catches time spent on searches for other reasons than the customer's."""
    assert ["stone-swap"] == [search.offer_id for search in gathered(a_doubt()).searches]


def _price_of(item):
    names = list(item.facts.number_names)
    return item.facts.numbers[names.index("stone.price")]


def _repriced(inputs, dearer):
    """Return inputs in which every stone that was found costs so much more than the customer's."""
    changed = DecisionInputs()
    changed.CopyFrom(inputs)
    for search in changed.searches:
        for item in search.items:
            item.facts.numbers[list(item.facts.number_names).index("stone.price")] = 4200 + dearer
    return changed
