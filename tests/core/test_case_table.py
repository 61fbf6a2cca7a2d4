"""The table of states and steps, and its drawing."""

from keepsake.core.case_table import (
    CASE_STEPS,
    OFFER_STEPS,
    PROMISE_STEPS,
    CaseStatus,
    OfferStatus,
    lapses,
)
from keepsake.steps import STEPS
from keepsake.v1 import case_pb2 as pb

from tests.states import PAGE, drawn


def test_the_page_draws_the_table():
    """Catches a drawing that integrators read and the service does not keep (`make states`)."""
    page = PAGE.read_text("utf-8")

    assert drawn(page) == page
    assert "OPEN --> PRESENTED: PresentOffer" in page


def test_the_states_are_those_of_the_api():
    """Catches a state that callers see under another's name."""
    told = {name: number for name, number in pb.OfferStatus.items() if number}
    of_cases = {name: number for name, number in pb.CaseStatus.items() if number}

    assert {f"OFFER_STATUS_{each.name}": each.value for each in OfferStatus} == told
    assert {f"CASE_STATUS_{each.name}": each.value for each in CaseStatus} == of_cases


def test_every_step_has_a_row():
    """Catches a step that is served and never allowed."""
    tables = (OFFER_STEPS, CASE_STEPS, PROMISE_STEPS)
    rows = {step.split()[0] for table in tables for steps in table.values() for step in steps}

    assert set(STEPS) <= rows


def test_what_the_customer_has_taken_or_declined_never_lapses():
    """Catches an accepted offer that time takes back."""
    ended = [each for each in OfferStatus if not lapses(each)]

    assert {OfferStatus.ACCEPTED, OfferStatus.DECLINED} <= set(ended)
    assert OfferStatus.ACCEPTED not in OFFER_STEPS
    assert OfferStatus.DECLINED not in OFFER_STEPS
