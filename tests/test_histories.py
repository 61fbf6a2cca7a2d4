"""What a step adds to the history of a customer."""

from keepsake.core.case import Case
from keepsake.core.outcome_events import OutcomeRecorded
from keepsake.core.principal import DEVELOPMENT
from keepsake.histories import history_of
from keepsake.steps.step import Plan, Scene


def test_a_case_that_outlived_its_decisions_can_still_be_closed():
    """Catches an outcome that fails inside because what the case follows has expired."""
    scene = Scene("jeweller.07.a", Case(version=3), (), {}, None, DEVELOPMENT, 1, frozenset())

    assert {} == history_of(Plan((OutcomeRecorded("lost"),)), scene)
