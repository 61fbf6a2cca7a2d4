"""Reads the reason out of a customer's words: one row of weights for each word, added up.

A text is its words and the pairs that stand side by side. Each known word has one row: a weight for
each reason, and its share of the text's length. What the word says by its beginning and its letters
is summed into that row when the model is made; only a word that the model does not know is taken
apart here. A text of which too little is known, or in another language, is `unsure` and no guess.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count, filterfalse, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keepsake.core.models import Detection, Evidence

Weights = NDArray[np.float64]
TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
SPACED = {code: " " for code in range(128) if not chr(code).isalnum() and chr(code) != "'"}
LOOSE = re.compile(r"'(?![^ ']+(?: |$))")
"""An apostrophe that is not within a word, or a second one in it."""
NUMBER = "0"
"""What every number becomes; it may tell, but nobody would find it in the text."""
FIRST_LETTER = ":"
"""What no word starts with: those that start with 0 to 9 come before it, all others after."""
NO_REASON = "none"
"""What a model may say of a text that gives no reason at all; no pack has such a reason."""
STEM = 5
GRAMS = (4, 5)
LONGEST = 24
MILLION = 1_000_000
MOST_STRANGE = 200
"""No letter has so many unknown words; gibberish may, and must not keep others waiting."""
MOST_WORDS = 5
MOST_TERMS = 10
LEAST_PUSH = 0.2
TINY = 1e-9


def tokens_of(words: str) -> list[str]:
    """Return the words of a text in small letters, numbers as they stand."""
    text = words.replace("\u2019", "'").lower()
    if text.isascii():  # three times as fast as the pattern
        spaced = f" {text}".translate(SPACED)
        if " '" not in spaced and not LOOSE.search(spaced):
            return spaced.split()
    return TOKEN.findall(text)


def stem_of(token: str) -> str:
    """Return the beginning of a word; every number has the same."""
    return token[:STEM] if token > FIRST_LETTER else NUMBER


def pieces_of(word: str) -> list[str]:
    """Return what tells about a word besides itself: its beginning, and a few letters in a row."""
    marked = f"<{word[:LONGEST]}>"
    runs = [marked[at : at + n] for n in GRAMS for at in range(len(marked) - n + 1)]
    return list(dict.fromkeys([word[:STEM] + "*", *runs] if len(word) > STEM else runs))


@dataclass(frozen=True, slots=True)
class WordWeights:
    """A linear model of reasons over words.

    `rows` has a row for each of `words`, then for each of `pieces` (for words it does not know),
    then for each of `pairs`: a weight for each reason, then the share of the text's squared length.
    `common` words say nothing alone; `foreign` ones belong to languages it does not read. Below
    `sure_at` for the likeliest reason, or below `known_at` for the share of known words, it is
    unsure.
    """

    reasons: tuple[str, ...]
    words: tuple[str, ...]
    pieces: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    common: frozenset[str]
    foreign: frozenset[str]
    rows: Weights
    intercepts: Weights
    temperature: float
    sure_at: float
    known_at: float


def read_weights(declared: Mapping[str, Any], content: bytes) -> WordWeights:
    """Return weights from a bundle's two files: names and settings, and little-endian floats."""
    reasons, words, pieces = (_names(declared, key) for key in ("reasons", "words", "pieces"))
    pairs = tuple(_pair(name) for name in _names(declared, "pairs"))
    table = np.frombuffer(content, dtype="<f2").astype(np.float64)
    rows = table.reshape(len(words) + len(pieces) + len(pairs) + 1, len(reasons) + 1)
    numbers = [float(declared[name]) for name in ("temperature", "sure_at", "known_at")]
    if not (np.isfinite(rows).all() and np.isfinite(numbers).all() and numbers[0] > 0):
        raise ValueError("weights and settings must be numbers, and the temperature above 0")
    return WordWeights(
        reasons=reasons,
        words=words,
        pieces=pieces,
        pairs=pairs,
        common=frozenset(declared["common"]),
        foreign=frozenset(declared["foreign"]),
        rows=rows[:-1],
        intercepts=rows[-1, :-1],
        temperature=numbers[0],
        sure_at=numbers[1],
        known_at=numbers[2],
    )


def _names(declared: Mapping[str, Any], key: str) -> tuple[str, ...]:
    names = tuple(declared[key])
    if set(map(type, names)) != {str} or len(set(names)) < len(names):
        raise ValueError(f"{key} must be words, each of them once")
    return names


def _pair(name: str) -> tuple[str, str]:
    left, _, right = name.partition(" ")
    return left, right


class WordReasonModel:
    """A reason model that looks words up and adds their weights."""

    def __init__(self, weights: WordWeights, digest: str, evidence: Evidence) -> None:
        self.digest = digest
        self.evidence: Evidence = evidence
        self.reasons = weights.reasons
        self._weights = weights
        self._rows = centred(weights.rows)
        self._rows[:, :-1] /= weights.temperature
        self._intercepts = [float(i) / weights.temperature for i in weights.intercepts]
        places = count(1)  # row 0 is empty: common words have it, and filters need no lambda
        self._place = dict(zip(weights.words, places, strict=False))
        self._piece = dict(zip(weights.pieces, places, strict=False))
        self._pair = dict(zip(weights.pairs, places, strict=False))
        self._place |= dict.fromkeys(weights.common, 0)

    def detect(self, words: str) -> Detection:
        """Return what the words say; the same words always get the same answer."""
        tokens = tokens_of(words)
        stems = [token[:STEM] if token > FIRST_LETTER else NUMBER for token in tokens]
        places = [*map(self._place.get, tokens)]
        pairs = map(self._pair.get, pairwise(stems))
        found = list(dict.fromkeys(filter(None, chain(places, pairs))))
        strange = self._strange(tokens) if None in places else []
        taken = self._rows.take(found + self._taken_apart(strange), axis=0)
        chances = self._probabilities(taken)
        order = sorted(range(len(chances)), key=chances.__getitem__, reverse=True)
        ranked = tuple([(self.reasons[at], chances[at]) for at in order])
        top, share = ranked[0]
        unsure = share < self._weights.sure_at or top == NO_REASON
        unsure = unsure or not self._can_read(tokens, strange)
        pushes: list[float] = taken[: len(found), order[0]].tolist()
        telling, pairs_only = self._deciding(found, pushes, tokens=tokens, stems=stems)
        shown = telling or ([] if unsure else pairs_only)
        return Detection(ranked, unsure, tuple(shown[:MOST_WORDS]))

    def _strange(self, tokens: Sequence[str]) -> list[str]:
        """Return the words that the model does not know, each once."""
        return list(dict.fromkeys(filterfalse(self._place.__contains__, tokens)))

    def _taken_apart(self, strange: Sequence[str]) -> list[int]:
        """Return the rows of what is known about words that are not; numbers are one word."""
        get = self._piece.get
        words = [token for token in strange if token > FIRST_LETTER]
        pieces = [get(piece) for token in words[:MOST_STRANGE] for piece in pieces_of(token)]
        numbers = [get(NUMBER)] if len(words) < len(strange) else []
        return list(filter(None, pieces + numbers))

    def _probabilities(self, taken: Weights) -> list[float]:
        total: list[float] = np.add.reduce(taken, 0).tolist()
        scale = 1.0 / math.sqrt(max(total.pop(), TINY))
        pairs = zip(total, self._intercepts, strict=True)
        scores = [weight * scale + offset for weight, offset in pairs]
        highest = max(scores)
        odds = [math.exp(score - highest) for score in scores]
        share = MILLION / sum(odds)
        return [int(one * share + 0.5) / MILLION for one in odds]

    def _can_read(self, tokens: Sequence[str], strange: Sequence[str]) -> bool:
        """Tell whether enough of the words are known, and of a language it reads."""
        unique = set(tokens)
        unknown = len([token for token in strange if token > FIRST_LETTER])
        known = len(unique) - len(strange)
        if known == 0 or known < self._weights.known_at * (known + unknown):
            return False
        foreign, common = self._weights.foreign, self._weights.common
        if foreign.isdisjoint(unique):
            return True
        return len(unique & foreign) <= len(unique & common)

    def _deciding(
        self, found: Sequence[int], pushes: Sequence[float], *, tokens: list[str], stems: list[str]
    ) -> tuple[list[str], list[str]]:
        """Return the words that spoke most for the first reason, and pairs of words that did so.

        Only what the model itself knows; a pair counts as those of its words that tell something
        alone, and as a pair only where neither does.
        """
        least = max(max(pushes, default=0.0) * LEAST_PUSH, 0.0)
        best = [(-push, at) for at, push in enumerate(pushes) if push > least]
        telling: dict[str, None] = {}
        whole: dict[str, None] = {}
        for _, at in sorted(best)[:MOST_TERMS]:
            for name in self._named(found[at], tokens, stems):
                (whole if " " in name else telling)[name] = None
            if len(telling) >= MOST_WORDS:
                break
        return list(telling), list(whole)

    def _named(self, at: int, tokens: Sequence[str], stems: list[str]) -> list[str]:
        """Return the words of the text behind a row, none where the model does not know them."""
        words = self._weights.words
        if at <= len(words):
            return [words[at - 1]]
        place = place_of(self._weights.pairs[at - len(words) - len(self._piece) - 1], stems)
        both = [token for token in tokens[place : place + 2] if token in self._place]
        telling = [token for token in both if self._place[token]]
        return telling or [" ".join(both)] * (len(both) > 1)


def place_of(pair: tuple[str, str], stems: list[str]) -> int:
    """Return where a pair stands in a text that has it."""
    left, right = pair
    at = stems.index(left)
    while stems[at + 1] != right:
        at = stems.index(left, at + 1)
    return at


def centred(rows: Weights) -> Weights:
    """Return an empty row, then rows of how much more they speak for one reason than for all."""
    count, width = rows.shape
    apart: Weights = np.zeros((count + 1, width))
    weights, apart[1:, -1] = rows[:, :-1], rows[:, -1]
    np.subtract(weights, weights.mean(axis=1, keepdims=True), out=apart[1:, :-1])
    return apart
