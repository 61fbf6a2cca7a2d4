"""What is left to choose from, what it costs the customer more, and what a later wish leaves."""

from __future__ import annotations

from keepsake.core.alternatives import Found, dearer_by, is_another, shown_of, still_wished
from keepsake.core.catalogue import Aspect, Catalogue, Item, Measure, Pick
from keepsake.core.facts import FactKind, FactType

MEAL = FactType("room.meal", FactKind.ONE_OF, words=("none", "breakfast"))
RATE = FactType("room.rate", FactKind.MONEY)
OWN = {"room.meal": "none", "room.rate": 100.0, "stay.nights": 3.0, "stay.weekend": 2.0}
CHEAPER = Item("cheaper", {"room.meal": "none", "room.rate": 80.0})
FED = Item("fed", {"room.meal": "breakfast", "room.rate": 100.0})
TWIN = Item("twin", {"room.meal": "breakfast", "room.rate": 100.0})


def catalogue(**changes):
    """Return a catalogue of rooms."""
    aspects = (
        Aspect(MEAL, 1.0),
        Aspect(RATE, 1.0, reach=Measure(50, is_percent=True), wish="wish.price"),
    )
    given = {"resource": "room", "shown": 3, **changes}
    return Catalogue("rooms", {"en": "-"}, "r.csv", "room.rate", aspects, {"en": "-"}, **given)


def test_a_price_that_counts_by_the_night_differs_by_all_nights():
    """Catches a room that is told to cost 20 less and costs 100 less."""
    rooms = catalogue(times=("stay.nights", "stay.weekend"))

    assert -100.0 == dearer_by(rooms, CHEAPER, OWN)


def test_of_free_items_that_are_alike_one_is_shown_and_the_other_takes_its_place():
    """Catches a list of the same room twice, and one that loses both when one is held."""
    found = Found("other-room", "rooms", "digest", items=(FED, TWIN, CHEAPER))

    shown = shown_of(found, catalogue(), frozenset())
    without = shown_of(found, catalogue(), frozenset({"fed"}))

    assert ["fed", "cheaper"] == [item.id for item in shown.items]
    assert (["twin", "cheaper"], 1) == ([item.id for item in without.items], without.held)


def test_what_is_never_used_up_is_no_alternative_to_itself():
    """Catches the customer's own setting offered as another one."""
    endless = catalogue(resource="")

    assert [False, True] == [is_another(endless, item, OWN) for item in (CHEAPER, FED)]
    assert is_another(catalogue(), CHEAPER, OWN)


def test_what_was_found_gives_way_to_a_wish_that_comes_later():
    """Catches an agent who goes on naming what the customer has just said no to."""
    found = Found("other-room", "rooms", "digest", items=(FED, CHEAPER))
    facts = {**OWN, "wish.price": "less"}

    left = still_wished(found, catalogue(), Pick("rooms"), facts=facts)

    assert (CHEAPER,) == left.items
