"""How long one search takes in a catalogue of the size of the public diamonds: 54,000 stones.

Without that table its like is drawn: stones by a program, seeded, so figures come again.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from keepsake.adapters.catalogue import Shelf
from keepsake.core.alternatives import SPARE, search_of
from keepsake.core.catalogue import Catalogue, Item, Pick
from keepsake.core.facts import FactValue
from keepsake.packs.load import load_pack
from keepsake.shelves import ShelfReader, places_of

RULES = Path("rules")
DIAMONDS = Path(os.environ.get("KEEPSAKE_DATA", "../shared/data")) / "diamonds/diamonds.csv.gz"
STONES, SEARCHES, SEED = 54_000, 5_000, 20261122
WISHES: Sequence[dict[str, FactValue]] = (
    {},
    {"wish.carat": "more", "wish.price": "not_more"},
    {"wish.colour": "less_is_fine"},
    {"wish.price": "less", "wish.carat": "not_less"},
    {"wish.clarity": "more", "wish.cut": "more"},
)


def main() -> int:
    """Search from the stones themselves, with the wishes by turns, and print what it took."""
    shelf, stones, what = _shelf()
    chance = random.Random(SEED)
    took, cpu, found = [], [], 0
    for number in range(SEARCHES):
        facts = {**chance.choice(stones).facts, **WISHES[number % len(WISHES)]}
        began, began_cpu = time.perf_counter(), time.thread_time()
        query, _ = search_of(shelf.catalogue, Pick("stones"), facts)
        if query is not None:
            found += bool(shelf.nearest(query, shelf.catalogue.shown + SPARE))
        took.append(time.perf_counter() - began)
        cpu.append(time.thread_time() - began_cpu)
    print(
        f"{len(shelf):,} stones ({what}), {SEARCHES:,} searches, {found / SEARCHES:.0%} found some"
    )
    for name, seconds in (("processor", cpu), ("clock", took)):
        p50, p99, most = np.percentile(np.array(seconds) * 1000, (50, 99, 100))
        print(f"{name:>10}  p50 {p50:.2f} ms   p99 {p99:.2f} ms   longest {most:.2f} ms")
    return 0


def _shelf() -> tuple[Shelf, Sequence[Item], str]:
    pack = load_pack(RULES / "jeweller")
    catalogue = pack.catalogues["stones"]
    if not DIAMONDS.is_file():
        stones = tuple(_drawn(catalogue))
        return Shelf(catalogue, stones, "drawn"), stones, "drawn"
    places = places_of((f"jeweller/stones={DIAMONDS}:diamonds",))
    with tempfile.TemporaryDirectory() as kept:
        began = time.perf_counter()
        shelf = ShelfReader(RULES, Path(kept), places).read(pack).by_name["stones"]
        print(f"read and checked in {time.perf_counter() - began:.1f} s")
    return shelf, shelf.items, "the public diamonds"


def _drawn(catalogue: Catalogue) -> Iterator[Item]:
    chance = random.Random(SEED)
    for number in range(STONES):
        carat = round(min(5.0, max(0.2, chance.lognormvariate(-0.35, 0.55))), 2)
        facts: dict[str, FactValue] = {
            aspect.fact.name: chance.choice(aspect.fact.words)
            for aspect in catalogue.aspects
            if aspect.fact.words
        }
        price = round(4000 * carat**1.8 * chance.uniform(0.6, 1.6))
        yield Item(f"s-{number}", {**facts, "stone.carat": carat, "stone.price": float(price)})


if __name__ == "__main__":
    sys.exit(main())
