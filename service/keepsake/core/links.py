"""Links: cases that hang on the same ticket, the same sale, the same consultant.

What they hang on is known by a keyed hash; a link says of a case no more than its kind, its reason
and which subject it is about. A thing is the same sale; a party (a consultant, an airline) has a
part in many.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from keepsake.core.facts import FactValue

CASES = "related.cases"
OPEN_CASES = "related.open_cases"
SETTLED_BEFORE = "related.settled_before"
DISPUTED = "related.disputed"
SAME_REASON = "related.same_reason_30d"
PATTERN_MS = 30 * 86_400_000
MOST_READ = 100
"""As many cases of one thing are looked at, the latest first."""
_FIELDS = 4


class Link(NamedTuple):
    """One case that hangs on a thing or a party."""

    kind: str
    reason: str
    subject: str
    case_id: str
    time_ms: int = 0

    @property
    def member(self) -> str:
        """Return it as the store keeps it, beside its time; the same case is the same member."""
        return f"{self.kind}|{self.reason}|{self.subject}|{self.case_id}"


def read(members: Sequence[bytes]) -> list[Link]:
    """Return what the store kept, members and times in turn; what a newer release wrote is left."""
    links = []
    for member, time in zip(members[::2], members[1::2], strict=True):
        parts = member.decode().split("|")
        if len(parts) == _FIELDS:
            kind, reason, subject, case_id = parts
            links.append(Link(kind, reason, subject, case_id, int(float(time))))
    return links


def others(links: Iterable[Link], own: Link) -> list[Link]:
    """Return the links of other subjects: asking again about one is no second case."""
    return [link for link in links if link.subject != own.subject]


def facts_of(
    own: Link,
    things: Sequence[Link],
    parties: Sequence[Sequence[Link]],
    *,
    closed: Mapping[str, bool],
    disputes: frozenset[str],
) -> dict[str, FactValue]:
    """Return what the cases on the same things, and of the same parties, say of this one.

    `closed` tells of each case whether it has ended; one that is kept no more is not in it. The
    pattern counts subjects, this one included, of whichever thing or party has the most.
    """
    same = {link for link in things if link.kind == own.kind and link.reason == own.reason}
    groups = [things, *parties]
    return {
        CASES: float(len({link.case_id for link in things})),
        OPEN_CASES: float(sum(not ended for ended in closed.values())),
        SETTLED_BEFORE: bool(own.reason) and any(closed.get(link.case_id) for link in same),
        DISPUTED: any(link.kind in disputes and closed.get(link.case_id) is False
                      for link in things),
        SAME_REASON: float(1 + max((_repeated(group, own) for group in groups), default=0)),
    }  # fmt: skip


def _repeated(links: Iterable[Link], own: Link) -> int:
    """Return how many other subjects came up for the same reason in the last thirty days."""
    since = own.time_ms - PATTERN_MS
    return len(
        {
            link.subject
            for link in links
            if own.reason and (link.kind, link.reason) == (own.kind, own.reason)
            and link.time_ms > since
        }
    )  # fmt: skip
