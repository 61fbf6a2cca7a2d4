"""Catalogues: what else there is to offer, and what makes one item nearer to another.

A catalogue lists items (stones, settings, rooms) by aspects, which are facts of the pack. A search
starts from what the customer has, keeps what lies within bounds, and takes the nearest. All of that
is said here as numbers; who looks the items through needs no business.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from keepsake.core.facts import FactKind, Facts, FactType, FactValue, Source

_EPSILON = 1e-9
_TWICE = 2.0
_PLACE = re.compile(
    r"(?P<pack>[a-z][a-z0-9_-]*)/(?P<name>[a-z][a-z0-9_-]*)"
    r"=(?P<path>.+?\.(?:csv|csv\.gz|parquet))(?::(?P<mapping>[a-z][a-z0-9_-]*))?"
)
Texts = Mapping[str, str]
_WITHOUT_ORDER = frozenset({FactKind.ONE_OF, FactKind.FLAG})


class Wish(StrEnum):
    """What is wanted of an aspect, against what the customer has."""

    MORE = "more"
    LESS = "less"
    NOT_MORE = "not_more"
    NOT_LESS = "not_less"
    MORE_IS_FINE = "more_is_fine"
    LESS_IS_FINE = "less_is_fine"
    SAME = "same"
    OTHER = "other"
    ANY = "any"


WISHES = frozenset(Wish)


class Measure(NamedTuple):
    """A length along an aspect: so many units or grades, or percent of what the customer has."""

    number: float
    is_percent: bool = False

    def of(self, own: float) -> float:
        """Return the length in the aspect's own unit."""
        return abs(own) * self.number / 100 if self.is_percent else self.number


ONE = Measure(1.0)


@dataclass(frozen=True, slots=True)
class Aspect:
    """One aspect of the items: a fact, how much it weighs, and how far from it one may go.

    Items a `scale` apart are as far as the weight says; None is the spread of the catalogue, by its
    quartiles. `reach` bounds the search. What differs by less than a `step` counts as the same.
    `wish` is the fact that says what the customer wants of it.
    """

    fact: FactType
    weight: float
    scale: Measure | None = None
    reach: Measure | None = None
    step: Measure = ONE
    wish: str = ""
    said: Mapping[str, Texts] = field(default_factory=dict)
    words: Mapping[str, Texts] = field(default_factory=dict)

    @property
    def is_measured(self) -> bool:
        """Tell whether values have an order: a number, a day, a grade."""
        return self.fact.kind not in _WITHOUT_ORDER

    def number(self, value: FactValue | None) -> float | None:
        """Return a value as a number: of a grade or a word its place in the list."""
        if value is None:
            return None
        return float(self.fact.rank(value)) if isinstance(value, str) else float(value)

    def value(self, number: float) -> FactValue:
        """Return what a number of this aspect stands for."""
        if self.fact.words:
            return self.fact.words[int(number)]
        return bool(number) if self.fact.kind is FactKind.FLAG else number


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A catalogue as a pack declares it. `price` is the aspect that is money.

    It counts as often as the facts of `times` say together: a room as often as there are nights.
    One that is presented is held as `<resource>:<id>`; empty where an item is never used up.
    """

    id: str
    titles: Texts
    file: str
    price: str
    aspects: tuple[Aspect, ...]
    item: Texts
    times: tuple[str, ...] = ()
    resource: str = ""
    mapping: str = ""
    shown: int = 3
    hold_minutes: int = 60
    source: Source = Source()

    def quantity(self, facts: Facts) -> float:
        """Return how often the price counts."""
        return sum(float(facts[name]) for name in self.times) if self.times else 1.0

    def aspect(self, fact: str) -> Aspect | None:
        """Return the aspect of a fact, if the catalogue has it."""
        return next((aspect for aspect in self.aspects if aspect.fact.name == fact), None)


class Pick(NamedTuple):
    """From which catalogue an offer takes its alternatives, and what it asks of them."""

    catalogue: str
    where: Mapping[str, tuple[str, ...]] = {}


class Bound(NamedTuple):
    """Between what an aspect (by its place) must lie, both included, and what it must not be."""

    place: int
    low: float = -math.inf
    high: float = math.inf
    avoided: float | None = None


class Pull(NamedTuple):
    """How an aspect draws the search to what the customer has.

    Upwards or downwards it may be free: the customer does not mind.
    """

    place: int
    own: float
    weight: float
    scale: float | None
    is_word: bool = False
    free_above: bool = False
    free_below: bool = False


class Query(NamedTuple):
    """A search, in numbers."""

    bounds: tuple[Bound, ...]
    pulls: tuple[Pull, ...]


class Item(NamedTuple):
    """One item of a catalogue; `facts` are its aspects, those it lacks left out."""

    id: str
    facts: Facts


def demands(catalogue: Catalogue, pick: Pick, facts: Facts) -> Mapping[str, tuple[str, ...]]:
    """Return what is asked of each aspect: by the offer, and by the customer."""
    asked: dict[str, tuple[str, ...]] = {}
    for aspect in catalogue.aspects:
        name = aspect.fact.name
        wish = facts.get(aspect.wish)
        said = (*pick.where.get(name, ()), *(() if wish is None else (str(wish),)))
        words = tuple(dict.fromkeys(said))
        if words:
            asked[name] = words
    return asked


def missing(catalogue: Catalogue, asked: Mapping[str, Iterable[str]], facts: Facts) -> list[str]:
    """Return the facts without which a search cannot keep what it is asked for.

    The price is always one: nobody may be shown a difference in price that is not known.
    """
    needed = {name for name, wishes in asked.items() if WISHES.intersection(wishes) - {Wish.ANY}}
    names = (*(aspect.fact.name for aspect in catalogue.aspects), *catalogue.times)
    needed |= {catalogue.price, *catalogue.times}
    return [name for name in names if name in needed and name not in facts]


def query_of(catalogue: Catalogue, asked: Mapping[str, Iterable[str]], facts: Facts) -> Query:
    """Return the search for what is near to the facts and keeps what is asked for."""
    bounds, pulls = list[Bound](), list[Pull]()
    for place, aspect in enumerate(catalogue.aspects):
        wishes = frozenset(asked.get(aspect.fact.name, ()))
        own = aspect.number(facts.get(aspect.fact.name))
        bound = _bound(aspect, place, own, wishes=wishes)
        if bound != Bound(place):
            bounds.append(bound)
        if own is not None and aspect.weight and Wish.ANY not in wishes:
            pulls.append(_pull(aspect, place, own, wishes=wishes))
    return Query(tuple(bounds), tuple(pulls))


def _pull(aspect: Aspect, place: int, own: float, *, wishes: frozenset[str]) -> Pull:
    return Pull(
        place,
        own,
        aspect.weight,
        aspect.scale.of(own) if aspect.scale else None,
        is_word=not aspect.is_measured,
        free_above=Wish.MORE_IS_FINE in wishes,
        free_below=Wish.LESS_IS_FINE in wishes,
    )


def _bound(aspect: Aspect, place: int, own: float | None, *, wishes: frozenset[str]) -> Bound:
    named = [float(aspect.fact.rank(word)) for word in wishes - WISHES]
    low, high = max(named, default=-math.inf), min(named, default=math.inf)
    if own is None:
        return Bound(place, low, high)
    if not aspect.is_measured:
        same = [own] if Wish.SAME in wishes else []
        other = own if Wish.OTHER in wishes else None
        return Bound(place, max([low, *same]), min([high, *same]), other)
    least, most = _measured(aspect, own, wishes)
    return Bound(place, max(low, least), min(high, most))


def _measured(aspect: Aspect, own: float, wishes: frozenset[str]) -> tuple[float, float]:
    """Return the least and the most that an aspect may measure."""
    if not wishes:  # as of most aspects
        reach = aspect.reach.of(own) if aspect.reach else math.inf
        return own - reach - _EPSILON, own + reach + _EPSILON
    is_near = Wish.ANY not in wishes
    reach = aspect.reach.of(own) if aspect.reach and is_near else math.inf
    step = aspect.step.of(own)
    within = max(step - _EPSILON * 10, 0.0)
    lows = {
        Wish.MORE: own + step,
        Wish.NOT_LESS: own,
        Wish.SAME: own - within,
    }
    highs = {
        Wish.LESS: own - step,
        Wish.NOT_MORE: own,
        Wish.SAME: own + within,
    }
    down = reach * (_TWICE if Wish.LESS_IS_FINE in wishes else 1.0)
    up = reach * (_TWICE if Wish.MORE_IS_FINE in wishes else 1.0)
    low = max([own - down, *(at for wish, at in lows.items() if wish in wishes)])
    high = min([own + up, *(at for wish, at in highs.items() if wish in wishes)])
    return low - _EPSILON, high + _EPSILON


class Place(NamedTuple):
    """Where a catalogue lies, and the mapping of its columns, if it has one."""

    path: str
    mapping: str = ""


def read_place(text: str) -> tuple[tuple[str, str], Place]:
    """Read `jeweller/stones=stock/diamonds.csv.gz:diamonds`; raise ValueError for what is none."""
    found = _PLACE.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is not pack/catalogue=file or pack/catalogue=file:mapping")
    return (found["pack"], found["name"]), Place(found["path"], found["mapping"] or "")


def is_within(query: Query, catalogue: Catalogue, item: Item) -> bool:
    """Tell whether an item that was found before lies within the bounds of another search."""
    for bound in query.bounds:
        aspect = catalogue.aspects[bound.place]
        number = aspect.number(item.facts.get(aspect.fact.name))
        if number is None or not bound.low <= number <= bound.high or number == bound.avoided:
            return False
    return True
