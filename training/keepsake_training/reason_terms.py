"""What texts are weighed by when a reason model is trained: words and pairs, each a sum of parts.

A word is the sum of itself, its beginning, runs of its letters, and where it lies among the words
of its language. All of it is linear, so the trained weights fold into one row for each word: the
service never sees the parts of a word that it knows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Generic, TypeVar

import numpy as np
from keepsake.adapters.words import FIRST_LETTER, NUMBER, pieces_of, stem_of, tokens_of
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags, hstack  # type: ignore[import-untyped]

from keepsake_training.fitting import Floats
from keepsake_training.phrases import TEXTS

LEAST_TEXTS = 2
PIECE_SHARE = 0.4
PLACE_SHARE = 0.45
TINY = 1e-9
COMMON = frozenset((TEXTS / "common.txt").read_text(encoding="utf-8").split())
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Places:
    """Where words lie among each other: words of like use have like rows of length one."""

    words: Mapping[str, int]
    rows: Floats

    def of(self, words: Sequence[str]) -> Floats:
        """Return one row for each word, zeros for a word that has no place."""
        known = np.array([self.words.get(word, -1) for word in words], dtype=np.int64)
        return np.where(known[:, None] >= 0, self.rows[known], 0.0)


def read_places() -> Places:
    """Read where the words of English lie; texts/README.md says where that was learned."""
    words = (TEXTS / "places.txt").read_text(encoding="utf-8").split()
    rows = np.fromfile(TEXTS / "places.bin", dtype=np.int8).reshape(len(words), -1)
    lengths = np.linalg.norm(rows.astype(np.float64), axis=1, keepdims=True)
    return Places({word: at for at, word in enumerate(words)}, rows / np.maximum(lengths, TINY))


@dataclass(frozen=True, slots=True)
class Parts:
    """A text in its parts, each once."""

    words: tuple[str, ...]
    pairs: tuple[Pair, ...]


def parts_of(text: str) -> Parts:
    """Return the telling words of a text, and all pairs: of common words too, as in "not mine"."""
    tokens = tokens_of(text)
    telling = (token if token > FIRST_LETTER else NUMBER for token in tokens)
    words = dict.fromkeys(word for word in telling if word not in COMMON)
    return Parts(tuple(words), tuple(dict.fromkeys(pairwise(map(stem_of, tokens)))))


Name = TypeVar("Name", str, Pair)


@dataclass(frozen=True, slots=True)
class Kept(Generic[Name]):
    """Names worth a weight of their own: the column of each, and how rare each is."""

    place: Mapping[Name, int]
    rarity: Floats

    def columns(self, names: Iterable[Name]) -> list[int]:
        """Return the columns of those names that have one."""
        return [self.place[name] for name in names if name in self.place]


@dataclass(frozen=True, slots=True)
class Terms:
    """The words, pieces and pairs of a training set, how rare each is, and where words lie."""

    words: Kept[str]
    pieces: Kept[str]
    pairs: Kept[Pair]
    rarest: float
    places: Places

    def how_rare(self, word: str) -> tuple[float, int, str]:
        """Return what sorts frequent words first: what is read often then lies close together."""
        at, late = self.words.place.get(word), len(self.places.words)
        rarity = self.rarest if at is None else float(self.words.rarity[at])
        return rarity, self.places.words.get(word, late), word

    def word_table(self, words: Sequence[str]) -> csr_matrix:
        """Return words as rows of their parts: themselves, their pieces, their place."""
        own = [self.words.columns([word]) for word in words]
        pieces = [self.pieces.columns(pieces_of(word)) for word in words]
        rarity = [self.words.rarity[at[0]] if at else self.rarest for at in own]
        weights = PLACE_SHARE * np.array(rarity)[:, None]
        return hstack(
            [
                weighed(own, self.words.rarity),
                weighed(pieces, PIECE_SHARE * self.pieces.rarity),
                csr_matrix(weights * self.places.of(words)),
            ]
        ).tocsr()

    def piece_table(self) -> csr_matrix:
        """Return pieces as rows, for words that the service does not know."""
        alone = diags(PIECE_SHARE * self.pieces.rarity)
        left, right = len(self.words.place), self.places.rows.shape[1]
        sides = [csr_matrix((alone.shape[0], width)) for width in (left, right)]
        return hstack([sides[0], alone, sides[1]]).tocsr()

    def pair_table(self) -> csr_matrix:
        """Return pairs as rows: each is itself."""
        return diags(self.pairs.rarity).tocsr()

    def text_table(self, texts: Sequence[str]) -> csr_matrix:
        """Return texts as rows of length one: the sums of their words and pairs."""
        parts = [parts_of(text) for text in texts]
        words = list(dict.fromkeys(word for one in parts for word in one.words))
        by_word, by_pair = self.word_table(words), self.pair_table()
        place = {word: at for at, word in enumerate(words)}
        in_words = weighed([[place[w] for w in one.words] for one in parts], np.ones(len(words)))
        pairs = [self.pairs.columns(one.pairs) for one in parts]
        in_pairs = weighed(pairs, np.ones(by_pair.shape[0]))
        squares = in_words @ squares_of(by_word) + in_pairs @ squares_of(by_pair)
        both = hstack([in_words @ by_word, in_pairs @ by_pair])
        return (diags(1 / np.sqrt(np.maximum(squares, TINY))) @ both).tocsr()


def squares_of(table: csr_matrix) -> Floats:
    """Return the squared length of each row."""
    return np.asarray(table.multiply(table).sum(axis=1)).ravel()


def weighed(rows: Sequence[Sequence[int]], weights: Floats) -> csr_matrix:
    """Return rows of columns as a table with the weight of each column."""
    starts = np.cumsum([0, *map(len, rows)])
    columns = np.array([at for row in rows for at in row], dtype=np.int64)
    table = csr_matrix((weights[columns], columns, starts), shape=(len(rows), len(weights)))
    table.sum_duplicates()
    return table


def choose_terms(texts: Sequence[str], places: Places) -> Terms:
    """Return the words, pieces and pairs that stand in more than one text, and their rarity."""
    parts = [parts_of(text) for text in texts]
    words = Counter(word for one in parts for word in one.words)
    pairs = Counter(pair for one in parts for pair in one.pairs)
    pieces: Counter[str] = Counter()
    for one in parts:
        pieces.update({piece for word in one.words for piece in pieces_of(word)})
    rarest = float(rarity_of(np.array([1]), len(texts))[0])
    texts_read = len(texts)
    kept = _kept(words, texts_read), _kept(pieces, texts_read), _kept(pairs, texts_read)
    return Terms(*kept, rarest, places)


def rarity_of(counts: NDArray[np.int64], texts: int) -> Floats:
    """Return how rare names are that stand in so many of the texts."""
    return np.asarray(np.log((1 + texts) / (1 + counts)) + 1)


def _kept(counts: Counter[Name], texts: int) -> Kept[Name]:
    names = sorted(name for name, count in counts.items() if count >= LEAST_TEXTS)
    rarity = rarity_of(np.array([counts[name] for name in names], dtype=np.int64), texts)
    return Kept({name: at for at, name in enumerate(names)}, rarity)
