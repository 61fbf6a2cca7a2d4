"""Facts that no decision may know: protected traits, and what names a person."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable

from keepsake.core.facts import nearest

TRAITS = (
    "age", "ageband", "birthdate", "birthday", "caste", "citizenship",
    "complexion", "disability", "disabled", "ethnic", "ethnicity", "faith", "gender", "genetic",
    "genetics", "health", "illness", "maritalstatus", "medical", "nationality",
    "pregnancy", "pregnant", "race", "racial", "religion", "religious", "sex", "sexual",
    "sexuality", "skin", "transgender", "veteran",
)  # fmt: skip
PERSONAL = (
    "address", "birth", "email", "firstname", "fullname", "iban", "lastname", "name", "passport",
    "phone", "postcode", "surname", "zip", "zipcode",
)  # fmt: skip
VALUES = frozenset(
    {"asian", "atheist", "bisexual", "buddhist", "catholic", "christian", "disabled", "divorced",
     "ethnic", "evangelical", "female", "gay", "hindu", "hispanic", "immigrant", "jew", "jewish",
     "latina", "latino", "lesbian", "male", "married", "migrant", "muslim", "pregnant",
     "protestant", "queer", "roma", "sikh", "transgender", "unmarried", "veteran", "widowed",
     "woman", "women"}
)  # fmt: skip
"""Words of a list that only a protected trait has."""
PROXIES = (
    "accent", "ancestry", "birthplace", "district", "mothertongue", "nativelanguage",
    "neighborhood", "neighbourhood",
)  # fmt: skip
"""What stands for a trait or an origin without naming it."""
PROTECTIVE = frozenset({"customer.vulnerable", "customer.legal_threat"})
"""Facts that are there to protect: they hold offers back, and nothing is learned from them."""
_LEAST_LETTERS = 6
"""A shorter part is held against the list letter by letter: `stage` is not `age`."""
_SAME_LETTERS = 3
"""With which a part begins as the word does that it is near to."""
_LONG_TRAITS = sorted(word for word in TRAITS if len(word) >= _LEAST_LETTERS)
_BY_BEGINNING = {
    letters: tuple(words)
    for letters, words in itertools.groupby(_LONG_TRAITS, lambda word: word[:_SAME_LETTERS])
}


def protected_part(name: str) -> str | None:
    """Return the protected trait or personal datum that a fact's name speaks of, if it does."""
    parts = re.split(r"[._]", name.lower())
    pairs = [one + other for one, other in itertools.pairwise(parts)]
    for part in (*parts, *pairs):
        if part in TRAITS or part in PERSONAL or part in PROXIES:
            return part
        alike = _BY_BEGINNING.get(part[:_SAME_LETTERS], ()) if len(part) >= _LEAST_LETTERS else ()
        if any(_is_near(part, word) for word in alike):
            near = nearest(part, _LONG_TRAITS)
            if near and _is_near(part, near):
                return near
    return None


def protected_word(words: Iterable[str]) -> str | None:
    """Return the first word of a list that says a protected trait, if one does."""
    return next((word for word in words if VALUES & set(word.lower().split("_"))), None)


def _is_near(part: str, word: str) -> bool:
    """Tell whether a part is a word with another ending, or with at most two letters changed."""
    if part.startswith(word[:-1]):
        return True
    begins = part[:_SAME_LETTERS] == word[:_SAME_LETTERS]
    return begins and abs(len(part) - len(word)) <= 1 and _edits(part, word) <= 2  # noqa: PLR2004 - letters


def _edits(one: str, other: str) -> int:
    """Return how many letters must be added, dropped or changed between two words."""
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, wanted in enumerate(other, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (letter != wanted))
    return row[-1]
