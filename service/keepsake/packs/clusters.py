"""Turns the clusters that a pack declares into the core's frozen values."""

from __future__ import annotations

from keepsake.core.clusters import ClusterRule
from keepsake.core.facts import FactKind
from keepsake.packs.draft import Draft
from keepsake.packs.tree import Path

_WORDS = (FactKind.ONE_OF, FactKind.ORDERED)


def read_clusters(draft: Draft) -> tuple[ClusterRule, ...]:
    """Return what counts as a cluster of a kind; mistakes are noted in the document."""
    for name, shape in draft.shape.clusters.items():
        for place, fact in enumerate(shape.by):
            _check(("clusters", name, "by", place), fact, draft)
    return tuple(
        ClusterRule(
            name,
            shape.title,
            tuple(draft.shape.kinds),
            tuple(shape.by),
            cases=shape.cases,
            days=shape.days,
            confidence=shape.conf,
        )
        for name, shape in draft.shape.clusters.items()
    )


def _check(path: Path, fact: str, draft: Draft) -> None:
    known = draft.vocabulary
    if fact not in known:
        draft.document.refuse_name(path, fact, known, what="fact")
    elif known[fact].kind not in _WORDS:
        hint = "name facts that are words"
        message = f"is {known[fact].kind}; only words tell what is alike"
        draft.document.refuse(path, message, hint, value=fact)
