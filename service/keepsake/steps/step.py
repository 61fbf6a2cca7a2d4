"""What a step of a case is: a pure function from what it sees to what it does.

`Cases` reads the scene, asks the step for its plan, and carries the plan out: holds first, then
one conditional write, then what follows from it. A step never touches the store; so it is tried
again as it is when somebody else was faster.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from google.protobuf.message import Message

from keepsake.core.case import Case, CaseOffer, Event, Happened, Held
from keepsake.core.case_holds import Need
from keepsake.core.feasibility import Answer
from keepsake.core.listing import Listed
from keepsake.core.principal import Principal
from keepsake.core.switches import Thrown
from keepsake.snapshot import Snapshot
from keepsake.v1.decision_pb2 import Decision
from keepsake.v1.journal_pb2 import DecisionInputs


@dataclass(frozen=True, slots=True)
class Followed:
    """A decision that a case follows: what it was decided from, and what was answered."""

    inputs: DecisionInputs
    decision: Decision


@dataclass(frozen=True, slots=True)
class Scene:
    """What a step sees: the case as it is now, by whom and when the step is taken.

    `log` are the events, `followed` the decisions by id, the oldest first, and `past` the versions
    of those that were decided by others than are in force; `snapshot` is what is in force now,
    `killed` the switches that are thrown. `hold_id` is under which the step may hold. `has_lapsed`
    says that what it wanted to pin has lapsed, so that it must be held again. `history` is what
    happened with the customer, as the store keeps it, and `owner` the hash that stands for them.
    """

    case_id: str
    case: Case
    log: Sequence[Happened]
    followed: Mapping[str, Followed]
    snapshot: Snapshot
    principal: Principal
    now_ms: int
    killed: Thrown
    hold_id: str = ""
    has_lapsed: bool = False
    answers: Mapping[str, Answer] = field(default_factory=dict)
    past: Mapping[str, Snapshot] = field(default_factory=dict)
    history: tuple[bytes, ...] = ()
    customer_version: int = 0
    owner: str = ""

    def snapshot_of(self, offer: CaseOffer) -> Snapshot:
        """Return the versions under which an offer is honoured: those of its decision."""
        return self.past.get(offer.decision_id, self.snapshot)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a step does.

    Before its events are written, `holds` are held and `pins` kept from lapsing. With them are
    written `text`, what was said about the first of them, and `more_texts`, about those after it;
    `due`, what is due when, and `done`, what is due no more (each `<what>|<case id>|<reference>`);
    and `listed`, what stands where in the lists over all cases. After them, `spends` are taken for
    good and `releases` let go of.
    """

    events: tuple[Event, ...]
    text: str = field(default="", repr=False)
    more_texts: tuple[str, ...] = field(default=(), repr=False)
    holds: tuple[Need, ...] = ()
    pins: tuple[Held, ...] = ()
    spends: tuple[Held, ...] = ()
    releases: tuple[Held, ...] = ()
    due: Mapping[str, int] = field(default_factory=dict)
    done: tuple[str, ...] = ()
    listed: tuple[Listed, ...] = ()


Planning = Callable[[Scene], Plan]
"""Plans what Keepsake does by itself."""


class Step(Protocol):
    """One kind of step; `name` is that of its method and of its row in `core.case_table`."""

    name: str

    def plan(self, request: Any, scene: Scene) -> Plan:
        """Return what the step does, or raise what forbids it. Pure."""

    def answer(self, request: Any, scene: Scene) -> Message:
        """Return the answer; the scene is that after the step."""


class Check(Protocol):
    """Something to be asked before a step, that is not in the store: it raises what forbids it."""

    async def __call__(self, request: Any, scene: Scene) -> Scene:
        """Ask, and return the scene with what was said."""
