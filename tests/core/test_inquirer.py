"""The inquirer: only what an offer that could still be made needs is asked."""

import pytest
from keepsake.core.inquirer import Inquirer
from keepsake.packs.load import load_pack

from tests.packs.folders import RULES

LATE = {"reason": "delivery_too_late", "order.stage": "cad_design"}


@pytest.fixture(scope="module")
def inquirer():
    """Return the inquirer of the jeweller."""
    return Inquirer(load_pack(RULES / "jeweller"))


@pytest.mark.parametrize(
    ("facts", "asked"),
    [
        (LATE, {"expedite", "loaner"}),
        ({**LATE, "order.stage": "casting"}, {"loaner"}),
        ({**LATE, "order.stage": "delivered"}, set()),
        ({"reason": "size_uncertainty"}, {"resize"}),
        ({"reason": "size_uncertainty", "setting.style": "tension"}, set()),
    ],
    ids=["late", "cast already", "there already", "size", "a ring that cannot be resized"],
)
def test_what_no_offer_of_the_case_could_need_is_not_asked(inquirer, facts, asked):
    """Catches a workshop that is asked about stones because a ring is late."""
    assert asked == set(inquirer.questions(facts))


def test_where_the_reason_is_not_known_all_is_asked_that_could_matter(inquirer):
    """Catches an unknown that counts as a no."""
    found = set(inquirer.questions({"order.stage": "cad_design"}))

    assert {"expedite", "loaner", "stone_swap", "setting_swap", "resize"} <= found


def test_what_the_caller_answered_is_not_asked_again(inquirer):
    """Catches an answer of the caller that is overruled."""
    told = {**LATE, "feasibility.expedite": False}

    assert ("loaner",) == inquirer.questions(told)
    assert ("expedite", "loaner") == inquirer.questions(LATE)
