"""What the command line says in somebody else's words."""

from __future__ import annotations

import pytest
from keepsake.cli.console import Refusal, out, say, told_plainly

WORDS = r"[/foo] [bold red]x[/] [link=https://a.example] :warning: a\[b] \\"


@pytest.fixture(autouse=True)
def _wide(monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")


def test_words_in_brackets_are_said_as_they_are(capsys):
    """Catches a customer's words that end the command, colour the screen or vanish."""
    say(WORDS, lead="[row] 3:", style="red")
    say(WORDS)

    assert [f"[row] 3: {WORDS}", WORDS] == capsys.readouterr().err.splitlines()


def test_a_refusal_says_words_in_brackets_as_they_are(capsys):
    """Catches a refusal that hides what was wrong, or is one itself."""
    with pytest.raises(SystemExit), told_plainly():
        raise Refusal(WORDS, WORDS)

    assert [f"error: {WORDS}", f" hint: {WORDS}"] == capsys.readouterr().err.splitlines()


def test_colons_in_a_view_stay_colons(capsys):
    """Catches words of a customer that become a picture."""
    out().print("[bold]:warning:[/]")

    assert capsys.readouterr().out == ":warning:\n"
