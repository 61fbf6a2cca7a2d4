"""What every training needs to know beyond its data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from keepsake_training.data import Progress, silent


@dataclass(frozen=True, slots=True)
class Recipe:
    """A seed, where packs are, where bundles go, and whom to tell how far it is."""

    seed: int = 7
    rules: Path = Path("rules")
    models: Path = Path("models")
    progress: Progress = silent
