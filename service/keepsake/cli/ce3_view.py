"""What came of Compelling Evidence 3.0, as a person at a desk reads it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from keepsake.core.ce3 import Element, Pair, Prior, Qualification
from keepsake.intake.purchases import Ce3

_SHOWN = 5
_WORDS = {
    "qualified": "[green]qualifies by every reading of the rule[/]",
    "by_one_reading": "[yellow]qualifies by some readings of the rule only[/]",
    "not_qualified": "[red]does not qualify[/]",
}


def ce3_view(come: Ce3) -> RenderableType:
    """Return the readings with their best pair or what they fail by, and each earlier purchase."""
    readings = Table(
        "reading (sources differ, F)", "pairs", "best pair", "all three share", box=SIMPLE_HEAD
    )
    for each in come.readings:
        readings.add_row(each.reading.name, str(len(each.pairs)), *map(escape, _best(each)))
    heading = Text.from_markup(f"Compelling Evidence 3.0: {_WORDS[come.word]}")
    return Group(heading, readings, _priors(come.readings[0].priors))


def ce3_data(come: Ce3) -> dict[str, Any]:
    """Return the same for a program."""
    return {
        "ce3_history": come.word,
        "readings": [
            {"reading": each.reading.name, "pairs": list(_pairs(each)), "why_not": each.why_not}
            for each in come.readings
        ],
        "purchases": [
            {
                "id": prior.purchase.id,
                "days": prior.days,
                "shares": sorted(prior.shared),
                "fails": list(prior.fails),
            }
            for prior in come.readings[0].priors
        ],
    }


def _best(each: Qualification) -> tuple[str, str]:
    if not each.pairs:
        return each.why_not, ""
    best = each.pairs[0]
    return f"{best.first.id} and {best.second.id}", _named(best.shared)


def _pairs(each: Qualification) -> Iterator[dict[str, Any]]:
    for pair in each.pairs[:_SHOWN]:
        yield {"purchases": _ids(pair), "shared": sorted(pair.shared)}


def _ids(pair: Pair) -> list[str]:
    return [pair.first.id, pair.second.id]


def _named(shared: Iterable[Element]) -> str:
    return ", ".join(sorted(shared)) or "nothing"


def _priors(priors: Iterable[Prior]) -> RenderableType:
    table = Table(
        "purchase",
        "days before",
        "shares with the disputed one",
        "by the first reading",
        box=SIMPLE_HEAD,
    )
    for prior in priors:
        told = "; ".join(prior.fails) or "can be used"
        table.add_row(escape(prior.purchase.id), str(prior.days), _named(prior.shared), told)
    return table
