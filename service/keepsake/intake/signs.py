"""Signs in what customers write: danger, and what a complaint is about. Lists of words, no model.

They are there so that nothing grave waits in a queue: a sign that is found sends a person to look,
and one that is overlooked is found by whoever reads the text. So a denial counts only right before
a danger ("nobody was hurt"); irony and misspelling are not understood. English and German. A star
stands for any ending; ä, ö and ü may be written ae, oe and ue.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from keepsake.core.phrase_index import PhraseIndex, Tokens

_TOKEN = re.compile(r"[a-z0-9']+|[.;:!?]")
_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "\u2019": "'"})
_DENIALS = frozenset(
    {
        *("no", "nobody", "not", "never", "without", "none", "wasn't", "weren't", "isn't"),
        *("kein", "keine", "keiner", "nicht", "niemand", "ohne"),
    }
)
_DENIED_WITHIN = 2
_DENIABLE = frozenset({"alarm.danger"})
"""Of what a denial tells something: `no wheelchair ramp` denies no barrier."""
_ENDS = frozenset(".;:!?")

ALARMS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "alarm.danger": (
            *("injur*", "ambulance", "was hurt", "got hurt", "been hurt", "bleeding", "hospital"),
            *("unsafe", "carbon monoxide", "gas leak", "fire alarm", "food poisoning", "assault*"),
            *("kill myself", "end my life", "suicid*", "don't want to live", "harm myself"),
            *("verletz*", "krankenhaus", "notarzt", "krankenwagen", "lebensgefahr", "gasaustritt"),
            *("lebensmittelvergiftung", "selbstmord", "umbringen", "nicht mehr leben"),
        ),
        "alarm.unequal_treatment": (
            *("discriminat*", "racis*", "because i am black", "because of my skin", "homophob*"),
            *("wheelchair", "disabled guest*", "guide dog", "diskrimin*", "rassis*", "rollstuhl"),
            *("barrierefrei*", "blindenhund"),
        ),
        "alarm.child_alone": (
            *("child alone", "daughter alone", "son alone", "unaccompanied minor"),
            *("kind allein", "tochter allein", "sohn allein"),
        ),
        "alarm.data_breach": (
            *("data breach", "leaked my", "somebody else's booking", "someone else's booking"),
            *("sent my passport", "gdpr", "datenschutz*", "datenleck", "fremde buchung"),
        ),
        "alarm.authority": (
            *("my lawyer", "my solicitor", "my attorney", "legal action", "see you in court"),
            *(
                "small claims",
                "ombudsman",
                "consumer protection",
                "the regulator",
                "trading standards",
            ),
            *("mein anwalt", "meine anwaeltin", "meinem anwalt", "rechtsanw*", "klage einreich*"),
            *("verbraucherzentrale", "schlichtungsstelle", "vor gericht"),
        ),
        "alarm.press": (
            *("journalist", "local newspaper", "the newspapers", "to the press", "a reporter"),
            *("journalistin", "an die presse", "an die zeitung", "das fernsehen"),
        ),
        "trip.stranded": (
            *("stranded", "stuck at the airport", "sleeping at the airport", "no way home"),
            *(
                "nowhere to sleep",
                "gestrandet",
                "sitzen am flughafen fest",
                "kein zimmer fuer heute",
            ),
        ),
        "complaint.chargeback_threatened": (
            *("chargeback", "charge it back", "dispute the charge", "dispute it with my bank"),
            *("call my bank", "rueckbuch*", "bei meiner bank", "kreditkarte zurueck*"),
        ),
    }
)
"""The facts that signs set, by the phrases that set them."""

TOPICS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "stranded_in_travel": ALARMS["trip.stranded"],
        "accessibility": (
            *("wheelchair", "step-free", "step free", "accessible room", "rollstuhl"),
            *("barrierefrei*", "guide dog", "blindenhund"),
        ),
        "denied_boarding_or_downgrade": (
            *("denied boarding", "not let us board", "bumped from", "overbooked flight"),
            *("downgraded", "downgrade", "nicht mitgenommen", "befoerderung verweigert"),
            *("herabgestuft",),
        ),
        "refund_not_received": (
            *("refund has not", "refund hasn't", "no refund yet", "waiting for my refund"),
            *("waiting for a refund", "still no refund", "where is my refund", "not been refunded"),
            *("never got my money back", "still not been refunded", "erstattung ist nicht"),
            *("auf die erstattung", "auf meine erstattung", "noch keine erstattung"),
            *("geld nicht zurueck", "wo bleibt die erstattung"),
        ),
        "agency_fee": (
            *("service fee", "booking fee", "handling fee", "your fee", "hidden fee*"),
            *("servicegebuehr", "buchungsgebuehr", "bearbeitungsgebuehr", "versteckte gebuehr*"),
        ),
        "ticketing_error": (
            *("wrong name on", "misspelled my name", "wrong date on", "wrong ticket"),
            *("booked the wrong", "falscher name", "falsches datum", "falsch gebucht"),
            *("falsches ticket", "name falsch"),
        ),
    }
)
"""Reasons of complaints that the model of reasons does not know, the gravest first."""


def alarms(text: str) -> frozenset[str]:
    """Return the facts that a text sets: a person looks at each."""
    return frozenset(_ALARMS.found(text))


def topic(text: str) -> str:
    """Return the first reason of a complaint that a text names; empty where it names none."""
    found = _TOPICS.found(text)
    return next((name for name in TOPICS if name in found), "")


class _Lists:
    """Lists of phrases by what they say, searched all at once."""

    def __init__(self, lists: Mapping[str, Iterable[str]]) -> None:
        both = [(name, _phrase(phrase)) for name, phrases in lists.items() for phrase in phrases]
        self._names = [name for name, _ in both]
        self._index = PhraseIndex(phrase for _, phrase in both)

    def found(self, text: str) -> set[str]:
        """Return what a text says and does not deny."""
        tokens = tuple(_tokens(text))
        standing = self._index.standing(tokens)
        said = [(self._names[number], at) for number, at in standing]
        return {name for name, at in said if name not in _DENIABLE or not _is_denied(tokens, at)}


def _phrase(text: str) -> Tokens:
    parts = text.split()
    return tuple(
        token for part in parts for token in (_tokens(part) if "*" not in part else [part])
    )


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text.casefold().translate(_LETTERS))


def _is_denied(tokens: Tokens, at: int) -> bool:
    """Tell whether a denial stands right before, within the sentence."""
    for token in reversed(tokens[max(0, at - _DENIED_WITHIN) : at]):
        if token in _ENDS:
            return False
        if token in _DENIALS:
            return True
    return False


_ALARMS, _TOPICS = _Lists(ALARMS), _Lists(TOPICS)
