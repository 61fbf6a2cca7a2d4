"""Writes simulated cases as a raw table, as a desk would keep them: `keepsake simulate`.

The pack's mapping of save cases says which column each fact goes to; it is read the other way here,
so what is written is what `keepsake evaluate` reads.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path

from keepsake.core.facts import Facts, FactValue
from keepsake.core.mapping import TableMapping
from keepsake.packs.mappings import find_mapping, read_mapping

from keepsake_training.raw_cases import GENEROSITY, LEVER
from keepsake_training.recipe import Recipe
from keepsake_training.save_bundle import world_of
from keepsake_training.simulation import simulate
from keepsake_training.worlds import Log, World

MAPPING = "save-cases"
FIRST_DAY, DAYS = date(2026, 1, 1), 365
IN_DAYS = ".in_days"
PROPENSITY = "propensity"
AT_ONCE = 1000


def simulate_table(recipe: Recipe, out: Path, *, pack: str, rows: int) -> Path:
    """Simulate cases of a pack, each given an arm at random, and write them as its mapping reads.

    Chance and not the desk chose, so that what is measured on them is not confounded.
    """
    world = world_of(pack)
    mapping = read_mapping(find_mapping(recipe.rules, pack, MAPPING))
    recipe.progress("simulate", 0, rows)
    log = simulate(world, rows, recipe.seed, randomised=1.0)
    columns = [column for spec in mapping.fields for column in spec.columns]
    with out.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*columns, PROPENSITY, mapping.label])
        for number, cells in enumerate(_rows(world, mapping, log), start=1):
            writer.writerow(cells)
            if number % AT_ONCE == 0 or number == rows:
                recipe.progress("simulate", number, rows)
    return out


def _rows(world: World, mapping: TableMapping, log: Log) -> Iterator[list[str]]:
    tried = log.tried.facts(world)
    for place, facts in enumerate(log.cases.rows()):
        today = FIRST_DAY + timedelta(days=place % DAYS)
        arm = {fact: column[place] for fact, column in tried.items()}
        cells = [_cell(spec.fact, facts, arm, today=today) for spec in mapping.fields]
        yield [*cells, _written(float(log.propensity[place])), str(int(log.kept[place]))]


def _cell(fact: str, facts: Facts, arm: Mapping[str, FactValue | None], *, today: date) -> str:
    if fact == "today":
        return today.isoformat()
    if fact in (LEVER, GENEROSITY):
        return _written(arm[fact])
    days = facts.get(fact + IN_DAYS)
    if days is not None:
        return (today + timedelta(days=int(days))).isoformat()
    return _written(facts.get(fact))


def _written(value: FactValue | None) -> str:
    if value is None:
        return ""
    return f"{value:.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
