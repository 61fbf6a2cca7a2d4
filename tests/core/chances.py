"""Whether what happened fits what was said to be its chance."""

from __future__ import annotations

import math
from collections.abc import Sequence


def chi_square_p(counts: Sequence[int], probabilities: Sequence[float]) -> float:
    """Return how likely counts as odd as these are under the probabilities.

    What has no probability must not have happened: then 0.
    """
    total = sum(counts)
    possible = [(n, p * total) for n, p in zip(counts, probabilities, strict=True) if p > 0]
    if sum(n for n, _ in possible) < total:
        return 0.0
    statistic = sum((n - expected) ** 2 / expected for n, expected in possible)
    return _upper_gamma((len(possible) - 1) / 2, statistic / 2) if len(possible) > 1 else 1.0


def _upper_gamma(a: float, x: float) -> float:
    """Return the regularised upper incomplete gamma function."""
    if x <= 0:
        return 1.0
    front = math.exp(-x + a * math.log(x) - math.lgamma(a))
    if x < a + 1:
        term = total = 1 / a
        step = a
        while abs(term) > abs(total) * 1e-15:
            step += 1
            term *= x / step
            total += term
        return 1 - front * total
    return front * _continued(a, x)


def _continued(a: float, x: float) -> float:
    """Return the continued fraction of the upper part, by Lentz."""
    tiny = 1e-300
    b = x + 1 - a
    c, d = 1 / tiny, 1 / b
    h = d
    for place in range(1, 500):
        an = -place * (place - a)
        b += 2
        d = 1 / (an * d + b or tiny)
        c = b + an / c or tiny
        h *= d * c
        if abs(d * c - 1) < 1e-15:
            break
    return h
