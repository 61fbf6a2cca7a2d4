"""What a conversation adds to a case: that somebody spoke, and what was made of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from keepsake.core.case import Case, Event, Happened
from keepsake.core.objections import Talk


@dataclass(frozen=True, slots=True)
class Assisted(Event):
    """Somebody spoke; the words stand beside the event, as all that people say.

    `reason` is how the reason stood then, `offer_id` what was advised to offer next, `argued` the
    objection that was advised to be answered. The rest is how far the conversation had come.
    """

    type = "assisted"
    offer_id: str = ""
    speaker: str = ""
    reason: str = ""
    argued: str = ""
    heard: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    answered: tuple[str, ...] = ()
    leaves: int = 0
    ended: bool = False

    def apply(self, case: Case, _happened: Happened) -> Case:
        """Note how far the conversation has come."""
        return replace(case, talk=self.talk)

    @property
    def talk(self) -> Talk:
        """Return how far the conversation has come."""
        return Talk(self.heard, self.arguments, self.answered, self.leaves, self.ended)
