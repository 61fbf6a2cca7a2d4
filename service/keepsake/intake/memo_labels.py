"""What stands before a value in a debit memo, in English and German, in the layouts of airlines.

Layouts differ and change, so no layout is declared: a label is known wherever it stands at the
beginning of a line or of a column. G: collected from samples, not
checked against any airline's own list.
"""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import NamedTuple

LABELS: dict[str, tuple[str, ...]] = {
    "memo.number": (
        *("adm number", "adm no", "adm nr", "adm-nummer", "adm", "memo number", "memo no"),
        *("debit memo number", "debit memo no", "debit memo", "belastungsnummer"),
    ),
    "memo.airline": (
        *("airline code", "airline", "issuing airline", "carrier", "carrier code"),
        *("fluggesellschaft",),
    ),
    "memo.agency": (
        *("agent code", "agent number", "agent no", "agency code", "agency", "agent"),
        *("iata number", "iata no", "iata code", "iata-nummer", "agentur", "agenturnummer"),
    ),
    "memo.transaction": ("transaction code", "transaction", "trnc", "document type"),
    "memo.concerns": ("concerns indicator", "concerns", "memo concerns", "betrifft"),
    "memo.issue_date": (
        *("date of issue", "issue date", "adm date", "adm issue date", "memo date", "dated"),
        *("ausstellungsdatum", "datum", "date"),
    ),
    "memo.document_issue_date": (
        *("ticket issue date", "related document issue date", "related doc issue date"),
        *("document issue date", "date of sale", "ticketing date", "ticket issued"),
        *("verkaufsdatum", "ticketdatum"),
    ),
    "memo.final_travel_date": (
        *("final travel date", "date of final travel", "last travel date", "last flight date"),
        *("travel completed", "letzter reisetag", "letzter flug"),
    ),
    "memo.refund_date": ("refund date", "date of refund", "erstattungsdatum", "refunded on"),
    "memo.amount": (
        *("total amount", "total due", "amount due", "adm amount", "memo amount", "grand total"),
        *("total", "amount", "net amount", "gesamtbetrag", "betrag", "summe"),
    ),
    "memo.admin_fee": (
        *("administration fee", "administrative fee", "admin fee", "adm fee", "handling fee"),
        *("processing fee", "service fee", "bearbeitungsgebühr", "verwaltungsgebühr"),
    ),
    "memo.airline_calculation": (
        *("airline calculation", "airline calc", "should be", "fare due", "correct fare"),
        *("berechnung der fluggesellschaft", "richtiger tarif"),
    ),
    "memo.agent_calculation": (
        *("agent calculation", "agent calc", "fare collected", "as reported", "reported"),
        *("berechnung des agenten", "berechneter tarif"),
    ),
    "memo.tax_difference": ("tax difference", "taxes", "tax", "steuern", "steuer"),
    "memo.fcmi": ("fcmi", "fare calculation mode indicator", "fare calc mode indicator"),
    "memo.reason_code": (
        *("reason code", "reason for memo issuance code", "issuance reason code", "grundcode"),
    ),
    "memo.reason_text": (
        *("reason for memo", "reason for issuance", "reason text", "reason", "remarks"),
        *("grund der belastung", "begründung", "grund"),
    ),
    "memo.country": ("iso country", "country", "country code", "bsp", "land"),
    "memo.currency": ("currency", "currency code", "währung"),
    "memo.billing_period": ("billing period", "remittance period", "abrechnungszeitraum"),
    "documents": (
        *("related document", "related documents", "related ticket", "ticket number", "ticket no"),
        *(
            "ticket numbers",
            "tickets",
            "ticket",
            "tkt",
            "tkt no",
            "document number",
            "ticketnummer",
        ),
    ),
    "passenger": (
        "passenger name",
        "passenger",
        "name of passenger",
        "pax name",
        "pax",
        "reisender",
    ),
}
_NAMES = {label: name for name, labels in LABELS.items() for label in labels}
_LABEL = "|".join(
    re.escape(label).replace(r"\ ", r"[ ]+") for label in sorted(_NAMES, key=len, reverse=True)
)
_START = r"(?:^|(?<=[|;\t])|(?<=[ ]{2}))[ ]*"
_END = r"[ ]?\.?[ ]*(?:[:=#]+|\t|[ ]{2,}|[ ]-[ ])|\.?[ ](?=\d)|[ ]*$"
_PLACE = re.compile(rf"{_START}(?P<label>{_LABEL})\b(?:{_END})", re.IGNORECASE)


class Labelled(NamedTuple):
    """One value with the name of what stands before it, on a line counted from 0."""

    name: str
    value: str
    line: int


def labelled(lines: list[str]) -> list[Labelled]:
    """Return what stands behind each label; behind one at the end of a line, the next line."""
    found = []
    for number, line in enumerate(lines):
        places = list(_PLACE.finditer(line))
        for place, follower in zip_longest(places, places[1:]):
            end = follower.start() if follower else len(line)
            value = line[place.end() : end].strip(" \t|;")
            if not value and follower is None:
                value = _next_line(lines, number)
            name = _NAMES[re.sub(r" +", " ", place["label"].casefold())]
            found.append(Labelled(name, value, number))
    return found


def is_labelled(line: str) -> bool:
    """Tell whether a line begins something new."""
    return _PLACE.search(line) is not None


def _next_line(lines: list[str], number: int) -> str:
    after = lines[number + 1].strip() if number + 1 < len(lines) else ""
    return "" if is_labelled(after) else after
