"""Trains a reason model: logistic regression over terms, written down as one row for each term.

The terms are those of the service (`keepsake.adapters.words`), so both read a text alike. A text is
a set of terms, weighted by how rare they are and brought to length one; the service gets weight
times rarity for each reason and the squared rarity for the length.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from keepsake.adapters.words import WordWeights, terms_of, tokens_of
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar  # type: ignore[import-untyped]
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression

from keepsake_training.fitting import THREADS, Floats
from keepsake_training.phrases import TEXTS, Phrases, Random, write_mails

MAILS_EACH = 200
LETTER_WEIGHT = 3
HELD_BACK = 0.25
LEAST_MAILS = 3
MOST_TERMS = 16_000
STRENGTH = 12.0
SURE_AT = 0.5
KNOWN_AT = 0.5
COLDEST, HOTTEST = 0.2, 5.0
COMMON = frozenset((TEXTS / "common.txt").read_text(encoding="utf-8").split())


@dataclass(frozen=True, slots=True)
class Letters:
    """Texts that were written one by one, and the reason of each."""

    texts: list[str]
    labels: list[str]

    def where(self, chosen: NDArray[np.bool_]) -> Letters:
        """Return the chosen ones."""
        places = np.flatnonzero(chosen).tolist()
        return Letters([self.texts[at] for at in places], [self.labels[at] for at in places])


@dataclass(frozen=True, slots=True)
class ReasonFit:
    """A fitted linear model over terms."""

    reasons: tuple[str, ...]
    terms: tuple[str, ...]
    rarity: Floats
    coefficients: Floats
    intercepts: Floats
    temperature: float = 1.0

    def scores(self, texts: Sequence[str]) -> Floats:
        """Return one score for each text and reason."""
        table = term_table(texts, self.terms, self.rarity)
        return np.asarray(table @ self.coefficients.T + self.intercepts)

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """Return one probability for each text and reason."""
        return softmax(self.scores(texts) / self.temperature)

    def weights(self) -> WordWeights:
        """Return the weights as the service reads them, in half precision."""
        rows = np.vstack([self.coefficients * self.rarity, self.rarity**2]).T
        return WordWeights(
            reasons=self.reasons,
            terms=self.terms,
            common=COMMON,
            rows=rows.astype(np.float16).astype(np.float32),
            intercepts=self.intercepts.astype(np.float16).astype(np.float32),
            temperature=self.temperature,
            sure_at=SURE_AT,
            known_at=KNOWN_AT,
        )


def softmax(scores: Floats) -> Floats:
    """Return scores as probabilities."""
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def text_terms(text: str) -> list[str]:
    """Return the terms of a text, each once."""
    return list(dict.fromkeys(terms_of(tokens_of(text), COMMON)))


def term_table(texts: Sequence[str], terms: Sequence[str], rarity: Floats) -> csr_matrix:
    """Return texts as rows of rarities, each brought to length one."""
    place = {term: at for at, term in enumerate(terms)}
    found = [[place[t] for t in text_terms(text) if t in place] for text in texts]
    starts = np.cumsum([0, *map(len, found)])
    columns = np.array([at for row in found for at in row], dtype=np.int64)
    values = rarity[columns]
    lengths = np.sqrt(np.maximum(np.add.reduceat(np.append(values**2, 0.0), starts[:-1]), 1e-9))
    values = values / np.repeat(lengths, np.diff(starts))
    return csr_matrix((values, columns, starts), shape=(len(texts), len(terms)))


def choose_terms(texts: Sequence[str]) -> tuple[tuple[str, ...], Floats]:
    """Return the terms worth a row, and how rare each is."""
    counts = Counter(term for text in texts for term in text_terms(text))
    kept = [(count, term) for term, count in counts.items() if count >= LEAST_MAILS]
    best = sorted(kept, key=lambda entry: (-entry[0], entry[1]))[:MOST_TERMS]
    terms = tuple(sorted(term for _, term in best))
    rarity = np.array([np.log((1 + len(texts)) / (1 + counts[term])) + 1 for term in terms])
    return terms, rarity


def fit_linear(texts: Sequence[str], labels: Sequence[str]) -> ReasonFit:
    """Fit one weight for each term and reason."""
    terms, rarity = choose_terms(texts)
    table = term_table(texts, terms, rarity)
    with THREADS.limit(limits=1):
        model = LogisticRegression(C=STRENGTH, max_iter=300).fit(table, labels)
    reasons = tuple(str(name) for name in model.classes_)
    return ReasonFit(reasons, terms, rarity, *_one_each(model.coef_, model.intercept_))


def _one_each(coefficients: Floats, intercepts: Floats) -> tuple[Floats, Floats]:
    """Return one row for each reason; scikit-learn keeps one in all where there are two reasons."""
    if len(intercepts) > 1:
        return coefficients, intercepts
    halves = np.array([[-0.5], [0.5]])
    return halves * coefficients, halves[:, 0] * intercepts


def fit_temperature(fit: ReasonFit, texts: Sequence[str], labels: Sequence[str]) -> float:
    """Return the temperature at which probabilities fit texts the model has not seen."""
    scores = fit.scores(texts)
    truth = np.array([fit.reasons.index(label) for label in labels])
    rows = np.arange(len(truth))

    def surprise(temperature: float) -> float:
        shares = softmax(scores / temperature)[rows, truth]
        return float(-np.log(np.maximum(shares, 1e-12)).mean())

    found = minimize_scalar(surprise, bounds=(COLDEST, HOTTEST), method="bounded")
    return round(float(found.x), 4)


def fit_reason(
    phrases: Phrases, letters: Letters, random: Random, *, each: int = MAILS_EACH
) -> ReasonFit:
    """Fit on mails of all phrases and on letters; the temperature comes from letters held back.

    Letters count for more than mails: nobody wrote them from a template.
    """
    mails = write_mails(phrases, each, random)
    held = random.random(len(letters.texts)) < HELD_BACK
    trial = fit_linear(*_joined(mails, letters.where(~held)))
    apart = letters.where(held)
    temperature = fit_temperature(trial, apart.texts, apart.labels)
    final = fit_linear(*_joined(mails, letters))
    return replace(final, temperature=temperature)


def _joined(mails: tuple[list[str], list[str]], letters: Letters) -> tuple[list[str], list[str]]:
    texts, labels = mails
    return texts + letters.texts * LETTER_WEIGHT, labels + letters.labels * LETTER_WEIGHT
