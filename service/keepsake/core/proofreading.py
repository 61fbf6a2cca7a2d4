"""Proofreading: what in a text keeps it from going out, each finding with its rule and place.

What a document must and must not hold is declared; beside it stands what no document may hold,
whoever wrote it: a gap, a card's number, and in public anything that says who somebody is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from keepsake.core.documents import FILL, Audience, Document, Phrases, Wording, gaps_in
from keepsake.core.facts import Facts
from keepsake.core.plain_text import Found, PlainText
from keepsake.core.restating import contradicts

_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_DIGITS = re.compile(r"(?<![\w])\+?\d(?:[ ./()\-]{0,2}\d){6,30}(?!\w)")
_DATE = re.compile(r"\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{4}-\d{2}-\d{2}|\d{4} ?- ?\d{4}")
_CARD = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")
_IBAN = re.compile(r"(?<!\w)[a-z]{2}\d{2}(?: ?[a-z0-9]{4}){3,7}(?: ?[a-z0-9]{1,3})?(?!\w)")
_BOOKING = re.compile(
    r"(?<!\w)(?:(?=[a-z]*\d)(?=\d*[a-z])[a-z0-9]{6}"
    r"|[a-z]{1,6}[-_/#.]?(?!(?:19\d|20[0-3])\d(?!\w))\d{4,12})(?!\w)"
)
_SALUTED = re.compile(
    r"(?<!\w)(?:dear|hello|hi|mr|mrs|ms|miss|dr|frau|herr|herrn|liebe|lieber|hallo|sehr geehrte"
    r"|sehr geehrter)\.? (?:(?:frau|herr|herrn|mr|mrs|ms|dr)\.? )?(?P<name>\w[\w'-]+)"
)
_NOBODY = frozenset(
    [
        "guest",
        "traveller",
        "traveler",
        "customer",
        "reviewer",
        "team",
        "all",
        "everyone",
        "sir",
        "madam",
        "there",
        "und",
        "and",
        "or",
        "gast",
        "gaste",
        "reisende",
        "reisender",
        "reisegaste",
        "kunde",
        "kundin",
        "kunden",
        "damen",
        "rezensent",
        "rezensentin",
        "zusammen",
        "you",
        "your",
        "für",
        "fur",
        "our",
        "the",
    ]
)
_JOINTS = frozenset({"or", "and", "oder", "und"})
_TELEPHONE = re.compile(r"\+\d{7,15}|0\d{6,11}")
_SHOWN = 60
_LEAST_NAME = 2


OF_PERSONS = frozenset({"e-mail", "number", "iban", "booking", "name"})
"""The rules about what may not stand in public: they look at what a person supplied, too."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a text: by which rule, in which line and column from 1, and what it is.

    `line` is 0 where it is about the text as a whole. `quoted` is what stands there, cut short;
    it is for whoever wrote it, and never for a journal.
    """

    rule: str
    message: str
    line: int = 0
    column: int = 0
    quoted: str = field(default="", repr=False)
    confidence: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """What a text is held to: its document, the wordings of the pack, in one language.

    `limit` is how many characters it may have, `fills` are what a person supplied. `own` is what
    the business itself says (the template), so that its own address in it gives nobody away; `ours`
    are those of the fills that are to be its own addresses and telephone numbers. `facts` are those
    of the case, amounts in `currency`.
    `facts` are those of the case, amounts in `currency`.
    """

    document: Document
    language: str
    limit: int
    wordings: tuple[Wording, ...] = ()
    fills: Mapping[str, str] = field(default_factory=dict)
    own: str = ""
    ours: tuple[str, ...] = ()
    facts: Facts = field(default_factory=dict)
    currency: str = ""


def findings(text: str, proof: Proof) -> tuple[Finding, ...]:
    """Return all that keeps a text from going out, in the order of its lines."""
    plain = PlainText(text)
    found = [*_whole(text, proof), *_gaps(text), *_declared(plain, proof), *_numbers(plain)]
    found += _restated(text, proof)
    if proof.document.audience is Audience.PUBLIC:
        found += _personal(plain, proof)
    return tuple(sorted(dict.fromkeys(found), key=lambda each: (each.line, each.column, each.rule)))


def _whole(text: str, proof: Proof) -> Iterator[Finding]:
    limit = proof.limit
    if not text.strip():
        yield Finding("empty", "the text is empty")
    if len(text) > limit:
        yield Finding("length", f"the text has {len(text)} characters, allowed {limit}")


def _gaps(text: str) -> Iterator[Finding]:
    for gap in gaps_in(text):
        found = Found(gap.start(), gap.end(), gap[0])
        yield _at(text, found, "gap", message="a gap is left to fill")


def _declared(plain: PlainText, proof: Proof) -> Iterator[Finding]:
    """Yield what the document and the wordings forbid, in any language, and what is required."""
    document, text = proof.document, plain.written
    for found in _all(plain, document.forbidden):
        yield _at(text, found, "forbidden", message="this document may not say that")
    for phrase in document.required.get(proof.language, ()):
        if next(plain.find(phrase), None) is None:
            yield Finding("required", f"must say {phrase!r}", confidence=document.confidence)
    for wording in proof.wordings:
        if document.audience not in wording.audience:
            continue
        why = wording.titles.get(proof.language) or next(iter(wording.titles.values()), "")
        for found in _all(plain, wording.forbidden):
            finding = _at(text, found, wording.id, message=why)
            yield Finding(
                *(finding.rule, finding.message, finding.line, finding.column, finding.quoted),
                confidence=wording.confidence,
            )


def _all(plain: PlainText, phrases: Phrases) -> Iterator[Found]:
    for each in phrases.values():
        for phrase in each:
            yield from plain.find(phrase)


def _numbers(plain: PlainText) -> Iterator[Finding]:
    """Yield what nobody may ever write down: the number of a card; and what no reader can see."""
    text = plain.written
    for found in plain.search(_CARD):
        if is_card(found.text):
            yield _at(
                text, found, "card-number", message="a card's number may stand in no document"
            )
    if plain.is_cut:
        yield Finding("unreadable", "its characters stand for many more letters than are written")
    for found in plain.unreadable():
        yield _at(text, found, "unreadable", message="a character that is no text")


def _restated(text: str, proof: Proof) -> Iterator[Finding]:
    """Yield what a person supplied that says another amount than the fact which it restates."""
    for fill in proof.document.fills.values():
        said, value = proof.fills.get(fill.name, ""), proof.facts.get(fill.restates)
        if isinstance(value, float) and contradicts(said, value, proof.currency):
            message = f"{FILL}.{fill.name} says another amount than the fact {fill.restates}"
            start = max(text.find(said), 0)
            yield _at(text, Found(start, start + len(said), said), "restated", message=message)


def _personal(plain: PlainText, proof: Proof) -> Iterator[Finding]:
    """Yield what would say in public who somebody is, or what they booked."""
    text = plain.written
    detectors = (
        ("e-mail", _EMAIL, "an e-mail address may not stand in public"),
        ("number", _DIGITS, "a number that may be a telephone's, a ticket's or an account's"),
        ("iban", _IBAN, "an account number may not stand in public"),
        ("booking", _BOOKING, "a code that may be a booking's"),
    )
    contacts = _contacts(proof)
    for rule, pattern, message in detectors:
        excused = _said(pattern, proof) | contacts.get(rule, frozenset())
        for found in plain.search(pattern):
            if not (_bare(found.text) in excused or _DATE.fullmatch(found.text)):
                yield _at(text, found, rule, message=message)
    yield from _names(plain, proof)


def _names(plain: PlainText, proof: Proof) -> Iterator[Finding]:
    text, message = plain.written, "a name may not stand in public"
    personal = [fill.name for fill in proof.document.fills.values() if fill.personal]
    for value in filter(None, (proof.fills.get(name, "") for name in personal)):
        for part in (value, *value.split()):
            if len(part) > _LEAST_NAME:
                for found in plain.find(part.strip("/")):
                    yield _at(text, found, "name", message=message)
    excused = _said(_SALUTED, proof)
    for found in plain.search(_SALUTED):
        name = found.text.split()[-1]
        plainly = next((part for part in _words(name)), "")
        if plainly not in _NOBODY and name[:1].isupper() and _bare(found.text) not in excused:
            yield _at(text, found, "name", message=message)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", "".join(text.casefold()))


def _said(pattern: re.Pattern[str], proof: Proof) -> frozenset[str]:
    """Return what a pattern finds in the template: the business itself says that."""
    return frozenset(_bare(found.text) for found in PlainText(proof.own).search(pattern))


def _contacts(proof: Proof) -> Mapping[str, frozenset[str]]:
    """Return the addresses and telephone numbers that are `ours`, by the rule they are excused of.

    One that stands there with other words is none: they may say whose it is.
    """
    mails, numbers = set[str](), set[str]()
    for told in proof.ours:
        here = {_bare(each.text) for each in PlainText(told).search(_EMAIL)}
        calls = {_bare(each.text) for each in PlainText(_EMAIL.sub(" ", told)).search(_DIGITS)}
        rest = _DIGITS.sub(" ", _EMAIL.sub(" ", told))
        if _JOINTS.issuperset(_words(rest)) and all(map(_TELEPHONE.fullmatch, calls)):
            mails |= here
            numbers |= calls
    return {"e-mail": frozenset(mails), "number": frozenset(numbers)}


def _bare(found: str) -> str:
    """Return what was found without what a number is parted by, to compare it."""
    plain = found.casefold()
    return plain if any(map(str.isalpha, plain)) else re.sub(r"[^\d+]", "", plain)


def is_card(text: str) -> bool:
    """Tell whether digits add up as those of a payment card do (Luhn)."""
    digits = [int(each) for each in text if each.isdigit()]
    doubled = [each * 2 - 9 * (each > 4) for each in digits[-2::-2]]  # noqa: PLR2004 - two digits
    return len(set(digits)) > 1 and (sum(doubled) + sum(digits[-1::-2])) % 10 == 0


def _at(text: str, found: Found, rule: str, *, message: str) -> Finding:
    before = text[: found.start]
    line, column = before.count("\n") + 1, found.start - (before.rfind("\n") + 1) + 1
    return Finding(rule, message, line, column, " ".join(found.text.split())[:_SHOWN])
