"""What a decision makes due: the clocks of the case that it opens, or joins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from keepsake.case_view import decision_of
from keepsake.core.case import Case, Happened
from keepsake.core.case_events import Decided
from keepsake.core.pack import Pack
from keepsake.steps.step import Followed
from keepsake.steps.timing import due_name, listed_name
from keepsake.v1.intercept_pb2 import RecommendResponse
from keepsake.v1.journal_pb2 import DecisionInputs


@dataclass(frozen=True, slots=True)
class Wakes:
    """What is written with a decision: what is due when, and the deadlines for the list."""

    due: Mapping[str, int] = field(default_factory=dict)
    listed: Mapping[str, int] = field(default_factory=dict)


NOTHING_DUE = Wakes()


def wakes_of(inputs: DecisionInputs, answer: bytes, pack: Pack, *, joins: bool) -> Wakes:
    """Return what a decision makes due.

    The clocks of a case that is open already are for the worker to look at, at once: what became
    of them since, only the case knows.
    """
    name = due_name(inputs.case_id)
    if not pack.of(inputs.kind).work.clocks:
        return NOTHING_DUE
    if joins:
        return Wakes({name: inputs.server_time_ms})
    decision = RecommendResponse.FromString(answer).decision
    event = Decided(decision.decision_id, decision_of(Followed(inputs, decision)))
    case = event.apply(Case(), Happened(1, event, inputs.server_time_ms))
    listed = {listed_name(inputs.case_id, clock): at for clock, at in case.listed_clocks.items()}
    return Wakes({} if case.wakes_ms is None else {name: case.wakes_ms}, listed)
