"""The nearest items of a catalogue: within bounds, by weights, whatever stands out or is alike."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from keepsake.adapters.catalogue import Shelf
from keepsake.core.catalogue import Aspect, Catalogue, Item, Measure, Pick, demands, query_of
from keepsake.core.facts import FactKind, FactType

GRADES = ("low", "middle", "high")
CARAT = FactType("stone.carat", FactKind.NUMBER)
GRADE = FactType("stone.grade", FactKind.ORDERED, words=GRADES)
ORIGIN = FactType("stone.origin", FactKind.ONE_OF, words=("natural", "lab_grown"))
PRICE = FactType("stone.price", FactKind.MONEY)
ASPECTS = (
    Aspect(CARAT, 3.0, Measure(0.1), Measure(0.5), Measure(0.05), wish="wish.carat"),
    Aspect(GRADE, 1.0, Measure(1.0), Measure(1.0), wish="wish.grade"),
    Aspect(ORIGIN, 4.0),
    Aspect(PRICE, 2.0, None, None, Measure(2.0, is_percent=True), wish="wish.price"),
)
CATALOGUE = Catalogue("stones", {"en": "Stones"}, "s.csv", "stone.price", ASPECTS, {"en": "-"})
OWN = {
    "stone.carat": 1.0,
    "stone.grade": "middle",
    "stone.origin": "natural",
    "stone.price": 1000.0,
}


def item(name, **changes):
    """Return an item that is like the customer's own, but for some aspects."""
    facts = {**OWN, **{f"stone.{aspect}": value for aspect, value in changes.items()}}
    return Item(name, {aspect: value for aspect, value in facts.items() if value is not None})


def near(items, most=10, *, where=None, **wishes):
    """Return the ids of the nearest items, by what the offer and the customer ask."""
    facts = {**OWN, **{f"wish.{name}": wish for name, wish in wishes.items()}}
    query = query_of(CATALOGUE, demands(CATALOGUE, Pick("stones", where or {}), facts), facts)
    return [found.id for found in Shelf(CATALOGUE, items, "digest").nearest(query, most)]


def test_the_nearest_stands_first_by_the_weights_of_the_pack():
    """Catches weights or scales that are not heeded."""
    items = [item("origin", origin="lab_grown"), item("grade", grade="high"), item("same")]

    assert ["same", "grade", "origin"] == near(items)


def test_of_what_is_equally_near_the_file_decides_the_order():
    """Catches an order that changes from one process to the next."""
    items = [item("up", carat=1.1), item("down", carat=0.9), item("right", carat=1.1)]

    assert ["up", "down", "right"] == near(items)


def test_a_price_that_stands_out_does_not_change_who_is_near():
    """Catches a scale by the range or the mean, which one wrong price would blow up."""
    items = [item(f"s-{n}", price=1000.0 + 100 * n, carat=1.0 + 0.01 * n) for n in range(1, 9)]
    wrong = item("wrong", price=1e9)

    assert near(items) == near([*items, wrong])[:8]


def test_an_item_that_lacks_a_bounded_aspect_is_not_found():
    """Catches a stone without a grade shown to somebody who asked for a grade."""
    items = [item("bare", grade=None), item("known")]

    assert ["known"] == near(items)


def test_an_item_that_lacks_another_aspect_counts_as_one_scale_off():
    """Catches what is not known counted as equal."""
    items = [item("bare", origin=None), item("known", grade="high")]

    assert ["known", "bare"] == near(items)


def test_of_items_alike_in_everything_two_are_enough():
    """Catches a list of twins that leaves no room for a choice."""
    items = [*(item(f"twin-{n}") for n in range(5)), item("other", grade="high")]

    assert ["twin-0", "twin-1", "other"] == near(items, 3)


def test_bigger_but_not_dearer_is_just_that():
    """Catches a wish that is read and not kept."""
    items = [
        item("same"),
        item("hardly", carat=1.02),
        item("bigger", carat=1.2),
        item("bigger-dearer", carat=1.2, price=1010.0),
        item("smaller", carat=0.8),
    ]

    assert ["bigger"] == near(items, carat="more", price="not_more")


def test_a_lower_grade_that_is_fine_costs_no_distance():
    """Catches a permission that is treated as a wish, or not at all."""
    items = [item("up", grade="high"), item("down", grade="low", carat=1.01)]

    assert ["down", "up"] == near(items, grade="less_is_fine")


def test_a_demand_of_the_offer_and_a_wish_both_hold():
    """Catches a wish that replaces what the offer itself must keep."""
    items = [item("cheap", price=500.0), item("same", carat=1.2), item("small", carat=0.8)]
    same_price = {"stone.price": ("same",)}

    assert ["same"] == near(items, where=same_price, carat="more")


def test_an_empty_shelf_has_nothing():
    """Catches a catalogue that is sold out and brings the service down."""
    assert [] == near([])


@given(
    st.lists(
        st.tuples(
            st.floats(0.5, 1.5), st.sampled_from(GRADES), st.sampled_from((800.0, 1000.0, 1200.0))
        ),
        max_size=80,
    ),
    st.sampled_from((None, "more", "less", "not_more", "not_less")),
)
def test_the_search_finds_what_looking_at_every_item_finds(drawn, wish):
    """Catches an index that loses items at the edges of a bound."""
    items = [
        item(f"s-{n}", carat=round(carat, 2), grade=grade, price=price)
        for n, (carat, grade, price) in enumerate(drawn)
    ]
    wishes = {"carat": wish} if wish else {}

    found = set(near(items, len(items) or 1, **wishes))

    assert {one.id for one in items if is_within(one, wish) and not is_third(one, items)} == found


def is_within(one, wish):
    """Tell plainly whether an item is near enough and as it is wished."""
    carat, grade = one.facts["stone.carat"], GRADES.index(one.facts["stone.grade"])
    kept = {
        None: True,
        "more": carat >= 1.05 - 1e-9,
        "less": carat <= 0.95 + 1e-9,
        "not_more": carat <= 1.0 + 1e-9,
        "not_less": carat >= 1.0 - 1e-9,
    }
    return kept[wish] and abs(carat - 1.0) <= 0.5 + 1e-9 and abs(grade - 1) <= 1


def is_third(one, items):
    """Tell whether two items before this one are alike in everything."""
    alike = [other.id for other in items if other.facts == one.facts]
    return alike.index(one.id) >= 2
