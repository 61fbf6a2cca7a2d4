"""Facts that no decision may know: protected traits, and what names a person."""

from __future__ import annotations

import itertools
import re

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
_LEAST_LETTERS = 6
"""A shorter part is held against the list letter by letter: `stage` is not `age`."""


def protected_part(name: str) -> str | None:
    """Return the protected trait or personal datum that a fact's name speaks of, if it does."""
    parts = re.split(r"[._]", name.lower())
    pairs = [one + other for one, other in itertools.pairwise(parts)]
    for part in (*parts, *pairs):
        if part in TRAITS or part in PERSONAL:
            return part
        if len(part) >= _LEAST_LETTERS:
            near = nearest(part, [word for word in TRAITS if len(word) >= _LEAST_LETTERS])
            if near and _is_near(part, near):
                return near
    return None


def _is_near(part: str, word: str) -> bool:
    """Tell whether a part is a word with another ending, or with at most two letters changed."""
    if part.startswith(word[:-1]):
        return True
    return part[:3] == word[:3] and abs(len(part) - len(word)) <= 1 and _edits(part, word) <= 2  # noqa: PLR2004 - letters


def _edits(one: str, other: str) -> int:
    """Return how many letters must be added, dropped or changed between two words."""
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, wanted in enumerate(other, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (letter != wanted))
    return row[-1]
