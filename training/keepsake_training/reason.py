"""Trains a reason model: logistic regression over the parts of words, folded into rows of weights.

The words, pieces and pairs are those of the service (`keepsake.adapters.words`), so both read a
text alike. A text is brought to length one; the service gets the weight of each word for each
reason, and the word's share of the squared length.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from keepsake.adapters.words import NUMBER, WordWeights, pieces_of
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from keepsake_training.fitting import THREADS, Floats
from keepsake_training.phrases import TEXTS, Phrases, Random, write_mails
from keepsake_training.reason_terms import (
    COMMON,
    TINY,
    Parts,
    Places,
    Terms,
    choose_terms,
    parts_of,
    squares_of,
)

MAILS_EACH = 100
MAIL_WEIGHT = 0.5
STRENGTH = 12.0
SURE_AT = 0.6
KNOWN_AT = 0.5
FOLDS = 5
COLDEST, HOTTEST = 0.2, 5.0
FOREIGN = frozenset((TEXTS / "foreign.txt").read_text(encoding="utf-8").split())


@dataclass(frozen=True, slots=True)
class Letters:
    """Texts that were written one by one, the reason of each, and what must not be parted.

    `groups` tells texts of one author (or of one wording) from those of another: a model is tried
    on groups it has not seen.
    """

    texts: list[str]
    labels: list[str]
    groups: list[str]

    def at(self, places: NDArray[np.int64]) -> Letters:
        """Return the ones at these places."""
        chosen = places.tolist()
        return Letters(*([kept[at] for at in chosen] for kept in self._columns()))

    def of(self, labels: Collection[str]) -> Letters:
        """Return the ones with one of these labels."""
        return self.at(np.flatnonzero([label in labels for label in self.labels]))

    def joined(self, other: Letters) -> Letters:
        """Return these and the others."""
        both = zip(self._columns(), other._columns(), strict=True)
        return Letters(*([*mine, *theirs] for mine, theirs in both))

    def _columns(self) -> tuple[list[str], list[str], list[str]]:
        return self.texts, self.labels, self.groups


NO_LETTERS = Letters([], [], [])


@dataclass(frozen=True, slots=True)
class ReasonFit:
    """A fitted linear model over the parts of words."""

    reasons: tuple[str, ...]
    terms: Terms
    coefficients: Floats
    intercepts: Floats
    temperature: float = 1.0

    def scores(self, texts: Sequence[str]) -> Floats:
        """Return one score for each text and reason."""
        table = self.terms.text_table(texts)
        return np.asarray(table @ self.coefficients.T + self.intercepts)

    def weights(self) -> WordWeights:
        """Return the weights as the service reads them, in half precision."""
        terms = self.terms
        known = {*terms.words.place, *terms.places.words} - COMMON - {NUMBER}
        words, pieces = tuple(sorted(known, key=terms.how_rare)), tuple(terms.pieces.place)
        last = self.coefficients.shape[1] - len(terms.pairs.place)
        of_words, of_pairs = self.coefficients[:, :last].T, self.coefficients[:, last:].T
        tables = (
            (terms.word_table(words), of_words),
            (terms.word_table([NUMBER]), of_words),
            (terms.piece_table(), of_words),
            (terms.pair_table(), of_pairs),
        )
        rows = np.vstack([np.column_stack([t @ part, squares_of(t)]) for t, part in tables])
        return WordWeights(
            reasons=self.reasons,
            words=words,
            pieces=(NUMBER, *pieces),
            pairs=tuple(terms.pairs.place),
            common=COMMON,
            foreign=FOREIGN,
            rows=halved(rows),
            intercepts=halved(self.intercepts),
            temperature=self.temperature,
            sure_at=SURE_AT,
            known_at=KNOWN_AT,
        )


def halved(numbers: Floats) -> Floats:
    """Return numbers as half precision keeps them."""
    return numbers.astype(np.float16).astype(np.float64)


def softmax(scores: Floats) -> Floats:
    """Return scores as probabilities."""
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def probabilities(weights: WordWeights, texts: Sequence[str]) -> Floats:
    """Return what weights say of texts, computed as in training: by terms, one after the other."""
    place = {word: at for at, word in enumerate(weights.words)}
    others = (*weights.pieces, *weights.pairs)
    piece = {name: at for at, name in enumerate(others, len(weights.words))}
    found = [_rows_of(parts_of(text), place, piece) for text in texts]
    totals = np.array([weights.rows[rows].sum(axis=0) for rows in found])
    lengths = np.sqrt(np.maximum(totals[:, -1:], TINY))
    return softmax((totals[:, :-1] / lengths + weights.intercepts) / weights.temperature)


def _rows_of(parts: Parts, place: Mapping[str, int], piece: Mapping[Any, int]) -> list[int]:
    """Return the rows of a text: of each word, or of the pieces of an unknown one, and of pairs."""
    known = [place[word] for word in parts.words if word in place]
    strange = [word for word in parts.words if word not in place]
    pieces = [p for word in strange for p in ([word] if word == NUMBER else pieces_of(word))]
    return [*known, *(piece[name] for name in (*pieces, *parts.pairs) if name in piece)]


def fit_linear(letters: Letters, places: Places, sureness: Floats | None = None) -> ReasonFit:
    """Fit one weight for each part and reason; `sureness` says how much each text counts."""
    terms = choose_terms(letters.texts, places)
    table = terms.text_table(letters.texts)
    with THREADS.limit(limits=1):
        model = LogisticRegression(C=STRENGTH, max_iter=300, tol=1e-3)
        model.fit(table, letters.labels, sample_weight=sureness)
    reasons = tuple(str(name) for name in model.classes_)
    return ReasonFit(reasons, terms, *_one_each(model.coef_, model.intercept_))


def _one_each(coefficients: Floats, intercepts: Floats) -> tuple[Floats, Floats]:
    """Return one row for each reason; scikit-learn keeps one in all where there are two reasons."""
    if len(intercepts) > 1:
        return coefficients, intercepts
    halves = np.array([[-0.5], [0.5]])
    return halves * coefficients, halves[:, 0] * intercepts


def fit_reason(
    letters: Letters, places: Places, mails: Letters = NO_LETTERS, *, folds: int = FOLDS
) -> ReasonFit:
    """Fit on letters, and on mails that count for less: nobody wrote those one by one.

    The temperature comes from letters of groups that the model of the moment has not seen.
    """
    groups = min(folds, len(set(letters.groups)))
    scores, truth = held_out_scores(letters, places, mails, folds=groups)
    final = fit_linear(mails.joined(letters), places, _sureness(mails, letters))
    return replace(final, temperature=fit_temperature(scores, truth))


def held_out_scores(
    letters: Letters, places: Places, mails: Letters, *, folds: int
) -> tuple[list[Floats], list[NDArray[np.int64]]]:
    """Return the scores of all letters, each by a model that has not seen its group."""
    scores, truth = [], []
    for seen, unseen in GroupKFold(folds).split(letters.texts, groups=letters.groups):
        known, asked = letters.at(seen), letters.at(unseen)
        asked = asked.of({*known.labels})
        fit = fit_linear(mails.joined(known), places, _sureness(mails, known))
        scores.append(fit.scores(asked.texts))
        truth.append(np.array([fit.reasons.index(label) for label in asked.labels]))
    return scores, truth


def _sureness(mails: Letters, letters: Letters) -> Floats:
    return np.repeat([MAIL_WEIGHT, 1.0], [len(mails.texts), len(letters.texts)])


def fit_temperature(scores: Sequence[Floats], truth: Sequence[NDArray[np.int64]]) -> float:
    """Return the temperature at which probabilities fit texts the model has not seen."""

    def surprise(temperature: float) -> float:
        shares = [
            softmax(some / temperature)[np.arange(len(of)), of]
            for some, of in zip(scores, truth, strict=True)
        ]
        return float(-np.log(np.maximum(np.concatenate(shares), 1e-12)).mean())

    found = minimize_scalar(surprise, bounds=(COLDEST, HOTTEST), method="bounded")
    return round(float(found.x), 4)


def mails_of(phrases: Phrases, random: Random, each: int = MAILS_EACH) -> Letters:
    """Return mails made of phrases."""
    texts, labels = write_mails(phrases, each, random)
    return Letters(texts, labels, ["mail"] * len(texts))
