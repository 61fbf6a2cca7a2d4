"""Reads the reason out of a customer's words: one weight for each term and reason, added up.

A text becomes terms (words, beginnings of words, pairs of words); each known term has one row of
weights, with its share of the text's length in the last column. One lookup a term and one sum give
all reasons. A text of which too little is known, in a language it never saw for example, is
`unsure` and not a guess.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keepsake.core.facts import DECIMALS
from keepsake.core.models import Detection, Evidence

Weights = NDArray[np.float32]
TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
NUMBER = "0"
"""What every number becomes; it may tell, but nobody would find it in the text."""
STEM = 5
MOST_TERMS = 12
MOST_WORDS = 5


def tokens_of(words: str) -> list[str]:
    """Return the words of a text in small letters; every number becomes the same word."""
    found: list[str] = TOKEN.findall(words.replace("\u2019", "'").lower())
    return [NUMBER if token[0].isdigit() else token for token in found]


def terms_of(tokens: Sequence[str], common: Container[str]) -> list[str]:
    """Return what a text is weighed by: words, beginnings of long words, and pairs of words.

    Words that are common in any text say nothing alone, and nothing as a pair.
    """
    telling = [token for token in tokens if token not in common]
    starts = [token[:STEM] + "*" for token in telling if len(token) > STEM]
    pairs = [
        f"{left[:STEM]} {right[:STEM]}"
        for left, right in itertools.pairwise(tokens)
        if left not in common or right not in common
    ]
    return [*telling, *starts, *pairs]


@dataclass(frozen=True, slots=True)
class WordWeights:
    """A linear model of reasons over terms.

    `rows` has a row for each term: its weight for each reason, then its squared share of the
    text's length. Below `sure_at` for the likeliest reason, or below `known_at` for the share of
    known words, it is unsure.
    """

    reasons: tuple[str, ...]
    terms: tuple[str, ...]
    common: frozenset[str]
    rows: Weights
    intercepts: Weights
    temperature: float
    sure_at: float
    known_at: float


def read_weights(declared: Mapping[str, Any], content: bytes) -> WordWeights:
    """Return weights from a bundle's two files: names and settings, and little-endian floats."""
    reasons, terms = tuple(declared["reasons"]), tuple(declared["terms"])
    for name, words in (("reasons", reasons), ("terms", terms)):
        if not words or len(set(words)) < len(words) or not all(isinstance(w, str) for w in words):
            raise ValueError(f"{name} must be words, each of them once")
    table = np.frombuffer(content, dtype="<f2").astype(np.float32)
    rows = table.reshape(len(terms) + 1, len(reasons) + 1)
    numbers = [float(declared[name]) for name in ("temperature", "sure_at", "known_at")]
    if not (np.isfinite(rows).all() and np.isfinite(numbers).all() and numbers[0] > 0):
        raise ValueError("weights and settings must be numbers, and the temperature above 0")
    return WordWeights(
        reasons=reasons,
        terms=terms,
        common=frozenset(declared["common"]),
        rows=rows[:-1],
        intercepts=rows[-1, :-1],
        temperature=float(declared["temperature"]),
        sure_at=float(declared["sure_at"]),
        known_at=float(declared["known_at"]),
    )


NO_REASON = "none"
"""What a model may say of a text that gives no reason at all; no pack has such a reason."""


class WordReasonModel:
    """A reason model that looks terms up and adds their weights."""

    def __init__(self, weights: WordWeights, digest: str, evidence: Evidence) -> None:
        self.digest = digest
        self.evidence: Evidence = evidence
        self.reasons = weights.reasons
        self._weights = weights
        self._place = {term: place for place, term in enumerate(weights.terms)}

    def detect(self, words: str) -> Detection:
        """Return what the words say; the same words always get the same answer."""
        tokens = tokens_of(words)
        place = self._place
        terms = list(dict.fromkeys(terms_of(tokens, self._weights.common)))
        known = [term for term in terms if term in place]
        rows = self._weights.rows[[place[term] for term in known]]
        probabilities = self._probabilities(rows)
        order = sorted(range(len(self.reasons)), key=lambda at: (-probabilities[at], at))
        ranked = tuple((self.reasons[at], probabilities[at]) for at in order)
        top, share = ranked[0]
        unsure = top == NO_REASON or share < self._weights.sure_at or not self._can_read(tokens)
        pushes = rows[:, order[0]] - rows[:, :-1].mean(axis=1)
        return Detection(ranked, unsure, self._deciding(known, tokens, pushes))

    def _probabilities(self, rows: Weights) -> list[float]:
        total = rows.sum(axis=0, dtype=np.float64)
        length = max(float(total[-1]), 1e-9) ** 0.5
        scores = (total[:-1] / length + self._weights.intercepts) / self._weights.temperature
        odds = np.exp(scores - scores.max())
        shares: list[float] = np.round(odds / odds.sum(), DECIMALS).tolist()
        return shares

    def _can_read(self, tokens: Sequence[str]) -> bool:
        """Tell whether enough of the words are known to trust any answer."""
        place, common = self._place, self._weights.common
        known = sum(token in place or token in common for token in tokens)
        return known > 0 and known >= self._weights.known_at * len(tokens)

    def _deciding(
        self, known: Sequence[str], tokens: Sequence[str], pushes: Weights
    ) -> tuple[str, ...]:
        """Return the words of the text behind the terms that spoke most for the first reason.

        Only words that the model itself knows are shown: of any other, a name perhaps that begins
        like one, no more than the beginning.
        """
        best = np.argsort(-pushes, kind="stable")[:MOST_TERMS]
        place, common = self._place, self._weights.common
        familiar = [token for token in tokens if token in place or token in common]
        telling = [at for at in best if pushes[at] > 0 and NUMBER not in known[at].split()]
        shown = (as_written(known[at], familiar) for at in telling)
        return tuple(dict.fromkeys(shown))[:MOST_WORDS]


def as_written(term: str, familiar: Sequence[str]) -> str:
    """Return a term in the words of a text, as far as they are familiar; else its beginnings."""
    if not term.endswith("*") and " " not in term:
        return term
    return " ".join(_word(stem, familiar) for stem in term.removesuffix("*").split(" "))


def _word(stem: str, familiar: Sequence[str]) -> str:
    if len(stem) < STEM:
        return stem
    return next((word for word in familiar if word[:STEM] == stem), stem + "…")
