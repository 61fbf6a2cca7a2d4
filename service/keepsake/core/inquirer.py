"""The inquirer: which questions of feasibility a case has to ask at all.

A question costs time, and operations are busy. So only those are asked that an offer needs which
could still be made: by kind, reason, stage and what else is known in words before.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from keepsake.core.conditions import AllOf, Condition, Truth
from keepsake.core.evaluate import Check, check_of
from keepsake.core.facts import FactKind, Facts, FactValue, Vocabulary
from keepsake.core.pack import Offer, Pack
from keepsake.core.planning import Planner
from keepsake.core.strata import facts_read

_KEPT = 4096
_IN_WORDS = (FactKind.ONE_OF, FactKind.ORDERED, FactKind.FLAG)
_ANSWER = "feasibility."


class Inquiry(NamedTuple):
    """Questions about one subject, and what is known of it. Nothing in it tells who asks.

    `planner` knows the answers of the pack's calendar, where it has one.
    """

    pack: Pack
    decision_id: str
    questions: tuple[str, ...]
    facts: Facts
    now_ms: int
    planner: Planner | None = None


class Inquirer:
    """Knows which offers of a pack need which questions."""

    def __init__(self, pack: Pack) -> None:
        needing = [(offer, _needs(offer)) for offer in pack.offers.values() if _needs(offer)]
        early = {offer.id: tuple(early_conditions(offer, pack)) for offer, _ in needing}
        self._needing: tuple[tuple[tuple[str, ...], Check], ...] = tuple(
            (needs, check_of(AllOf(early[offer.id]), pack.vocabulary)) for offer, needs in needing
        )
        read = {
            fact for conditions in early.values() for one in conditions for fact in facts_read(one)
        }
        self._reads = tuple(sorted(read))
        self._found: dict[tuple[FactValue | None, ...], tuple[str, ...]] = {}

    def questions(self, facts: Facts) -> tuple[str, ...]:
        """Return what is to be asked: what offers could need, and nobody has answered yet."""
        if not self._needing:
            return ()
        key = tuple(map(facts.get, self._reads))
        found = self._found.get(key)
        if found is None:
            if len(self._found) >= _KEPT:
                self._found.clear()
            found = self._found[key] = tuple(dict.fromkeys(self._needed(facts)))
        return tuple([one for one in found if _ANSWER + one not in facts])

    def _needed(self, facts: Facts) -> Iterator[str]:
        for needs, check in self._needing:
            if check(facts) is not Truth.FALSE:
                yield from needs


def _needs(offer: Offer) -> tuple[str, ...]:
    return (*offer.needs, *((offer.promise,) if offer.promise else ()))


def early_conditions(offer: Offer, pack: Pack) -> Iterator[Condition]:
    """Yield the conditions of an offer that can be told before anything is asked."""
    for condition in pack.rulebook.rule(f"offer:{offer.id}").when.conditions:
        if all(_is_early(fact, pack.vocabulary) for fact in facts_read(condition)):
            yield condition


def _is_early(fact: str, vocabulary: Vocabulary) -> bool:
    declared = vocabulary[fact]
    return declared.kind in _IN_WORDS and not declared.derived and not fact.startswith(_ANSWER)
