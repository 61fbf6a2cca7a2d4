from __future__ import annotations

import pytest
from keepsake.packs.check import check

from tests.packs.folders import sound_pack

BASE = """
typical:
  ring:
    order.value: 4000 USD
    order.margin: 2000 USD
    order.stage: design
    stone.carat: 1
    jurisdiction: US-CA
    order.promised_date.in_days: 5
    risk: 0.6
cases:
  A case:
    base: ring
"""


def _failures(tmp_path, given: str, expect: str) -> list[str]:
    folder = sound_pack(tmp_path)
    text = f"{BASE}    given: {given}\n    expect: {expect}\n"
    (folder / "cases" / "cases.yaml").write_text(text)
    return [f"{p.key.partition('.expect.')[2]}: {p.message}" for p in check(folder).problems]


@pytest.mark.parametrize(
    ("given", "expect"),
    [
        ("{reason: too_dear}", "{offered: [price-cut]}"),
        ("{reason: too_dear, killed: ['offer:price-cut']}", "{not_offered: [price-cut]}"),
        ("{reason: too_dear, role: lead}", "{approval: {price-cut@5: none}}"),
        (
            "{reason: too_dear, concessions: [{offer_id: other, percent: 14}]}",
            "{withheld: {price-cut: guard:stacking}}",
        ),
        (
            "{reason: too_dear, order.margin: 450 USD}",
            "{withheld: {price-cut@5: guard:margin_floor}}",
        ),
        ("{reason: too_dear, order.margin: 2000 EUR}", "{offered: [price-cut]}"),
        ("{reason: too_dear, today: 2028-01-01}", "{not_offered: [price-cut]}"),
        ("{reason: too_dear, today: 2027-12-31}", "{offered: [price-cut]}"),
        ("{reason: too_late, feasibility.rush: true}", "{not_offered: [rush]}"),
        ("{risk: null, reason: too_dear}", "{withheld: {price-cut: risk >= 0.3}}"),
        (
            "{order.promised_date: 2026-11-19, order.promised_date.in_days: null}",
            "{facts: {late: true}, offered: [refund]}",
        ),
        ("{reason: grief}", "{facts: {never_save: true}}"),
        ("{jurisdiction: DE}", "{facts: {jurisdiction.country: DE}}"),
    ],
)
def test_a_case_goes_the_way_a_decision_goes(given, expect, tmp_path):
    """Would catch a case that passes by other facts or guards than a decision would see."""
    assert [] == _failures(tmp_path, given, expect)


def test_a_case_that_expects_the_opposite_fails(tmp_path):
    """Would catch expectations that are read and never held."""
    expect = "{offered: [rush], not_offered: [price-cut], advice: [let_go], notices: [RENEWAL]}"

    failures = _failures(tmp_path, "{reason: too_dear}", expect)

    expected = [
        "advice[0]: is not among them",
        "not_offered[0]: is offered",
        "notices[0]: is not among them",
        "offered[0]: is not offered",
    ]
    assert expected == failures


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("{role: leader}", "no such role"),
        ("{concessions: [5]}", "a concession has offer_id and percent"),
        ("{reason: too_lat}", "reason has no word 'too_lat'"),
        ("{feasibility.rush: 1}", "feasibility.rush is flag, 1 is a number"),
    ],
)
def test_what_a_case_gives_is_typed_like_a_request(given, message, tmp_path):
    """Would catch a case that means something else than what it says."""
    folder = sound_pack(tmp_path)
    text = f"{BASE}    given: {given}\n    expect: {{}}\n"
    (folder / "cases" / "cases.yaml").write_text(text)

    messages = [problem.message for problem in check(folder).problems]

    assert [message] == messages


@pytest.mark.parametrize(
    ("given", "expect"),
    [
        ("{calendar: free}", "{facts: {feasibility.rush: true}}"),
        ("{calendar: [casting 2026-11-24]}", "{facts: {feasibility.rush.ready_date: 2026-12-02}}"),
        ("{calendar: free, feasibility.rush: false}", "{facts: {feasibility.rush: false}}"),
    ],
    ids=["free", "a full day", "what the case says stands"],
)
def test_a_case_may_ask_the_calendar(tmp_path, given, expect):
    """Would catch cases that cannot say what a full bench comes to."""
    assert [] == _failures(tmp_path, given, expect)


def test_a_full_day_that_is_none_is_told(tmp_path):
    """Would catch a case that means a full bench and asks a free one."""
    told = _failures(tmp_path, "{calendar: [casting tomorrow]}", "{offered: []}")

    assert ["cases.A case.given.calendar[0]: is no full day of a stage"] == [
        f"cases.A case.given.calendar[0]{each[each.index(': ') :]}" for each in told
    ]
