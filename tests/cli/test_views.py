import io
import re

import pytest
from keepsake.cli.decision_view import decision_view
from rich.console import Console

from tests.cli.a_decision import EXPEDITE, NOTHING, a_decision, trace


def shown(decision, width=100):
    """Return what a terminal of that width shows."""
    console = Console(file=io.StringIO(), width=width)
    console.print(decision_view(decision))
    return console.file.getvalue()


@pytest.mark.parametrize("width", [100, 140])
def test_no_line_is_wider_than_the_terminal(width):
    """A table that breaks at the edge cannot be read."""
    lines = shown(a_decision(), width).splitlines()

    assert [] == [line for line in lines if len(line.rstrip()) > width]


@pytest.mark.parametrize("width", [100, 140])
def test_no_figure_is_cut_off(width):
    """`USD 1…` could be a hundred or a hundred thousand."""
    text = shown(a_decision(), width)

    assert "…" not in text
    for figure in ("USD 160", "+USD 512.40", "-USD 12", "38 % → 78 %", "2026-12-03"):
        assert figure in text


def test_what_could_not_be_evaluated_never_reads_as_did_not_match():
    """The two ask for different things of an agent: find out, or let it be."""
    text = shown(a_decision())

    assert re.search(r"loaner-ring +could not be evaluated", text)
    assert "(missing)" in text


def test_offers_that_failed_alike_share_a_row():
    """Thirty rows of the same reason hide the one that matters."""
    text = shown(a_decision(), width=140)

    assert "free-resize, stone-swap" in text


def test_the_control_group_is_told():
    """An agent who does not know makes an offer, and the comparison is lost."""
    choice = {"probability": 0.05, "experiment": "holdout", "controlGroup": True}

    text = shown(a_decision(choice=choice, recommendations=[NOTHING | {"rank": 1}]))

    assert "control group: no incentive in this case" in text


def test_what_is_unknown_is_not_shown_as_zero():
    """A fee of 0 that nobody computed would be a promise."""
    let_go = {"wayOut": "by-hand", "text": "Ask the workshop."}
    offer = {key: EXPEDITE[key] for key in ("rank", "offerId", "offerClass", "title", "because")}

    text = shown(a_decision(letGo=let_go, recommendations=[offer], risk={}))

    assert "costs could not be computed, returns could not be computed" in text
    assert "unknown" in text
    assert "no model of this pack scores this kind" in text


def test_a_simulation_is_called_one():
    """A figure from a simulation must never pass for a measurement."""
    assert "learned from a simulation" in shown(a_decision())


WORDS = "[/bold] [link=https://a.example]x"


@pytest.mark.parametrize(
    "part",
    [
        {"risk": {"risk": 0.5, "band": "low", "drivers": [{"fact": "a.b", "value": WORDS}]}},
        {"reason": {"reason": "x", "decidingWords": [WORDS]}},
        {"recommendations": [EXPEDITE | {"title": WORDS}]},
        {"recommendations": [EXPEDITE | {"talkTrack": WORDS}]},
        {"recommendations": [EXPEDITE | {"because": trace("offer:expedite", (WORDS, WORDS))}]},
        {"withheld": [{"offerId": "a", "verdict": "VERDICT_BARRED", "why": WORDS}]},
        {"withheld": [{"offerId": "a", "verdict": "VERDICT_BARRED", "unlock": [{"text": WORDS}]}]},
        {"notices": [{"law": "US", "text": WORDS, "confidence": "S"}]},
        {"checklists": [{"title": WORDS, "items": [{"item": "a", "title": "b", "note": "c"}]}]},
        {"clocks": [{"clock": "a", "title": WORDS}]},
    ],
)
def test_words_in_brackets_are_shown_as_they_are(part):
    """Catches a decision that cannot be shown, or of which a word is swallowed."""
    assert WORDS in " ".join(shown(a_decision(**part), width=160).split())


def test_markup_in_a_customer_s_words_changes_nothing():
    """Words in brackets would otherwise vanish, or colour the screen."""
    let_go = {"wayOut": "free", "text": "You may [bold]cancel[/] today [/x]."}

    assert "You may [bold]cancel[/] today [/x]." in shown(a_decision(letGo=let_go))
