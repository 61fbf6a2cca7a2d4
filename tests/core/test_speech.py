"""What is said beside offers, and the way out that is open."""

import pytest
from keepsake.core.conditions import Truth
from keepsake.core.evaluate import run
from keepsake.core.pack import Law
from keepsake.core.reference import ReferenceEngine
from keepsake.core.rules import Advise, Notify, Play
from keepsake.core.speech import Speech

from tests.fakes.small_pack import rule, small_pack


def truths_of(pack, facts):
    """Return the truth of each rule."""
    return run(pack.rulebook, ReferenceEngine(pack.rulebook, pack.vocabulary), facts).truths


@pytest.mark.law(1)
@pytest.mark.parametrize(
    ("stage", "way_out", "better"),
    [("drawn", "free", []), ("cast", "fee", []), (None, "fee", ["way_out:free"])],
)
def test_the_first_open_way_out_counts_and_better_unknown_ones_are_told(stage, way_out, better):
    """Catches a customer who is told a fee although a free way out was open."""
    pack = small_pack()
    facts = {} if stage is None else {"order.stage": stage}

    _, found, unknown = Speech(pack).way_out(truths_of(pack, facts))

    assert (way_out, better) == (found.id, [each.id for each in unknown])


def test_advice_and_notices_speak_when_unknown_but_playbooks_do_not():
    """Catches a notice that a missing fact silences, and a playbook that it starts."""
    law = rule(
        "law:X", "customer.open_dispute == true", effects=[Notify("X"), Advise("human"), Play("p")]
    )
    pack = small_pack(law, laws={"X": Law("X", "The X Act", {"en": "."}, "", "S")})

    said = Speech(pack).said(truths_of(pack, {}))

    told = [[(each.name, each.assumed) for each in kind] for kind in said]
    assert [[("X", True)], [("human", True)], []] == told


def test_what_several_rules_say_is_said_once_and_in_the_order_of_the_files():
    """Catches advice that is repeated, or that changes its order with the order of evaluation."""
    rules = [
        rule("rule:first", effects=[Advise("human"), Advise("slowly")]),
        rule("rule:second", effects=[Advise("kindly"), Advise("human")]),
    ]
    pack = small_pack(*rules)
    truths = truths_of(pack, {})

    said = Speech(pack).said(dict(reversed([*truths.items()])))

    assert ["human", "slowly", "kindly"] == [each.name for each in said.advice]


def test_rules_that_are_false_say_nothing():
    """Catches advice of a rule that does not hold, or that was left out as it is false."""
    pack = small_pack(rule("rule:x", "reason == late", effects=[Advise("human"), Play("p")]))

    said = Speech(pack).said({"rule:x": Truth.FALSE})

    assert ((), (), ()) == said == Speech(pack).said({})
