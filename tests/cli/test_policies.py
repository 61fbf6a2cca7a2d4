import json


def test_a_refused_edit_is_told_with_its_line(keepsake):
    """An operator who sees only 'serving' believes that the edit is in force."""
    ended = keepsake("packs")

    assert "offers.yaml:12" in ended.out
    assert "refused" in ended.out


def test_the_packs_are_listed_as_json(keepsake):
    """A script watches for refused edits."""
    ended = keepsake("packs", "--json")

    assert json.loads(ended.out)["packs"][0]["refusedCount"] == "2"


def test_a_kill_switch_carries_who_and_why(keepsake, advisor):
    """A switch that nobody can explain is a switch that nobody dares to take back."""
    ended = keepsake("kill", "jeweller", "offer:expedite", "--why", "the workshop is closed")

    thrown = advisor.switches[-1]
    assert (thrown.target, thrown.killed) == ("offer:expedite", True)
    assert thrown.why == "the workshop is closed"
    assert ["development"] == advisor.actors
    assert "Stopped in jeweller: offer:expedite" in ended.out


def test_a_switch_needs_a_reason(keepsake):
    """Without --why the journal would hold a change that nobody can judge."""
    ended = keepsake("kill", "jeweller", "offer:expedite")

    assert ended.code == 2
    assert "--why" in ended.err


def test_a_switch_is_taken_back(keepsake, advisor):
    """A restore that killed again would keep the offer away for good."""
    ended = keepsake("restore", "jeweller", "offer:expedite", "--why", "it is open again")

    assert not advisor.switches[-1].killed
    assert "Nothing of jeweller is stopped." in ended.out


def test_a_target_that_no_pack_can_have_is_refused(keepsake):
    """The pattern of the API is the only judge of targets."""
    ended = keepsake("kill", "jeweller", "law:US-MN-ARL", "--why", "it is in the way")

    assert ended.code == 3
    assert "target" in ended.err


def test_what_is_left_of_a_budget_is_shown_with_what_moved(keepsake):
    """A manager who sees only the limit learns too late that the month is over."""
    ended = keepsake("budgets", "jeweller", "--on", "2026-07-14")

    assert "goodwill, July (2026-07-01 to 2026-07-31)" in ended.out
    assert "USD 120 of USD 5,000 left" in ended.out
    assert "held USD 880" in ended.out
    assert "2026-07-03" in ended.out


def test_a_day_that_is_none_is_refused(keepsake):
    """A period nobody asked for would be taken for the one that was meant."""
    ended = keepsake("budgets", "jeweller", "--on", "July")

    assert 2 == ended.code
    assert "2026-07-14" in ended.err
