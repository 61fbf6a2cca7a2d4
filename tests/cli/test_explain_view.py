"""What an explanation shows first, and what it leaves out until it is asked for."""

import io

import pytest
from google.protobuf.json_format import ParseDict
from keepsake.cli.explain_view import explain_view
from keepsake.v1.intercept_pb2 import ExplainResponse
from rich.console import Console


def rule(name, outcome, *conditions):
    """Return the trace of a rule."""
    return {
        "rule": name,
        "location": "rules.yaml:1",
        "outcome": f"OUTCOME_{outcome}",
        "conditions": [
            {"condition": text, "actual": "x", "outcome": f"OUTCOME_{outcome}"}
            for text in conditions
        ],
    }


ANSWER = {
    "decision": {"decisionId": "jeweller.07.abc"},
    "rules": [
        rule("law:refund-first", "FALSE", "order.country == US"),
        *(rule(f"rule:other-{number}", "FALSE", "order.lines > 9") for number in range(30)),
        rule("rule:not-in-grief", "TRUE", "reason in [grief]"),
        rule("rule:unclear", "UNKNOWN", "customer.age > 18"),
        rule("offer:expedite", "FALSE", "order.stage before cast", "risk >= 0.35"),
    ],
    "facts": [{"name": "reason", "word": "grief"}, {"name": "order.lines", "number": 1}],
    "explanations": [
        {
            "offerId": "expedite",
            "verdict": "VERDICT_NOT_MATCHED",
            "failed": "offer:expedite",
            "available": {"ways": [{"text": "if the order were still at the bench"}]},
        }
    ],
}


def shown(offer="", answer=ANSWER, **more):
    """Return what a terminal shows of the explanation."""
    console = Console(file=io.StringIO(), width=160)
    console.print(explain_view(ParseDict(answer, ExplainResponse()), offer, **more))
    return console.file.getvalue()


def test_of_one_offer_the_answer_comes_before_the_rules():
    """Catches an answer that stands below dozens of rules."""
    text = shown("expedite")

    assert text.index("did not match by offer:expedite") < text.index("rule:not-in-grief")
    assert text.index("if the order were still at the bench") < text.index("rule:not-in-grief")


def test_of_one_offer_only_the_rules_that_bear_on_it_are_shown():
    """Catches rules that do not apply and hide those that do, and a count that says nothing."""
    text = shown("expedite")

    for told in ("rule:not-in-grief", "rule:unclear", "order.stage before cast", "risk >= 0.35"):
        assert told in text
    assert "rule:other-7" not in text
    assert "law:refund-first" not in text
    assert "31 more rules could hold it back, and do not apply" in text
    assert "order.lines" not in text


@pytest.mark.parametrize("more", [{"offer": "expedite", "is_full": True}, {}])
def test_all_rules_and_facts_are_shown_where_that_is_asked_for(more):
    """Catches a rule that nobody can look at any more."""
    text = shown(**more)

    for told in ("rule:other-7", "law:refund-first", "order.lines", "rule:unclear"):
        assert told in text


@pytest.mark.parametrize("offer", ["expedite", ""])
def test_words_in_brackets_are_shown_as_they_are(offer):
    """Catches an explanation that cannot be shown, or of which a word is swallowed."""
    words = "[/bold] [link=https://a.example]x"
    condition = {"condition": f"is {words}", "actual": f"was {words}", "outcome": "OUTCOME_TRUE"}
    answer = ANSWER | {
        "rules": [rule("rule:a", "TRUE") | {"conditions": [condition]}],
        "facts": [{"name": "reason", "word": f"fact {words}"}],
        "explanations": [
            ANSWER["explanations"][0] | {"available": {"ways": [{"text": f"if {words}"}]}},
        ],
    }

    text = shown(offer, answer, is_full=True)

    for told in ("is", "was", "fact", "if"):
        assert f"{told} {words}" in text
