"""Reads reasons out of short, hasty texts: the sum of two linear models, and an offset for each.

A text is described by its words and pairs of words, by runs of letters, and by where its words lie
in the language. One model sets reasons apart as wide as it can, the other says how likely each is.
The offsets are found on texts that neither has seen.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack  # type: ignore[import-untyped]
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import GroupKFold
from sklearn.preprocessing import normalize
from sklearn.svm import LinearSVC

from keepsake_training.fitting import THREADS, Floats
from keepsake_training.reason_terms import Places

NOISE = re.compile(r"https?://\S+|&\w+;")
HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
DRAWN_OUT = re.compile(r"(.)\1{2,}")
NUMBERS = re.compile(r"\d[\d,.:/]*")
SPOKEN = r"@?[^\W_]+(?:['\u2019][^\W_]+)?|[!?]+|[\u2600-\u27bf\U0001f300-\U0001faff]"
LETTERS_SHARE = 1.2
APART_STRENGTH, LIKELY_STRENGTH = 0.15, 2.0
LIKELY_EVENNESS, LIKELY_SHARE = 0.75, 0.3
OFFSETS = np.arange(-6, 7) * 0.05
ROUNDS, INNER_FOLDS = 3, 3
ACCURACY_SHARE = 2.0

Reasons = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts, the number of the reason of each, and which of them have the same words."""

    texts: Sequence[str]
    reasons: Reasons
    groups: Sequence[str]

    def at(self, places: NDArray[np.int64]) -> Texts:
        """Return the ones at these places."""
        texts, groups = ([kept[at] for at in places] for kept in (self.texts, self.groups))
        return Texts(texts, self.reasons[places], groups)


def plain(text: str) -> str:
    """Return a text without links, with hashtags as words, and numbers and cries made alike."""
    spread = HUMP.sub(" ", NOISE.sub(" ", text).replace("#", " "))
    return NUMBERS.sub(" 0 ", DRAWN_OUT.sub(r"\1\1", spread)).lower()


def evened(reasons: Reasons, evenness: float) -> Floats:
    """Return how much each text counts: at evenness 1 every reason counts the same."""
    counts = Counter(reasons.tolist())
    even = len(reasons) / len(counts)
    return np.array([(even / counts[reason]) ** evenness for reason in reasons.tolist()])


def likeliest(known: Texts, asked: Sequence[str], places: Places) -> Reasons:
    """Return the likeliest reason of each text asked about, learned from the known ones alone."""
    offsets = _offsets(known, places)
    return np.asarray((_scores(known, asked, places) + offsets).argmax(axis=1))


def _offsets(known: Texts, places: Places) -> Floats:
    """Return the offsets that read known texts best by models that have not seen them."""
    scores = np.full((len(known.texts), int(known.reasons.max()) + 1), -np.inf)
    for seen, unseen in GroupKFold(INNER_FOLDS).split(known.texts, groups=known.groups):
        part = _scores(known.at(seen), known.at(unseen).texts, places)
        scores[unseen, : part.shape[1]] = part
    return fitted_offsets(scores, known.reasons)


def fitted_offsets(scores: Floats, truth: Reasons) -> Floats:
    """Return an offset for each reason, one found after the other, that read scores best."""
    offsets = np.zeros(scores.shape[1])
    for reason in [*range(scores.shape[1])] * ROUNDS:
        tried = []
        for offset in OFFSETS:
            offsets[reason] = offset
            tried.append(_worth(truth, (scores + offsets).argmax(axis=1)))
        offsets[reason] = OFFSETS[int(np.argmax(tried))]
    return offsets


def _worth(truth: Reasons, said: Reasons) -> float:
    fair = f1_score(truth, said, average="macro", zero_division=0.0)
    return float(fair + ACCURACY_SHARE * accuracy_score(truth, said))


def _scores(known: Texts, asked: Sequence[str], places: Places) -> Floats:
    """Return a score for each text asked about and reason; unknown reasons have the least."""
    learned, read = _tables(known.texts, asked, places)
    apart = LinearSVC(C=APART_STRENGTH, random_state=0)
    likely = LogisticRegression(C=LIKELY_STRENGTH, max_iter=200, tol=1e-3)
    with THREADS.limit(limits=1):
        apart.fit(learned, known.reasons, sample_weight=evened(known.reasons, 1.0))
        likely.fit(learned, known.reasons, sample_weight=evened(known.reasons, LIKELY_EVENNESS))
    both = _columns(apart.decision_function(read))
    both = both + LIKELY_SHARE * _columns(likely.decision_function(read))
    scores = np.full((len(asked), int(known.reasons.max()) + 1), -np.inf)
    scores[:, apart.classes_] = both
    return scores


def _columns(scores: Floats) -> Floats:
    """Return one column for each reason; scikit-learn keeps one in all where there are two."""
    return scores if scores.ndim > 1 else np.column_stack([-scores, scores])


def _tables(
    known: Sequence[str], asked: Sequence[str], places: Places
) -> tuple[csr_matrix, csr_matrix]:
    """Return known texts and those asked about as rows of length one."""
    learned, read = [*map(plain, known)], [*map(plain, asked)]
    words = TfidfVectorizer(token_pattern=SPOKEN, ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), min_df=3, sublinear_tf=True)
    single = TfidfVectorizer(token_pattern=SPOKEN).fit(learned)
    lies = places.of(single.get_feature_names_out().tolist())
    sides = [
        (words.fit_transform(learned), words.transform(read)),
        tuple(LETTERS_SHARE * t for t in (letters.fit_transform(learned), letters.transform(read))),
        tuple(csr_matrix(normalize(single.transform(t) @ lies)) for t in (learned, read)),
    ]
    left, right = (normalize(hstack([side[at] for side in sides]).tocsr()) for at in (0, 1))
    return left, right
