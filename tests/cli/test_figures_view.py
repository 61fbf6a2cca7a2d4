"""Figures of a model as a person reads them."""

from keepsake.cli.figures_view import figures_view
from rich.console import Console


def test_a_confusion_is_told_by_its_most_confused_pairs(capsys):
    """Would catch a list of reasons written as if it were an interval: "a to b to c"."""
    figures = {
        "accuracy": 0.5,
        "reasons": ["budget", "late", "doubt"],
        "confusion": [[9, 2, 0], [0, 8, 1], [7, 0, 3]],
    }

    Console(width=80).print(figures_view(figures))

    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    expected = [
        "accuracy 0.5000",
        "confusion, most often cases",
        "doubt taken for budget 7",
        "budget taken for late 2",
        "late taken for doubt 1",
    ]
    assert expected == lines
