"""Objections: what stands in the way, as it is heard in a conversation, and what was said to it.

A pack declares phrases by language for each objection and for the wish to leave. What is negated or
torn is not heard: an argument to what nobody said is worse than none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from keepsake.core.wishes import Phrasebook, wishes_of

HEARD = "heard"
LEAVING = "leaving"
ENOUGH = 2
"""So often has somebody to say that they want to leave until nobody persuades them any more."""


@dataclass(frozen=True, slots=True)
class Objection:
    """Something that stands in the way; `argument` is what to say, `offers` what may help."""

    id: str
    titles: Mapping[str, str]
    argument: Mapping[str, str] = field(default_factory=dict)
    offers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Conversation:
    """What a pack knows of conversations: objections in their order, and the phrases for them."""

    objections: Mapping[str, Objection] = field(default_factory=dict)
    books: tuple[Phrasebook, ...] = ()

    def heard(self, words: str) -> tuple[tuple[str, ...], bool]:
        """Return the objections that words make clear, and whether they ask to leave."""
        found = wishes_of(self.books, words)
        return tuple(name for name in self.objections if name in found), LEAVING in found


@dataclass(frozen=True, slots=True)
class Talk:
    """How far a conversation has come.

    `heard` are the objections so far, `argued` those to which something was said, `answered` those
    of these that were not raised again. `leaves` counts how often somebody asked to leave; `ended`
    says that nobody is persuaded any more.
    """

    heard: tuple[str, ...] = ()
    argued: tuple[str, ...] = ()
    answered: tuple[str, ...] = ()
    leaves: int = 0
    ended: bool = False

    def after(self, objections: Sequence[str], *, leaves: bool, never_save: bool) -> Talk:
        """Return the talk after the customer spoke; once persuasion has ended it stays so."""
        count = self.leaves + leaves
        settled = dict.fromkeys((*self.answered, *self.argued))
        return replace(
            self,
            heard=tuple(dict.fromkeys((*self.heard, *objections))),
            answered=tuple(name for name in settled if name not in objections),
            leaves=count,
            ended=self.ended or never_save or count >= ENOUGH,
        )

    def resumed(self) -> Talk:
        """Return the talk once it was decided anew: who asks to leave once more ends it again."""
        return replace(self, leaves=ENOUGH - 1, ended=False) if self.ended else self

    @property
    def next_argument(self) -> str:
        """Return the objection that waits for an argument, the oldest first; empty if none does."""
        return next((name for name in self.heard if name not in self.argued), "")

    @property
    def open(self) -> tuple[str, ...]:
        """Return the objections that were not answered yet."""
        return tuple(name for name in self.heard if name not in self.answered)

    def argued_for(self, objection: str) -> Talk:
        """Return the talk once something was said to an objection."""
        return replace(self, argued=(*self.argued, objection)) if objection else self
