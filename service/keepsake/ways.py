"""Ways: the smallest changes that would make an offer available, or best.

Each is found by making it and deciding again. What stands in the way is looked at one thing after
another; a way is complete when the offer is there, and then every step that is not needed is left
out. Of a law only what it lets be waived is ever a step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from keepsake.core.supposing import Means, Step, Way, Ways
from keepsake.snapshot import Snapshot
from keepsake.standing import Standing, standing_of
from keepsake.supposed import suppose
from keepsake.v1.journal_pb2 import DecisionInputs
from keepsake.way_steps import less, options, why_none

MOST_STEPS = 10
MOST_TRIES = 30

Reached = Callable[[Standing], bool]


class WaysTo:
    """Finds the ways to one offer in one decision; what was tried is remembered."""

    def __init__(self, inputs: DecisionInputs, snapshot: Snapshot, offer_id: str) -> None:
        self._inputs = inputs
        self._snapshot = snapshot
        self._offer_id = offer_id
        self._tried: dict[tuple[Step, ...], Standing] = {}

    def standing(self, steps: tuple[Step, ...] = ()) -> Standing:
        """Return how the offer fares once the steps are taken."""
        found = self._tried.get(steps)
        if found is None:
            supposed = suppose(self._inputs, self._snapshot, steps)
            found = standing_of(
                supposed.ruling, supposed.inputs, self._snapshot, offer_id=self._offer_id
            )
            self._tried[steps] = found
        return found

    def available(self) -> Ways:
        """Return the ways by which the agent could present the offer, without asking anybody."""
        return self._ways((), lambda standing: standing.is_available)

    def best(self) -> Ways:
        """Return the ways by which the offer would be worth more than any other."""
        start = self.standing()
        if start.is_owed:
            return Ways(why_none="it is owed, whatever else is offered: nothing ranks above it")
        nearest = self.available()
        if not nearest.reached and not nearest.ways:
            return nearest
        steps = nearest.ways[0].steps if nearest.ways else ()
        return self._ways(steps, lambda standing: standing.is_available and standing.is_best)

    def _ways(self, begun: tuple[Step, ...], reached: Reached) -> Ways:
        if reached(self.standing()):
            return Ways(reached=True)
        if begun and reached(self.standing(begun)):
            return Ways((Way(self._trimmed(begun, reached)),))
        search = _Search(self, reached)
        found = dict.fromkeys(
            Way(self._trimmed(steps, reached))
            for first in self.options(begun)
            if (steps := search.completed(joined(begun, first))) is not None
        )
        if not found:
            stuck = self.standing(search.farthest or begun)
            return Ways(why_none=why_none(stuck, self._snapshot.pack))
        return Ways(tuple(sorted(found, key=lambda way: len(way.steps))))

    def _trimmed(self, steps: tuple[Step, ...], reached: Reached) -> tuple[Step, ...]:
        """Return the steps without those that are not needed."""
        for step in steps:
            rest = tuple(each for each in steps if each is not step)
            if reached(self.standing(rest)):
                return self._trimmed(rest, reached)
        return steps

    def options(self, steps: tuple[Step, ...]) -> Iterator[tuple[Step, ...]]:
        """Yield what could lift the thing that now stands in the way, the nearest first."""
        standing = self.standing(steps)
        for option in options(standing, self._inputs):
            only = option[0]
            if only.means in (Means.COST, Means.KEPT):
                found = self._least(steps, only, standing)
                if found is not None:
                    yield (found,)
            else:
                yield option

    def _least(self, steps: tuple[Step, ...], most: Step, now: Standing) -> Step | None:
        """Return the smallest change of a sum that gets past what stands in the way.

        Found by halving, so where a dearer offer is at times worth less, it is a smallest one.
        """
        reach = now.can_move_by(most)

        def gets_past(cents: int) -> bool:
            at = self.standing(joined(steps, (less(most, cents, now),)))
            return at.is_past(now)

        if reach <= 0 or not gets_past(reach):
            return None
        low, high = 0, reach
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if gets_past(middle) else (middle, high)
        return less(most, high, now)


class _Search:
    """Looks for the steps that reach one end, each time by what then stands in the way.

    `farthest` are the most steps after which nothing led further.
    """

    def __init__(self, ways: WaysTo, reached: Reached) -> None:
        self._ways = ways
        self._reached = reached
        self._seen = set[tuple[Step, ...]]()
        self.farthest: tuple[Step, ...] = ()

    def completed(self, steps: tuple[Step, ...]) -> tuple[Step, ...] | None:
        """Return the steps with all others that it takes; None where nothing leads further."""
        self._seen.add(steps)
        if self._reached(self._ways.standing(steps)):
            return steps
        self.farthest = max(self.farthest, steps, key=len)
        if len(steps) >= MOST_STEPS or len(self._seen) > MOST_TRIES:
            return None
        for more in self._ways.options(steps):
            further = joined(steps, more)
            if further not in self._seen:
                done = self.completed(further)
                if done is not None:
                    return done
        return None


def joined(steps: tuple[Step, ...], more: Sequence[Step]) -> tuple[Step, ...]:
    """Return steps and more of them; a later one takes the place of one on the same thing."""
    changed = {(step.means, step.name) for step in more}
    kept = [step for step in steps if (step.means, step.name) not in changed]
    return (*kept, *more)
