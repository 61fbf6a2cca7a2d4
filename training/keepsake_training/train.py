"""Training from end to end: data in, a bundle out. What the command line calls.

Each function returns the bundle's folder. The same seed and the same data give the same bytes, on
the same platform and the same locked libraries.
"""

from __future__ import annotations

from keepsake_training.evaluate import evaluate
from keepsake_training.folded import measure_in_folds
from keepsake_training.hazard_bundle import train_hazard
from keepsake_training.reason_bundle import train_reason
from keepsake_training.recipe import Recipe
from keepsake_training.save_bundle import ROWS, train_save
from keepsake_training.simulated_table import simulate_table
from keepsake_training.win_bundle import train_win
from keepsake_training.wrong_data import WrongData

__all__ = [
    "ROWS",
    "Recipe",
    "WrongData",
    "evaluate",
    "measure_in_folds",
    "simulate_table",
    "train_hazard",
    "train_reason",
    "train_save",
    "train_win",
]
