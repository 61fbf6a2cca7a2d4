from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keepsake.core.clusters import ClusterRule, effect, find_clusters
from keepsake.core.trends import PastCase

DAY = 86_400_000
RULE = ClusterRule(
    "hot-cause", {}, kinds=("debit_memo",), by=("cause", "consultant"), cases=3, days=30
)


def _cases(*days, words=None, kind="debit_memo") -> list[PastCase]:
    said = {"cause": "late", "consultant": "c7"} if words is None else words
    return [PastCase(f"{kind}{day}", kind, round(day * DAY), said) for day in days]


def _days(cluster) -> list[float]:
    return [case.opened_ms / DAY for case in cluster.cases]


def test_three_of_one_cause_by_one_consultant_in_thirty_days_are_a_cluster():
    """Catches a cluster that nobody is told of."""
    (found,) = find_clusters([RULE], _cases(1, 12, 31))

    assert found.name == "hot-cause.late.c7"
    assert [1, 12, 31] == _days(found)


@pytest.mark.parametrize("days", [(1, 12), (1, 12, 31.00001), ()])
def test_fewer_of_them_or_over_a_longer_time_are_none(days):
    """Catches a window that is a moment too long."""
    assert [] == find_clusters([RULE], _cases(*days))


def test_a_window_may_lie_across_two_months():
    """Catches clusters that are counted by calendar month, and missed at its end."""
    (found,) = find_clusters([RULE], _cases(5, 28, 33, 40))

    assert [28, 33, 40] == _days(found)[-3:]


def test_another_cause_another_consultant_and_another_kind_do_not_count():
    """Catches a consultant who is sent to a training for the memos of another."""
    others = [
        *_cases(2, words={"cause": "late", "consultant": "c8"}),
        *_cases(3, words={"cause": "fare", "consultant": "c7"}),
        *_cases(4, kind="complaint"),
    ]

    assert [] == find_clusters([RULE], [*_cases(1, 5), *others])


def test_cases_that_do_not_tell_the_consultant_are_in_no_cluster():
    """Catches three unrelated memos that are alike only in what nobody knows."""
    assert [] == find_clusters([RULE], _cases(1, 2, 3, words={"cause": "late"}))


def test_windows_that_share_a_case_are_one_cluster_and_others_are_two():
    """Catches one task for each window, twenty for one cause."""
    found = find_clusters([RULE], _cases(1, 10, 20, 35, 200, 210, 220))

    assert [[200, 210, 220], [1, 10, 20, 35]] == [_days(each) for each in found]


def test_what_was_dealt_with_counts_no_more():
    """Catches a task that is opened again by the cases it was opened for."""
    cases = _cases(1, 10, 20, 25, 28)

    assert [] == find_clusters([RULE], cases, {"hot-cause.late.c7": 20 * DAY})
    assert [] != find_clusters([RULE], cases, {"hot-cause.late.c7": 19 * DAY})
    assert [] != find_clusters([RULE], cases, {"hot-cause.late.c8": 20 * DAY})


@given(st.lists(st.integers(0, 200), max_size=25), st.integers(1, 5), st.integers(0, 60))
def test_a_case_is_in_a_cluster_when_a_full_window_holds_it(days, needed, span):
    """Catches a case at the edge of a window that is left out, or drawn in from outside."""
    rule = ClusterRule("r", {}, ("k",), (), cases=needed, days=span)
    cases = [PastCase(f"{n:03}", "k", day * DAY) for n, day in enumerate(days)]

    found = {case.case_id for each in find_clusters([rule], cases) for case in each.cases}

    expected = {
        case.case_id
        for begin in days
        if len(window := [c for c in cases if begin <= c.opened_ms / DAY <= begin + span]) >= needed
        for case in window
    }
    assert expected == found


def test_what_comes_up_a_fifth_as_often_is_better():
    """Catches an effect that is told from the counts, whatever the time they took."""
    found = effect(20, 60, 4, since_days=60)

    assert found.ratio == pytest.approx(0.2)
    # scipy 1.17: binomtest(4, 24).proportion_ci(method="exact") is (0.04735, 0.37384)
    assert found.low == pytest.approx(0.04735 / (1 - 0.04735), rel=1e-3)
    assert found.high == pytest.approx(0.37384 / (1 - 0.37384), rel=1e-3)
    assert found.is_better


def test_few_cases_prove_nothing():
    """Catches a fix that is praised for what chance did."""
    assert not effect(3, 30, 0, since_days=30).is_better


def test_nothing_before_or_no_time_since_is_no_effect():
    """Catches a division by nothing, and a promise of what is not known."""
    assert effect(0, 30, 2, since_days=30).ratio is None
    assert effect(5, 30, 0, since_days=0).ratio is None


def test_all_that_came_came_since():
    """Catches an interval that ends where none can."""
    found = effect(1, 30, 40, since_days=30)

    assert not found.is_better
    assert found.low > 1
    assert found.high < inf
