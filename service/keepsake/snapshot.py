"""The versions that one request is decided by, from start to end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from keepsake.answer import Composer
from keepsake.core.inquirer import Inquirer
from keepsake.core.models import HazardModel, ReasonModel, SaveModel, WinModel
from keepsake.core.pack import Pack
from keepsake.core.planning import Planner
from keepsake.core.rules import RuleEngine
from keepsake.core.verdicts import Judge
from keepsake.packs.readers import FactReader
from keepsake.shelves import Shelves


class PlannedEngine(RuleEngine, Protocol):
    """A rule engine that may be made in a thread, and is built where it evaluates."""

    def build(self) -> None:
        """Make the engine ready to evaluate; raise NotReady where that fails."""


@dataclass(frozen=True, slots=True)
class Models:
    """The models of a pack; None where the pack has none of that kind."""

    save: SaveModel | None = None
    reason: ReasonModel | None = None
    hazard: HazardModel | None = None
    win: WinModel | None = None

    def named(self) -> Mapping[str, SaveModel | ReasonModel | HazardModel | WinModel]:
        """Return the models that are there, by name."""
        named = {
            "hazard": self.hazard,
            "reason": self.reason,
            "save": self.save,
            "win": self.win,
        }
        return {name: model for name, model in named.items() if model is not None}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One whole, valid set: pack, models and what was built from them.

    Law 6: a request takes one snapshot and keeps it; a swap replaces the snapshot, never a part.
    It decides the pack's own kinds; `others` decide every kind that has a folder of its own.
    """

    pack: Pack
    models: Models
    engine: PlannedEngine
    checked: RuleEngine
    judge: Judge
    composer: Composer
    reader: FactReader
    inquirer: Inquirer
    loaded_ms: int
    shelves: Shelves | None = None
    planner: Planner | None = None
    others: Mapping[str, Snapshot] = field(default_factory=dict)

    def of(self, kind: str) -> Snapshot:
        """Return what decides a kind of intercept."""
        return self.others.get(kind, self)

    def build(self) -> None:
        """Make the engines of all kinds ready to evaluate; raise NotReady where one fails."""
        for each in (self, *self.others.values()):
            each.engine.build()

    def close(self) -> None:
        """Release the engines of all kinds."""
        for each in (self, *self.others.values()):
            each.engine.close()
