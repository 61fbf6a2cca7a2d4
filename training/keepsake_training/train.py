"""Training from end to end: data in, a bundle out. What the command line calls.

Each function returns the bundle's folder. The same seed and the same data give the same bytes, on
the same platform and the same locked libraries.
"""

from __future__ import annotations

from keepsake_training.evaluate import evaluate
from keepsake_training.hazard_bundle import train_hazard
from keepsake_training.reason_bundle import train_reason
from keepsake_training.recipe import Recipe
from keepsake_training.save_bundle import train_save

__all__ = ["Recipe", "evaluate", "train_hazard", "train_reason", "train_save"]
