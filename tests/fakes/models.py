"""Models made up for tests: steady, quick, and all over the range, so that every verdict occurs."""

from __future__ import annotations

import hashlib

from keepsake.core.models import Contributions, Detection, Driver, Scores


class MadeUpSaveModel:
    """Draws P(kept) out of a hash of the facts and the arm; remembers what it was asked."""

    digest = "made-up-save"
    evidence = "simulated"

    def __init__(self, kinds):
        self.kinds = kinds
        self.asked = []

    def score(self, facts, arms, *, drivers=True):
        """Score every arm; an offer may help much, little, or do harm."""
        self.asked.append([arm.offer_id for arm in arms])
        told = (Driver("order.value", "", 0.25),) if drivers else ()
        return Scores(_made_up(facts, arms), told)

    def contributions(self, facts, arm):
        """Put all of a score down to one fact."""
        probability = _made_up(facts, [None, arm])[1]
        return Contributions(0.25, (Driver("order.value", "", 0.5),), 0.75, probability)


def _made_up(facts, arms):
    seed = repr(sorted(facts.items()))
    without = _draw(seed)
    kept = [without + _draw(f"{seed}{arm}") ** 2 * 0.6 - 0.05 for arm in arms[1:]]
    return tuple(round(min(max(p, 0.0), 1.0), 6) for p in (without, *kept))


class MadeUpReasonModel:
    """Reads a reason's id out of the words, and nothing else."""

    digest = "made-up-reason"
    evidence = "simulated"

    def __init__(self, reasons):
        self._reasons = tuple(reasons)

    def detect(self, words):
        """Return the named reason, with most of the probability."""
        named = next((reason for reason in self._reasons if reason in words), None)
        rest = 0.2 / (len(self._reasons) - 1)
        chances = {reason: 0.8 if reason == named else rest for reason in self._reasons}
        ranked = tuple(sorted(chances.items(), key=lambda item: -item[1]))
        return Detection(ranked, unsure=named is None, words=(named,) if named else ())


def _draw(text):
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big") / 2**48
