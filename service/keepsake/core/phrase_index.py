"""Finding many phrases in a text at once, by the word that each begins with.

A pack has hundreds of phrases and a text has a hundred words; trying each phrase at each word would
cost more than all else of a decision.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

Tokens = tuple[str, ...]

_KEPT = 4096
"""Of how many words it is kept which phrases they begin; texts repeat most of theirs."""


class _Begun(NamedTuple):
    """A phrase whose first word was met; `is_open` where one of its words ends in `*`."""

    number: int
    phrase: Tokens
    is_open: bool


class PhraseIndex:
    """Some phrases by their first words; a phrase is known by its number."""

    def __init__(self, phrases: Iterable[Tokens]) -> None:
        self._phrases = tuple(phrases)
        self._words: defaultdict[str, list[_Begun]] = defaultdict(list)
        self._beginnings: defaultdict[str, list[_Begun]] = defaultdict(list)
        for number, phrase in enumerate(self._phrases):
            begun = _Begun(number, phrase, any(word.endswith("*") for word in phrase))
            if phrase and phrase[0].endswith("*"):
                self._beginnings[phrase[0][:-1]].append(begun)
            elif phrase:
                self._words[phrase[0]].append(begun)
        self._sizes = sorted({len(beginning) for beginning in self._beginnings})
        self._begun_by = lru_cache(maxsize=_KEPT)(self._beginning_with)

    def _beginning_with(self, word: str) -> Sequence[_Begun]:
        """Return the phrases whose first word this is, in their order."""
        found = [*self._words.get(word, ())]
        for size in self._sizes:
            found += self._beginnings.get(word[:size], ())
        return sorted(found)

    def at(self, tokens: Tokens, at: int) -> list[int]:
        """Return the phrases that stand there, in their order."""
        begun = self._begun_by(tokens[at]) if at < len(tokens) else ()
        return [one.number for one in begun if _stands(one, tokens, at)]

    def length(self, number: int) -> int:
        """Return how many words a phrase has."""
        return len(self._phrases[number])

    def first_at(self, tokens: Tokens, at: int) -> int:
        """Return how long the first phrase is that stands there; 0 where none does."""
        found = self.at(tokens, at)
        return len(self._phrases[found[0]]) if found else 0

    def first_of_each(self, tokens: Tokens) -> Mapping[int, int]:
        """Return, for each place where a phrase stands, how long the first one is."""
        found = reversed(self.standing(tokens))
        return {at: len(self._phrases[number]) for number, at in found}

    def standing(self, tokens: Tokens) -> list[tuple[int, int]]:
        """Return each phrase that stands somewhere, with its place: by phrase, then by place."""
        begun = enumerate(map(self._begun_by, tokens))
        return sorted(
            [(one.number, at) for at, ones in begun for one in ones if _stands(one, tokens, at)]
        )


def _stands(begun: _Begun, tokens: Tokens, at: int) -> bool:
    _, phrase, is_open = begun
    there = tokens[at : at + len(phrase)]
    if is_open:
        return len(there) == len(phrase) and all(map(_is, there, phrase))
    return there == phrase


def _is(token: str, wanted: str) -> bool:
    return token.startswith(wanted[:-1]) if wanted.endswith("*") else token == wanted
