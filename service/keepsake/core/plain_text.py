"""Texts as they are searched: letters alike however they were typed, each with its place.

Who wants to hide a word writes it with other spaces, full-width letters or marks that nobody sees;
so a text is searched in the form in which a reader would say it, and found where it stands.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

_UNSEEN = frozenset({"Cf", "Mn"})
_QUOTES = str.maketrans("\u2019\u2018\u201c\u201d\u201e\u2013\u2014", '\'\'"""--')
_ALLOWED = "\n\t"
_MOST_FOR_EACH, _SLACK = 2, 64


@dataclass(frozen=True, slots=True)
class Found:
    """A stretch of a text: where it begins and ends, and how it stands there."""

    start: int
    end: int
    text: str


class PlainText:
    """A text to be searched; what is found is told by its place in the text as it was written.

    One letter may stand for eighteen. So no more than twice as many as were written are searched
    (a short text has more); `is_cut` says that there were more, and nobody knows what they say.
    """

    def __init__(self, text: str) -> None:
        self.written = text
        told = _letters(text)
        letters = list(islice(told, _MOST_FOR_EACH * len(text) + _SLACK))
        self.is_cut = next(told, None) is not None
        self.plain = "".join(letter for letter, _ in letters)
        self._places = [place for _, place in letters]

    def find(self, phrase: str) -> Iterator[Found]:
        """Yield where a phrase stands: words in any case and spacing, or an expression."""
        return self.search(pattern_of(phrase))

    def search(self, pattern: re.Pattern[str]) -> Iterator[Found]:
        """Yield where a pattern matches the plain form."""
        for match in pattern.finditer(self.plain):
            if match.end() > match.start():
                start, end = self._places[match.start()], self._places[match.end() - 1] + 1
                yield Found(start, end, self.written[start:end])

    def unreadable(self) -> Iterator[Found]:
        """Yield the control characters and those that turn the direction of writing."""
        for place, letter in enumerate(self.written):
            if is_control(letter):
                yield Found(place, place + 1, f"U+{ord(letter):04X}")


def is_control(letter: str) -> bool:
    """Tell whether a character is no text: it would act on what shows it."""
    turns = unicodedata.bidirectional(letter) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI")
    return (unicodedata.category(letter) in ("Cc", "Cs") and letter not in _ALLOWED) or turns


@lru_cache(maxsize=2048)
def pattern_of(phrase: str) -> re.Pattern[str]:
    """Return what finds a phrase in a plain text; raise re.error for one that cannot be read."""
    if is_expression(phrase):
        bare = "".join(map(_bare, phrase[1:-1])).replace("ß", "ss")
        return re.compile(bare, re.IGNORECASE)
    words = "".join(letter for letter, _ in _letters(phrase)).strip()
    spaced = r"\s+".join(re.escape(word) for word in words.split())
    start = r"(?<!\w)" if words[:1].isalnum() else ""
    end = r"(?!\w)" if words[-1:].isalnum() else ""
    return re.compile(f"{start}{spaced}{end}")


def is_expression(phrase: str) -> bool:
    """Tell whether a phrase is a regular expression, and not words as they stand."""
    return len(phrase) > len("//") and phrase.startswith("/") and phrase.endswith("/")


def _letters(text: str) -> Iterator[tuple[str, int]]:
    """Yield each letter in its plain form with its place; runs of spaces are one."""
    was_space = False
    for place, letter in enumerate(text):
        for plain in _bare(letter).translate(_QUOTES).casefold():
            is_space = plain.isspace()
            if not (is_space and was_space):
                yield (" " if is_space else plain), place
            was_space = is_space


@lru_cache(maxsize=4096)
def _bare(letter: str) -> str:
    """Return a letter without accents and whatever nobody sees."""
    apart = unicodedata.normalize("NFKD", letter)
    return "".join(each for each in apart if unicodedata.category(each) not in _UNSEEN)
