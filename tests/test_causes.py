from __future__ import annotations

from keepsake.causes import find_causes, task_request
from keepsake.core.clusters import ClusterRule
from keepsake.core.trends import PastCase

DAY = 86_400_000
RULE = ClusterRule("hot-cause", {}, ("debit_memo",), ("cause", "consultant"), cases=3, days=30)
SAID = {"cause": "late", "consultant": "c7", "jurisdiction": "DE"}


def _memos(*days) -> list[PastCase]:
    return [PastCase(f"m{day}", "debit_memo", day * DAY, SAID, at_stake=10_50) for day in days]


def _task(opened, ended=None) -> PastCase:
    words = {"cause.cluster": "hot-cause", "cause.first": "late", "cause.second": "c7"}
    ended_ms = None if ended is None else ended * DAY
    ending = "" if ended is None else "won"
    return PastCase("t", "root_cause", opened * DAY, words, ending=ending, ended_ms=ended_ms)


def _found(*cases, now=100):
    return find_causes([RULE], cases, now * DAY)


def test_a_cluster_that_nobody_deals_with_is_new():
    """Catches a cause of which nobody is told."""
    assert ["hot-cause.late.c7"] == [each.name for each in _found(*_memos(1, 2, 3)).new]


def test_a_cluster_with_an_open_task_is_not_new():
    """Catches a second task for the same cause each night."""
    found = _found(*_memos(1, 2, 3, 5), _task(4))

    assert [] == found.new
    assert ["hot-cause.late.c7"] == [task.name for _, task in found.clusters if task]


def test_what_comes_up_again_after_its_task_was_closed_is_new_again():
    """Catches a cause that is taken for settled because it once was."""
    before = _found(*_memos(1, 2, 3, 21, 22), _task(4, 20))
    after = _found(*_memos(1, 2, 3, 21, 22, 23), _task(4, 20))

    assert [] == before.new
    assert ["hot-cause.late.c7"] == [each.name for each in after.new]
    assert 1 == after.opened_before["hot-cause.late.c7"]


def test_the_effect_compares_the_time_before_the_task_with_the_time_since_it_was_closed():
    """Catches the weeks in which it was dealt with counted for or against it."""
    (closed,) = _found(*_memos(*range(30), 35, 90), _task(30, 40), now=100).closed

    assert closed.effect is not None
    assert (30, 30.0, 1, 60.0) == (
        *(closed.effect.before, closed.effect.before_days),
        *(closed.effect.since, closed.effect.since_days),
    )
    assert closed.effect.is_better


def test_asked_again_it_is_the_same_task_and_later_another():
    """Catches tasks that are opened twice when two workers look, or never again."""
    (cluster,) = _found(*_memos(1, 2, 3)).new

    first = task_request("travel", "EUR", cluster, opened_before=0)
    again = task_request("travel", "EUR", cluster, opened_before=0)
    later = task_request("travel", "EUR", cluster, opened_before=1)

    assert first == again
    assert first.request_id != later.request_id
    assert 31 == first.intercept.attributes["cause.at_stake"].money.units
    assert "DE" == first.intercept.jurisdiction
