"""Clusters: so many cases of one cause in so many days, and what came of dealing with it.

A cluster is declared by the pack: three of one cause by one consultant in 30 days. Every window
that begins with a case is looked at, so none falls between two months.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp as e_to
from math import inf, lgamma, log, log1p

from keepsake.core.trends import UNKNOWN, PastCase

_MS_PER_DAY = 86_400_000
_TAIL = 0.025
_HALVINGS = 60


@dataclass(frozen=True, slots=True)
class ClusterRule:
    """What counts as one: `cases` of the kinds, alike in `by`, within `days`."""

    id: str
    titles: Mapping[str, str]
    kinds: tuple[str, ...]
    by: tuple[str, ...]
    cases: int
    days: int
    confidence: str = ""

    def words_of(self, case: PastCase) -> tuple[str, ...] | None:
        """Return what makes a case alike with others; None where it cannot be told."""
        words = tuple(case.word(name) for name in self.by)
        return words if case.kind in self.kinds and UNKNOWN not in words else None

    def name_of(self, words: tuple[str, ...]) -> str:
        """Return what tells a cluster from others: the same words under the same rule are one."""
        return ".".join((self.id, *words))


@dataclass(frozen=True, slots=True)
class Cluster:
    """Cases that are alike and near in time, in the order in which they were opened."""

    rule: ClusterRule
    words: tuple[str, ...]
    cases: tuple[PastCase, ...] = field(repr=False)

    @property
    def name(self) -> str:
        """Return what tells it from others."""
        return self.rule.name_of(self.words)

    @property
    def first_ms(self) -> int:
        """Return when its first case was opened."""
        return self.cases[0].opened_ms

    @property
    def last_ms(self) -> int:
        """Return when its last case was opened."""
        return self.cases[-1].opened_ms

    @property
    def at_stake(self) -> int:
        """Return what was at stake in its cases, in cents, as far as it is known."""
        return sum(case.at_stake or 0 for case in self.cases)


def find_clusters(
    rules: Iterable[ClusterRule],
    cases: Sequence[PastCase],
    dealt_with: Mapping[str, int] | None = None,
) -> list[Cluster]:
    """Return all clusters, the latest first. Cases that lack one of the words are in none.

    `dealt_with` says, by the name of a cluster, until when cases count no more: their cause was
    dealt with then.
    """
    found = [cluster for rule in rules for cluster in _of_rule(rule, cases, dealt_with or {})]
    return sorted(found, key=lambda cluster: (-cluster.last_ms, cluster.name))


def _of_rule(
    rule: ClusterRule, cases: Sequence[PastCase], dealt_with: Mapping[str, int]
) -> Iterator[Cluster]:
    alike = defaultdict[tuple[str, ...], list[PastCase]](list)
    for case in cases:
        words = rule.words_of(case)
        if words is not None and case.opened_ms > dealt_with.get(rule.name_of(words), -1):
            alike[words].append(case)
    for words, members in alike.items():
        members.sort(key=lambda case: (case.opened_ms, case.case_id))
        for run in _runs(rule, members):
            yield Cluster(rule, words, tuple(run))


def _runs(rule: ClusterRule, members: Sequence[PastCase]) -> Iterator[Sequence[PastCase]]:
    """Yield runs of cases: windows that are full, joined where they share a case."""
    begin, end = 0, 0
    span = rule.days * _MS_PER_DAY
    for first in range(len(members) - rule.cases + 1):
        last = first + rule.cases
        if members[last - 1].opened_ms - members[first].opened_ms > span:
            continue
        if first >= end:
            if end:
                yield members[begin:end]
            begin = first
        end = last
    if end:
        yield members[begin:end]


@dataclass(frozen=True, slots=True)
class Effect:
    """How often something came up before it was dealt with, and since, for each 30 days.

    `ratio` is since over before, `low` to `high` holds it with 95 percent where cases come
    independently of each other; None where there was nothing before, or no time since.
    """

    before: int
    before_days: float
    since: int
    since_days: float
    ratio: float | None = None
    low: float = 0.0
    high: float = inf

    @property
    def is_better(self) -> bool:
        """Tell whether it comes up less often, beyond what chance would do."""
        return self.ratio is not None and self.high < 1


def effect(before: int, before_days: float, since: int, *, since_days: float) -> Effect:
    """Compare two rates of independent events.

    Given their sum, the later count is binomial; its exact interval (Clopper and Pearson, 1934)
    becomes that of the ratio (Przyborowski and Wilenski, 1940).
    """
    if not before or before_days <= 0 or since_days <= 0:
        return Effect(before, before_days, since, since_days)
    times = before_days / since_days
    low, high = _share_between(since, before + since)
    ends = [inf if share >= 1 else share / (1 - share) * times for share in (low, high)]
    return Effect(before, before_days, since, since_days, since / before * times, *ends)


def _share_between(hits: int, tries: int) -> tuple[float, float]:
    low = _root(lambda share: 1 - _at_most(hits - 1, tries, share) - _TAIL) if hits else 0.0
    high = _root(lambda share: _TAIL - _at_most(hits, tries, share)) if hits < tries else 1.0
    return low, high


def _root(rising: Callable[[float], float]) -> float:
    """Return where a rising function of a share is nothing."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if rising(middle) > 0 else (middle, high)
    return low


def _at_most(hits: int, tries: int, share: float) -> float:
    """Return the chance of at most so many hits."""
    if share <= 0 or share >= 1:
        return 1.0 if share <= 0 or hits >= tries else 0.0
    return sum(e_to(_log_chance(each, tries, share)) for each in range(hits + 1))


def _log_chance(hits: int, tries: int, share: float) -> float:
    ways = lgamma(tries + 1) - lgamma(hits + 1) - lgamma(tries - hits + 1)
    return ways + hits * log(share) + (tries - hits) * log1p(-share)
