"""Wishes: what a customer's words say of the aspects of a catalogue.

A pack declares short lists of phrases by language. A phrase counts within its part of a sentence,
with what stands around it there: a negation turns it round, "is fine" makes it a permission. What
is unclear is no wish: it is safer to search without one than against one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from keepsake.core.catalogue import Wish
from keepsake.core.phrase_index import PhraseIndex, Tokens

_TOKEN = re.compile(r"[a-z][a-z0-9']*+(?:-[a-z0-9]++)*+|\d++(?:[.,]\d++)*+|[.,;:!?]")
_ENDS = frozenset(".;:!?")
_CARRIED = frozenset({"that", "dass", "which", "if", "wenn"})
_THAN = frozenset({"than", "als"})
_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "\u2019": "'"})
_BEFORE, _AFTER, _NUMBER_WITHIN = 5, 4, 3
_TWO = 2

_NEGATED = {
    Wish.MORE: Wish.NOT_MORE,
    Wish.LESS: Wish.NOT_LESS,
    Wish.NOT_MORE: Wish.MORE,
    Wish.NOT_LESS: Wish.LESS,
    Wish.MORE_IS_FINE: Wish.NOT_MORE,
    Wish.LESS_IS_FINE: Wish.NOT_LESS,
    Wish.SAME: Wish.OTHER,
    Wish.OTHER: Wish.SAME,
}
_ALLOWED = {Wish.MORE: Wish.MORE_IS_FINE, Wish.LESS: Wish.LESS_IS_FINE}


class Phrase(NamedTuple):
    """Words that mean something of a fact: a wish of it, or one of its own words.

    Without a fact they mean nothing, and are not to be read in parts ("not only").
    """

    tokens: Tokens
    fact: str
    word: str


@dataclass(frozen=True)
class Phrasebook:
    """The phrases of one language.

    `nots` negate, `fines` permit, `turns` begin another part of a sentence, `doubts` make all of
    their part unclear ("need not", "looks"), `owns` follow a "than" that means what the customer
    has. `words` are all the words of each fact.
    """

    phrases: tuple[Phrase, ...]
    nots: tuple[Tokens, ...] = ()
    fines: tuple[Tokens, ...] = ()
    turns: tuple[Tokens, ...] = ()
    doubts: tuple[Tokens, ...] = ()
    owns: tuple[Tokens, ...] = ()
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def read(self, tokens: Tokens) -> Mapping[str, str | None]:
        """Return what a text says of each fact; None where it contradicts itself."""
        found: dict[str, set[str | None]] = {}
        if not any(self._means_something(number) for number, _ in self._spoken.standing(tokens)):
            return {}
        for part in self._parts(tokens):
            for fact, word in self._heard(part):
                found.setdefault(fact, set()).add(word)
        return {fact: _only(words) for fact, words in found.items()}

    def _parts(self, tokens: Tokens) -> Iterator[Tokens]:
        """Yield the parts of the sentences; what says nothing itself belongs to what it follows."""
        part, waiting = list[str](), list[str]()
        for token, has_ended in self._cut(tokens):
            if token:
                waiting.append(token)
            if has_ended or not token:
                if part and self._speaks(waiting):
                    yield tuple(part)
                    part = []
                part, waiting = [*part, *(_TURN if part and waiting else ()), *waiting], []
                if has_ended:
                    yield tuple(part)
                    part = []

    def _cut(self, tokens: Tokens) -> Iterator[tuple[str, bool]]:
        """Yield each token; an empty one ends a part, the flag a sentence."""
        at, turns = 0, self._turning.first_of_each(tokens)
        while at < len(tokens):
            said, turn = tokens[at], turns.get(at, 0)
            after = tokens[at + 1] if at + 1 < len(tokens) else ""
            if said in _ENDS:
                yield "", True
            elif turn or (said == "," and after not in _CARRIED):
                yield "", False
            elif said != ",":
                yield said, False
            at += turn or 1
        yield "", True

    def _speaks(self, part: Sequence[str]) -> bool:
        return bool(self._spoken.standing(tuple(part)))

    def _means_something(self, number: int) -> bool:
        return bool(self._longest_first[number].fact)

    @cached_property
    def _longest_first(self) -> Sequence[Phrase]:
        return sorted(self.phrases, key=lambda phrase: -len(phrase.tokens))

    @cached_property
    def _spoken(self) -> PhraseIndex:
        return PhraseIndex(phrase.tokens for phrase in self._longest_first)

    @cached_property
    def _around(self) -> tuple[PhraseIndex, PhraseIndex, PhraseIndex]:
        """Return the indexes of doubts, permissions and negations."""
        return _by_length(self.doubts), _by_length(self.fines), _by_length(self.nots)

    @cached_property
    def _turning(self) -> PhraseIndex:
        return PhraseIndex(self.turns)

    @cached_property
    def _owning(self) -> PhraseIndex:
        return PhraseIndex(self.owns)

    def _heard(self, part: Tokens) -> Iterator[tuple[str, str | None]]:
        """Yield what a part of a sentence says; None for what it leaves unclear."""
        taken = [False] * len(part)
        spoken = [
            (start, end, self._longest_first[number])
            for start, end, number in _matches(self._spoken, part, taken)
        ]
        starts = [start for start, _, phrase in spoken if phrase.fact]
        if not starts:
            return
        doubts, fines, nots = (_places(index, part, taken) for index in self._around)
        for start, end, phrase in spoken:
            if not phrase.fact:
                continue
            near = [at for at in nots if _belongs(at, start, end, starts=starts)]
            is_torn = bool(fines) and any(_TURN[0] in part[:at] for at in near)
            if doubts or is_torn or len(near) > 1 or self._compares(part, end):
                yield phrase.fact, None
            else:
                yield phrase.fact, self._meant(phrase, negated=bool(near), fine=bool(fines))

    def _compares(self, part: Tokens, end: int) -> bool:
        """Tell whether a phrase is measured against something else than what the customer has."""
        after = part[end : end + _NUMBER_WITHIN]
        if any(token[0].isdigit() for token in after):
            return True
        is_than = bool(after) and after[0] in _THAN
        return is_than and not self._owning.first_at(part, end + 1)

    def _meant(self, phrase: Phrase, *, negated: bool, fine: bool) -> str | None:
        try:
            wish = Wish(phrase.word)
        except ValueError:
            return self._other_word(phrase) if negated else phrase.word
        if negated:
            return _NEGATED[wish]
        return _ALLOWED.get(wish, wish) if fine else wish

    def _other_word(self, phrase: Phrase) -> str | None:
        """Return the other word of a fact that has two."""
        words = self.words.get(phrase.fact, ())
        others = [word for word in words if word != phrase.word]
        return others[0] if len(words) == _TWO else None


_TURN = ("<turn>",)


def _belongs(at: int, start: int, end: int, *, starts: Iterable[int]) -> bool:
    """Tell whether a negation is of a phrase: one that follows it soon, or else the one before."""
    if at < start:
        return start - at <= _BEFORE
    is_of_another = any(0 < other - at <= _BEFORE for other in starts)
    return at - end <= _AFTER and not is_of_another


def wishes_of(books: Iterable[Phrasebook], text: str) -> dict[str, str]:
    """Return the wishes that a text makes clear, in whichever language it is."""
    found: dict[str, set[str | None]] = {}
    tokens = tokens_of(text)
    for book in books:
        for fact, word in book.read(tokens).items():
            found.setdefault(fact, set()).add(word)
    clear = {fact: _only(words) for fact, words in found.items()}
    return {fact: word for fact, word in clear.items() if word is not None}


def pattern_of(phrase: str) -> Tokens:
    """Return the words of a phrase of a pack; `larger*` is every word that begins so."""
    return tuple(phrase.casefold().translate(_LETTERS).split())


def tokens_of(text: str) -> Tokens:
    """Return the words of a text, and what ends its parts; `ö` and `oe` are the same."""
    return tuple(_TOKEN.findall(text.casefold().translate(_LETTERS)))


def _only(words: Iterable[str | None]) -> str | None:
    only = set(words)
    return only.pop() if len(only) == 1 else None


def _matches(index: PhraseIndex, part: Tokens, taken: list[bool]) -> Iterator[tuple[int, int, int]]:
    """Yield where phrases stand, the longest first; no word counts twice."""
    for number, start in index.standing(part):
        end = start + index.length(number)
        if not any(taken[start:end]):
            taken[start:end] = [True] * (end - start)
            yield start, end, number


def _places(index: PhraseIndex, part: Tokens, taken: list[bool]) -> list[int]:
    return [start for start, _, _ in _matches(index, part, taken)]


def _by_length(patterns: Iterable[Tokens]) -> PhraseIndex:
    return PhraseIndex(sorted(patterns, key=len, reverse=True))
