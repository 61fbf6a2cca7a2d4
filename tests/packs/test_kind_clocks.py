"""Clocks as packs declare them: what is read, what is refused, and what rule cases expect."""

import shutil

import pytest
from keepsake.core.errors import PackError
from keepsake.core.kind_clocks import Measure
from keepsake.packs.check import check
from keepsake.packs.load import load_pack

from tests.claims import add_claims
from tests.packs.folders import RULES, edit

CLOCKS = "kinds/claim/clocks.yaml"


@pytest.fixture
def pack(tmp_path):
    """Return the jeweller's folder, with claims."""
    shutil.copytree(RULES, tmp_path / "rules")
    add_claims(tmp_path / "rules")
    return tmp_path / "rules" / "jeweller"


def told(pack, old, new):
    """Return what is said of a clock once a text in its file is another."""
    edit(pack / CLOCKS, old, new)
    with pytest.raises(PackError) as refused:
        load_pack(pack)
    return [f"{one.key}: {one.message}" for one in refused.value.problems]


def test_the_cases_of_a_kind_hold_its_clocks_to_their_days(pack):
    """Catches an expectation about a clock that nobody looks at."""
    fine = check(pack).problems
    edit(pack / "kinds/claim/cases/clocks.yaml", "answer-by: 2026-11-25", "answer-by: 2026-11-26")

    wrong = check(pack).problems

    assert [] == [each for each in fine if not each.is_warning]
    assert ["is 2026-11-25 instead"] == [each.message for each in wrong if not each.is_warning]


def test_a_clock_counts_in_the_zone_and_the_days_of_the_office(pack):
    """Catches a working day of nobody's, and a clock of the wrong side of the ocean."""
    clocks = {each.id: each for each in load_pack(pack).of("claim").work.clocks}

    answer, look = clocks["answer-by"], clocks["look-at-it"]
    thanksgiving = 20_783  # 2026-11-26
    assert ("America/New_York", "Europe/Berlin") == (answer.zone, look.zone)
    assert (Measure.WORKING_DAYS, 2.0) == (look.length.measure, look.length.count)
    assert thanksgiving not in look.business
    assert thanksgiving + 4 in look.business


def test_a_clock_may_count_by_a_list_of_holidays_of_its_own(pack):
    """Catches a scheme's clock that our own closed days put off."""
    edit(pack / CLOCKS, "working_days: 2", "working_days: 2\n    holidays: none")

    clocks = {each.id: each for each in load_pack(pack).of("claim").work.clocks}

    assert 20_783 in clocks["look-at-it"].business


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("moment: [claim.due_by]", "moment: [claim.due]", "answer-by.moment[0]: no such fact"),
        ("moment: [claim.due_by]", "moment: [claim.amount]", "answer-by.moment[0]: is no day"),
        ("days: 9", "length: claim.amount", "answer-by.length: is no length"),
        ("days: 9", "days: 9\n    hours: 3", "answer-by: must say one of days, working_days"),
        ("    months: 9\n", "", "lapses: must say one of days, working_days"),
        ("zone: Europe/Berlin", "zone: Europe/Berlln", "look-at-it.zone: no such time zone"),
        (
            "working_days: 2",
            "working_days: 2\n    holidays: XX",
            "look-at-it.holidays: no such list",
        ),
        ("escalate: team_lead", "escalate: boss", "look-at-it.then.escalate: no such role"),
        ("stage: expired", "stage: gone", "lapses.then.stage: no such stage"),
        ("breach: true", "breach: true, stage: expired", "answer-by.then: must be one of"),
        ("[sent, settled, pay-claim]", "[sent, paid]", "answer-by.stops[1]: no such stage, offer"),
        ("claim.grade == heavy", "claim.grade == huge", "look-at-it.when: claim.grade"),
    ],
)
def test_what_is_wrong_with_a_clock_is_said_where_it_stands(pack, old, new, message):
    """Catches a clock that never runs because of a slip of the pen."""
    problems = told(pack, old, new)

    assert any(message in each for each in problems), problems
