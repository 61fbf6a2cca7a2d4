"""Measure the rule engines on the packs: `make engines`.

CPU time, the best of several rounds, as a machine is rarely quiet. Facts are random, with a share
of them missing, since a missing fact costs the durable engine a second pass.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from keepsake.adapters.durable_engine import build_engine
from keepsake.core.evaluate import run
from keepsake.core.facts import FactKind, Facts, FactType, FactValue
from keepsake.core.index import RuleIndex
from keepsake.core.networks import rule_sets
from keepsake.core.pack import Pack
from keepsake.core.reference import ReferenceEngine
from keepsake.core.rules import RuleEngine
from keepsake.packs.load import load_pack

from bench.padding import padded_rules

CASES, ROUNDS = 300, 5
PLACES = ("US-CA", "US-MN", "DE-BE", "GB")


def value(fact_type: FactType, chance: random.Random) -> FactValue:
    """Return some value of a fact."""
    if fact_type.kind is FactKind.FLAG:
        return chance.random() < 0.5  # noqa: PLR2004 - even odds
    if fact_type.kind in (FactKind.ONE_OF, FactKind.ORDERED):
        return chance.choice(fact_type.words or PLACES)
    return round(chance.uniform(0, fact_type.maximum or 10_000), 2)


def cases(pack: Pack, missing: float) -> list[Facts]:
    """Return random facts of a pack, a share of them missing."""
    chance = random.Random(1)
    given = [one for one in pack.vocabulary.values() if not one.derived]
    return [
        {one.name: value(one, chance) for one in given if chance.random() >= missing}
        for _ in range(CASES)
    ]


def best(action: Callable[[], object], times: int) -> float:
    """Return the least CPU time of one run of an action, in microseconds."""
    rounds = []
    for _ in range(ROUNDS):
        start = time.process_time()
        action()
        rounds.append((time.process_time() - start) / times * 1e6)
    return min(rounds)


def every(pack: Pack, engine: RuleEngine, facts: list[Facts]) -> list[object]:
    """Evaluate all cases."""
    return [run(pack.rulebook, engine, one) for one in facts]


def measure(folder: Path) -> None:
    """Print what one pack costs."""
    pack = load_pack(folder)
    book, words = pack.rulebook, pack.vocabulary
    built = best(lambda: build_engine(book, words).close(), 1)
    stages = [stage for stage in RuleIndex(book, words).stages if stage]
    sets = [len(list(rule_sets(stage.joining))) for stage in stages]
    rules = [len(stratum) for stratum in book.strata]
    print(f"{pack.id}: rules {rules}, rule sets {sets}, built in {built / 1000:.1f} ms")
    reference, durable = ReferenceEngine(book, words), build_engine(book, words)
    for missing in (0.0, 0.3, 0.6):
        facts = cases(pack, missing)
        wrong = every(pack, reference, facts) != every(pack, durable, facts)
        by_reference = best(partial(every, pack, reference, facts), CASES)
        by_durable = best(partial(every, pack, durable, facts), CASES)
        print(
            f"  {missing:.0%} missing: reference {by_reference:.0f} us, durable {by_durable:.0f} us"
            + ("  THEY DISAGREE" if wrong else "")
        )
    durable.close()


if __name__ == "__main__":
    root = Path(__file__).parent.parent / "rules"
    for name in sys.argv[1:] or ["jeweller", "travel"]:
        measure(root / name)
    with tempfile.TemporaryDirectory() as place:  # ten times the rules
        measure(padded_rules(Path(place), 1_060) / "jeweller")
