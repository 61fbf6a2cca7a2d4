"""How an answer ends: what is advised, how it was chosen, by which versions.

All of that has few values, so many decisions say the same, and what they say is kept as written.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from keepsake.answer.parts import in_bytes, written
from keepsake.answer.phrases import weakest
from keepsake.v1 import decision_pb2 as pb

if TYPE_CHECKING:
    from keepsake.core.ruling import Ruling
    from keepsake.core.speech import Said
    from keepsake.v1.journal_pb2 import DecisionInputs

_KEPT = 128
"""How many closings are kept as they are written."""


class Closings:
    """Writes what is said after the notices, in the decisions of one pack."""

    def __init__(self, experiment: str) -> None:
        self._experiment = experiment
        self._written = lru_cache(maxsize=_KEPT)(self._write)

    def of(
        self, ruling: Ruling, inputs: DecisionInputs, said: Said, *, degraded: tuple[str, ...]
    ) -> bytes:
        """Return the fields after the notices; the list of every candidate is not among them."""
        chosen, come = ruling.chosen, ruling.consideration
        choice = _Choice(
            chosen.probabilities[chosen.index],
            chosen.eligible_for_control,
            chosen.control_group,
            chosen.explored,
        )
        asked = {
            "save": come.scores is not None,
            "reason": bool(inputs.reason.detected),
            "win": ruling.win is not None,
        }
        closing = _Closing(
            tuple([spoken.name for spoken in said.advice]),
            tuple([spoken.name for spoken in said.playbooks]),
            choice,
            in_bytes(inputs.versions),
            tuple([name for name, was_asked in asked.items() if was_asked]),
            degraded,
        )
        return self._written(closing)

    def _write(self, closing: _Closing) -> bytes:
        versions = pb.Versions.FromString(closing.versions)
        took_part = [model for model in versions.models if model.name in closing.asked]
        return written(
            pb.Decision,
            advice=closing.advice,
            playbooks=closing.playbooks,
            choice=closing.choice._asdict() | {"experiment": self._experiment},
            versions=versions,
            evidence=weakest(took_part),
            degraded={"degraded": bool(closing.degraded), "parts": closing.degraded},
        )


class _Choice(NamedTuple):
    """How the choice was made; the experiment is the pack's."""

    probability: float
    eligible_for_control: bool
    control_group: bool
    explored: bool


class _Closing(NamedTuple):
    """All that a closing says; `asked` are the models that took part."""

    advice: tuple[str, ...]
    playbooks: tuple[str, ...]
    choice: _Choice
    versions: bytes
    asked: tuple[str, ...]
    degraded: tuple[str, ...]
