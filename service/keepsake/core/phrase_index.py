"""Finding many phrases in a text at once, by the word that each begins with.

A pack has hundreds of phrases and a text has a hundred words; trying each phrase at each word would
cost more than all else of a decision.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

Tokens = tuple[str, ...]


class PhraseIndex:
    """Some phrases by their first words; a phrase is known by its number."""

    def __init__(self, phrases: Iterable[Tokens]) -> None:
        self._phrases = tuple(phrases)
        self._words: defaultdict[str, list[int]] = defaultdict(list)
        self._beginnings: defaultdict[str, list[int]] = defaultdict(list)
        for number, phrase in enumerate(self._phrases):
            if phrase and phrase[0].endswith("*"):
                self._beginnings[phrase[0][:-1]].append(number)
            elif phrase:
                self._words[phrase[0]].append(number)
        self._sizes = sorted({len(beginning) for beginning in self._beginnings})
        self._all_beginnings = tuple(self._beginnings)

    def at(self, tokens: Sequence[str], at: int) -> list[int]:
        """Return the phrases that stand there, in their order."""
        first = tokens[at] if at < len(tokens) else ""
        found = [*self._words.get(first, ())]
        for size in self._sizes:
            found += self._beginnings.get(first[:size], ())
        return sorted([number for number in found if self._stands(number, tokens, at)])

    def length(self, number: int) -> int:
        """Return how many words a phrase has."""
        return len(self._phrases[number])

    def first_at(self, tokens: Sequence[str], at: int) -> int:
        """Return how long the first phrase is that stands there; 0 where none does."""
        found = self.at(tokens, at)
        return len(self._phrases[found[0]]) if found else 0

    def standing(self, tokens: Sequence[str]) -> list[tuple[int, int]]:
        """Return each phrase that stands somewhere, with its place: by phrase, then by place."""
        words = set(tokens)
        first = words & self._words.keys()
        first.update([word for word in words if word.startswith(self._all_beginnings)])
        places = [at for at, word in enumerate(tokens) if word in first] if first else ()
        return sorted([(number, at) for at in places for number in self.at(tokens, at)])

    def _stands(self, number: int, tokens: Sequence[str], at: int) -> bool:
        phrase = self._phrases[number]
        there = tokens[at : at + len(phrase)]
        return len(there) == len(phrase) and all(map(_is, there, phrase))


def _is(token: str, wanted: str) -> bool:
    return token.startswith(wanted[:-1]) if wanted.endswith("*") else token == wanted
