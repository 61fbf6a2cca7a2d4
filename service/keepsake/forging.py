"""Forging: of a loaded pack, what deciding by it needs, for its own kinds and for every other."""

from __future__ import annotations

from dataclasses import replace

from keepsake.adapters.durable_engine import plan_engine
from keepsake.answer import Composer
from keepsake.core.checked import CheckedEngine
from keepsake.core.evaluate import PlainEngine
from keepsake.core.inquirer import Inquirer
from keepsake.core.pack import Pack
from keepsake.core.planning import Planner
from keepsake.core.reference import ReferenceEngine
from keepsake.core.verdicts import Judge
from keepsake.counting import Counting
from keepsake.kept import Loaded
from keepsake.packs.readers import FactReader
from keepsake.snapshot import Models, PlannedEngine, Snapshot


def forge(loaded: Loaded, engine: str, counting: Counting) -> Snapshot:
    """Plan the engines of a loaded pack, and what else deciding by it needs."""
    own = _planned(loaded.pack, loaded.models, engine, counting=counting)
    others = {
        kind: replace(
            _planned(pack, loaded.others.get(kind, Models()), engine, counting=counting),
            shelves=loaded.shelves,
        )
        for kind, pack in loaded.pack.others.items()
    }
    return replace(own, shelves=loaded.shelves, others=others)


def _planned(pack: Pack, models: Models, engine: str, *, counting: Counting) -> Snapshot:
    fast: PlannedEngine = ReferenceEngine(pack.rulebook, pack.vocabulary)
    if engine == "durable":
        fast = plan_engine(
            pack.rulebook,
            pack.vocabulary,
            on_fault=lambda fault: counting.disagreed(pack.id, repr(fault)),
        )
    checked = CheckedEngine(
        fast,
        PlainEngine(pack.rulebook, pack.vocabulary),
        on_disagreement=lambda *told: counting.disagreed(pack.id, *told),
    )
    judge = Judge(pack)
    return Snapshot(
        pack=pack,
        models=models,
        engine=fast,
        checked=checked,
        judge=judge,
        composer=Composer(judge),
        reader=FactReader(pack),
        inquirer=Inquirer(pack),
        loaded_ms=0,
        planner=Planner(pack.calendar, pack.vocabulary) if pack.calendar else None,
    )
