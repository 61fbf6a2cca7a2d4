"""Causes: clusters of cases, the tasks that were opened to deal with them, and what came of it.

A task is a case like any other, of the kind `root_cause`: what to do about a cause is recommended,
approved and closed on the same path as what to offer a customer. Its subject is the cluster.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from google.type.money_pb2 import Money

from keepsake.advisor import Advisor
from keepsake.cases import KEEPSAKE
from keepsake.core.clusters import Cluster, ClusterRule, Effect, effect, find_clusters
from keepsake.core.pack import Pack
from keepsake.core.trends import PastCase
from keepsake.v1.common_pb2 import AttributeValue, Intercept
from keepsake.v1.intercept_pb2 import RecommendRequest

ROOT_CAUSE = "root_cause"
BEFORE_DAYS = 180
"""Over so many days before its task a cause is compared; the same share of a year each time."""
_SUBJECT, _CHANNEL = "cluster", "desk"
_RULE, _WORDS = "cause.cluster", ("cause.first", "cause.second")
_MS_PER_DAY = 86_400_000
_SECONDS = 5.0
_CENTS, _NANOS_PER_CENT = 100, 10_000_000


@dataclass(frozen=True, slots=True)
class Task:
    """A task that was opened about a cause; `effect` is what came of it, once it was closed."""

    name: str
    case: PastCase
    effect: Effect | None = None


@dataclass(frozen=True, slots=True)
class Causes:
    """The clusters that go on, each with its open task if there is one, and the closed tasks."""

    clusters: Sequence[tuple[Cluster, Task | None]]
    closed: Sequence[Task]
    opened_before: Mapping[str, int]

    @property
    def new(self) -> list[Cluster]:
        """Return the clusters that nobody deals with yet."""
        return [cluster for cluster, task in self.clusters if task is None]


def find_causes(rules: Sequence[ClusterRule], cases: Sequence[PastCase], now_ms: int) -> Causes:
    """Return what goes on, and what became of what was dealt with."""
    tasks = [
        Task(name, case, _effect(name, case, rules, cases=cases, now_ms=now_ms))
        for case in sorted(cases, key=lambda case: case.opened_ms)
        if case.kind == ROOT_CAUSE and (name := _name(case))
    ]
    is_open = {task.name: task for task in tasks if task.case.ended_ms is None}
    dealt_with = {task.name: task.case.ended_ms or 0 for task in tasks if task.name not in is_open}
    clusters = find_clusters(rules, cases, dealt_with)
    return Causes(
        [(cluster, is_open.get(cluster.name)) for cluster in clusters],
        [task for task in tasks if task.case.ended_ms is not None],
        Counter(task.name for task in tasks),
    )


def _name(task: PastCase) -> str:
    """Return the name of the cluster that a task is about, as its facts tell it."""
    words = [task.words[name] for name in (_RULE, *_WORDS) if name in task.words]
    return ".".join(words)


def _effect(
    name: str,
    task: PastCase,
    rules: Iterable[ClusterRule],
    *,
    cases: Iterable[PastCase],
    now_ms: int,
) -> Effect | None:
    """Return how often the cause came up before its task was opened, and since it was closed.

    A cause is looked at because it was frequent, so a part of what follows would have come without
    the task too (regression to the mean): the time before is as long as it can be for that reason.
    """
    rule = next((rule for rule in rules if name.startswith(f"{rule.id}.")), None)
    if rule is None or task.ended_ms is None:
        return None
    cases = list(cases)
    times = [
        c.opened_ms
        for c in cases
        if (w := rule.words_of(c)) is not None and rule.name_of(w) == name
    ]
    oldest = min((c.opened_ms for c in cases if c.kind in rule.kinds), default=task.opened_ms)
    begin = max(oldest, task.opened_ms - BEFORE_DAYS * _MS_PER_DAY)
    return effect(
        sum(begin <= time < task.opened_ms for time in times),
        (task.opened_ms - begin) / _MS_PER_DAY,
        sum(time > task.ended_ms for time in times),
        since_days=(now_ms - task.ended_ms) / _MS_PER_DAY,
    )


def task_request(
    pack: str, currency: str, cluster: Cluster, *, opened_before: int
) -> RecommendRequest:
    """Return what asks for a decision about a cluster; asked again, it is the same task."""
    told = f"{cluster.name}/{opened_before}"
    return RecommendRequest(
        request_id=f"cause/{sha256(told.encode()).hexdigest()[:32]}",
        pack=pack,
        intercept=Intercept(
            kind=ROOT_CAUSE,
            channel=_CHANNEL,
            jurisdiction=_jurisdiction(cluster),
            subject_type=_SUBJECT,
            subject_id=told[:128],
            attributes=_attributes(cluster, currency),
        ),
    )


def _jurisdiction(cluster: Cluster) -> str:
    """Return that of most cases: no customer is asked, but a decision names the law it is under."""
    counted = Counter(case.word("jurisdiction") for case in cluster.cases)
    return counted.most_common(1)[0][0]


def _attributes(cluster: Cluster, currency: str) -> dict[str, AttributeValue]:
    cents = cluster.at_stake
    units, rest = divmod(cents, _CENTS)
    money = Money(currency_code=currency, units=units, nanos=rest * _NANOS_PER_CENT)
    days = (cluster.last_ms - cluster.first_ms) / _MS_PER_DAY
    return {
        _RULE: AttributeValue(text=cluster.rule.id),
        **{
            name: AttributeValue(text=word)
            for name, word in zip(_WORDS, cluster.words, strict=False)
        },
        "cause.kind": AttributeValue(text=cluster.cases[-1].kind),
        "cause.cases": AttributeValue(number=len(cluster.cases)),
        "cause.days": AttributeValue(number=max(1, round(days))),
        "cause.at_stake": AttributeValue(money=money),
    }


async def open_task(advisor: Advisor, pack: Pack, cluster: Cluster, *, found: Causes) -> None:
    """Open a task about a cluster; who looks at the same time opens the same one."""
    opened_before = found.opened_before.get(cluster.name, 0)
    request = task_request(pack.id, pack.currency, cluster, opened_before=opened_before)
    await advisor.recommend(request, seconds=_SECONDS, principal=KEEPSAKE)
