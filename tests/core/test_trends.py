from __future__ import annotations

from keepsake.core.trends import MONTH, PastCase, trends

DAY = 86_400_000


def _case(number, **told) -> PastCase:
    return PastCase(**{"case_id": f"c{number}", "kind": "debit_memo", "opened_ms": 0, **told})


def test_cases_are_parted_by_what_their_facts_say():
    """Catches a case that is counted twice, or under another's airline."""
    cases = [
        _case(1, words={"memo.airline": "XQ"}, ending="won", at_stake=300_00, kept=300_00),
        _case(2, words={"memo.airline": "XQ"}, ending="lost", at_stake=80_00, cost=5_00),
        _case(3, words={"memo.airline": "ZZ"}),
    ]

    first, second = trends(cases, ["memo.airline"])

    assert (("XQ",), 2, 0) == (first.words, first.received, first.open)
    assert (380_00, 300_00, 5_00) == (first.at_stake, first.kept, first.cost)
    assert first.share("won") == 0.5
    assert (("ZZ",), 1, 1, 1) == (second.words, second.received, second.open, second.unvalued)


def test_a_share_of_nothing_is_not_known():
    """Catches a win rate of 0 percent where nothing has ended yet."""
    (open_yet,) = trends([_case(1)], [])

    assert open_yet.share("won") is None
    assert open_yet.median_days is None


def test_the_time_to_the_end_is_that_of_ended_cases_only():
    """Catches open cases that make a desk look fast."""
    cases = [_case(n, ending="won", ended_ms=days * DAY) for n, days in enumerate([1, 4, 9])]

    (all_of_them,) = trends([*cases, _case(9)], [])

    assert all_of_them.median_days == 4


def test_a_case_belongs_to_the_month_in_which_it_was_opened():
    """Catches a case of the last minute of a month counted in the next."""
    last, first = 1_769_903_999_000, 1_769_904_000_000  # around 1 February 2026, UTC

    found = trends([_case(1, opened_ms=last), _case(2, opened_ms=first)], [MONTH])

    assert [("2026-01",), ("2026-02",)] == [each.words for each in found]


def test_what_a_case_does_not_tell_is_unknown_and_not_left_out():
    """Catches reports whose parts do not add up to all that came in."""
    found = trends([_case(1), _case(2, words={"memo.airline": "XQ"})], ["memo.airline"])

    assert {("unknown",), ("XQ",)} == {each.words for each in found}
