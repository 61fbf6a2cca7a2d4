"""Lint for the sake of law: places that exist, and nothing that is given with a string attached."""

from __future__ import annotations

import re
from collections.abc import Iterator

from keepsake.core.conditions import Comparison
from keepsake.core.errors import Problem
from keepsake.core.pack import OfferClass, Texts
from keepsake.core.protected import PROTECTIVE
from keepsake.core.strata import comparisons
from keepsake.packs.converters import Refused
from keepsake.packs.jurisdictions import COUNTRY, JURISDICTION, check_code
from keepsake.packs.load import OpenedPack
from keepsake.packs.reachable import all_rules
from keepsake.packs.rulebook import path_of
from keepsake.packs.tree import Path, key_of

_GIVEN = (OfferClass.INCENTIVE, OfferClass.ALTERNATIVE, OfferClass.RESOLUTION)
_OPINIONS = frozenset({"review", "reviews", "rating", "ratings", "stars", "sentiment"})
_LET_GO_OF = (
    r"(remov|delet|tak(e|ing) down|chang|updat|withdraw|drop|waiv|clos|cancel)\w*\W+(?:\w+\W+){0,3}"
)
_OPINION = r"\b(Bewertung|Rezension|Sterne)\w*\W+(?:\w+\W+){0,3}"
_CLAIM = r"\b(Reklamation|Rückbuchung|Beschwerde|Anzeige|Klage)\w*\W+(?:\w+\W+){0,3}"
_STRINGS = {
    "hangs on a review": (
        _LET_GO_OF + r"(reviews?|ratings?)\b",
        r"\b(leave|write|post|give)\b\W+(?:\w+\W+){0,4}(reviews?|ratings?|stars)\b",
        _OPINION + r"(lösch|entfern|änder|zurück|schreib|abgeb|geben)",
    ),
    "hangs on dropping a dispute or a complaint": (
        _LET_GO_OF + r"(dispute|chargeback|complaint|claim|lawsuit)s?\b",
        _CLAIM + r"(zurück|verzicht|fallen)",
    ),
    "hangs on silence": (
        r"\b(keep|stay|remain)\w*\W+(?:\w+\W+){0,2}(quiet|silent|confidential|between us)\b",
        r"\b(Stillschweigen|vertraulich behandeln|für sich behalten)\b",
    ),
    "presses with a scarcity or a day that is not so": (
        r"\b(only today|today only|last chance|only \d+ left|before it is too late)\b",
        r"\b(nur heute|letzte Chance|nur noch \d+)\b",
    ),
}


def lint_jurisdictions(opened: OpenedPack) -> None:
    """Refuse a law or a rule for a place that does not exist: it would never speak."""
    for rule in all_rules(opened):
        for part in comparisons(rule.when):
            if part.fact not in (JURISDICTION, COUNTRY):
                continue
            words = part.operand if isinstance(part.operand, tuple) else (part.operand,)
            for word in words:
                wrong = _wrong_place(str(word), part.fact)
                if wrong is not None:
                    key = key_of((*path_of(rule.id), "when"))
                    problem = Problem(part.source, key, str(word), "is no jurisdiction", wrong)
                    opened.document.problems.append(problem)


def _wrong_place(word: str, fact: str) -> str | None:
    if fact == COUNTRY and "-" in word:
        return f"compare `{JURISDICTION}` with a part of a country"
    try:
        check_code(word)
    except Refused as refused:
        return refused.allowed
    return None


def lint_strings(opened: OpenedPack) -> None:
    """Refuse what is given on a condition that the law forbids, in its words or in its rules."""
    for offer in opened.pack.offers.values():
        if offer.offer_class not in _GIVEN:
            continue
        for key, texts in (("title", offer.titles), ("talk_track", offer.talk_track)):
            _refuse_words(opened, texts, ("offers", offer.id, key))
        for fact in sorted({part.fact for part in _asked(opened, offer.id)}):
            if fact in PROTECTIVE:
                message = f"is given for {fact}, which is there to protect"
                opened.document.refuse(("offers", offer.id, "when"), message, "hold it back by it")
            elif _OPINIONS & set(re.split(r"[._]", fact)):
                message = f"is given for {fact}: nothing may hang on a review"
                opened.document.refuse(("offers", offer.id, "when"), message, "drop the condition")


def _asked(opened: OpenedPack, offer_id: str) -> Iterator[Comparison]:
    yield from comparisons(opened.pack.rulebook.rule(f"offer:{offer_id}").when)


def _refuse_words(opened: OpenedPack, texts: Texts, path: Path) -> None:
    for language, text in texts.items():
        for what, patterns in _STRINGS.items():
            found = next(filter(None, (re.search(p, text, re.IGNORECASE) for p in patterns)), None)
            if found is not None:
                hint = "say what is given, and nothing that is asked for it"
                opened.document.refuse((*path, language), what, hint, value=found[0])
