"""Gathering: everything that a decision will read, into the protobuf that is journalled.

One read of the store; the reason out of the words; the facts out of the request. The customer's
words and the CRM's ids stop here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from keepsake.alternatives import searches, sought
from keepsake.answer.parts import field_of
from keepsake.balances import BudgetLedgers, recorded
from keepsake.concessions import add_carried
from keepsake.core.budgets import BudgetLedger
from keepsake.core.errors import DeadlineTooShort, FieldViolation, InvalidRequest, StoreUnavailable
from keepsake.core.facts import Facts
from keepsake.core.feasibility import as_facts
from keepsake.core.keyed import Asked, Keyed, random_key
from keepsake.core.pack import Experiment, Pack
from keepsake.core.principal import Principal, tier_of
from keepsake.histories import add_history
from keepsake.joining import add_stage, join
from keepsake.known import Known, recorded_reason
from keepsake.operations import BY_CALENDAR, Operations, traces
from keepsake.ports import Caller, Reading, Store
from keepsake.recorded import in_columns
from keepsake.relations import Relations
from keepsake.snapshot import Snapshot
from keepsake.v1.common_pb2 import Agent, Intercept
from keepsake.v1.intercept_pb2 import VIEW_FULL, RecommendRequest
from keepsake.v1.journal_pb2 import DecisionInputs
from keepsake.versions import versions_in_bytes

_LEAST_SECONDS = 0.005
_SKIPPED_BELOW = (("talk_track", 0.06), ("drivers", 0.04), ("depths", 0.02))
_MS_PER_DAY = 86_400_000
_VERSIONS = field_of(DecisionInputs, "versions")
_FACTS = field_of(DecisionInputs, "facts")


@dataclass(frozen=True, slots=True)
class Gathered:
    """The inputs of a decision, who asked, and what the store knew of them.

    `customer_key` is the key to map the customer to if the store maps them to none yet. `joins`
    says that the request named a case that was open before.
    """

    inputs: DecisionInputs
    caller: Caller
    reading: Reading
    body_digest: bytes
    customer_key: str
    words: str = field(default="", repr=False)
    joins: bool = False


def customer_key(intercept: Intercept, reading: Reading) -> str:
    """Return the key that is known, else a new random one; empty for an anonymous visitor.

    The store alone says which key counts: another worker may have mapped the customer meanwhile. So
    no key is among the inputs.
    """
    return (reading.customer_key or random_key()) if intercept.HasField("customer") else ""


def settle_agent(request: RecommendRequest, principal: Principal, pack: Pack) -> None:
    """Have the request name the person who makes it, by their highest role of the pack.

    So who asks is part of what was asked. Only a service may speak for somebody else.
    """
    if principal.is_service:
        return
    tier = tier_of(principal.roles, pack.authority.tiers)
    proven = Agent(id=principal.id, role=tier.role if tier else "", team=principal.team)
    told = request.agent
    is_so = told.id in ("", proven.id) and told.team in ("", proven.team)
    if not is_so or told.role not in ("", *principal.roles):
        theirs = f"leave it out: you are {proven.id!r}, {proven.role or 'of the lowest role'}"
        said = f"{told.id}, {told.role}, {told.team}"
        raise InvalidRequest((FieldViolation("agent", said, theirs),))
    request.agent.CopyFrom(proven)


class Gatherer:
    """Gathers inputs; owns nothing but the way to the store and the clock."""

    relations: Relations | None = None

    def __init__(
        self,
        store: Store,
        keyed: Keyed,
        operations: Operations = BY_CALENDAR,
        *,
        clock_ms: Callable[[], int],
        check_share: float,
    ) -> None:
        self._store = store
        self._operations = operations
        self._keyed = keyed
        self.now_ms = clock_ms
        self._check_share = check_share
        self._ledgers = BudgetLedgers()

    def caller(self, request: RecommendRequest) -> Caller:
        """Return who asks, in keyed hashes: the customer, or the subject where there is none."""
        intercept = request.intercept
        if intercept.HasField("customer"):
            identity = self._keyed.token("customer", request.pack, intercept.customer.id)
        else:
            identity = self._keyed.token(
                "subject", request.pack, intercept.subject_type, intercept.subject_id
            )
        return Caller(
            pack=request.pack,
            bucket=self._keyed.bucket(request.pack, identity),
            identity=identity,
            request_key=self._keyed.token("request", identity, request.request_id),
        )

    def body_digest(self, request: RecommendRequest) -> bytes:
        """Return what tells two bodies under one request_id apart, and gives neither away."""
        return self._keyed.seal(request.SerializeToString(deterministic=True))

    def ledgers(self, request: RecommendRequest, pack: Pack) -> tuple[BudgetLedger, ...]:
        """Return the ledgers of budgets that an answer to this request may be charged to now."""
        return self._ledgers.now(pack, request.agent.team, self.now_ms())

    def known(self, request: RecommendRequest, snapshot: Snapshot, caller: Caller) -> Known:
        """Return what the request tells by itself, and what is to be asked of operations."""
        of = (request.pack, caller.identity, request.request_id)
        asked = self._keyed.asked(*of, bucket=caller.bucket)
        known = self._operations.known(request, snapshot, asked, now_ms=self.now_ms())
        return sought(known, snapshot)

    async def ask(
        self, known: Known, snapshot: Snapshot, reading: Reading, *, seconds: float
    ) -> Known:
        """Return what is known once operations were asked; they may take a share of the time.

        So may a look at the cases that hang on the same things, where the request names any.
        """
        if self.relations is not None:
            known = await self.relations.known(known, snapshot.pack)
        return await self._operations.ask(known, reading.balances, seconds=seconds)

    async def relate(self, inputs: DecisionInputs, known: Known) -> None:
        """Have later cases on the same things find the case of these inputs."""
        if self.relations is not None:
            await self.relations.keep(inputs, known)

    async def read(
        self,
        caller: Caller,
        ledgers: Sequence[BudgetLedger] = (),
        *,
        slots: Sequence[str] = (),
        case_id: str = "",
    ) -> tuple[Reading, bool]:
        """Read the store once; the flag says whether it is away and nothing is known."""
        try:
            resources = [*(one.resource for one in ledgers), *slots]
            return await self._store.read(caller, resources, case_id=case_id), False
        except StoreUnavailable:
            return Reading(killed=self._store.last_killed(caller.pack)), True

    def inputs(
        self,
        known: Known,
        snapshot: Snapshot,
        reading: Reading,
        *,
        caller: Caller,
        parts: tuple[str, ...],
    ) -> DecisionInputs:
        """Return everything that deciding will read; `parts` are those missing or skipped.

        Raise InvalidRequest with every wrong field.
        """
        if known.wrong:
            raise known.wrong
        request, pack, intercept = known.request, snapshot.pack, known.request.intercept
        facts = {**known.facts, **as_facts(known.answers)}
        add_stage(facts, intercept, pack, reading=reading)
        subject_key = self._subject_key(request)
        carried = add_carried(facts, reading.history, intercept, pack=pack, subject=subject_key)
        kept = None if "store" in parts else reading.history
        named = intercept.HasField("customer")
        shown = add_history(facts, kept, pack, subject_key=subject_key, is_customer=named)
        ledgers = self._ledgers.now(pack, request.agent.team, known.now_ms)
        inputs = DecisionInputs(
            **_told(known, pack),
            subject_key=subject_key,
            searches=searches(known, snapshot, reading.balances),
            concessions=carried,
            degraded_parts=(*parts, *known.parts),
            killed=reading.killed,
            killed_why=reading.killed.values(),
            shown_offers=shown,
            balances=recorded(ledgers, reading.balances),
        )
        inputs.MergeFromString(_known_by(snapshot, facts))
        self._draw(inputs, caller, pack.experiment, asked=known.asked)
        if intercept.case_id:
            join(intercept.case_id, inputs, caller, reading=reading)
        return inputs

    def _draw(
        self, inputs: DecisionInputs, caller: Caller, experiment: Experiment, *, asked: Asked
    ) -> None:
        """Add the ids and the draws, keyed hashes all: asking again changes none of them.

        The arm is that of experiment, customer, subject and epoch, whatever the request.
        """
        epoch = inputs.server_time_ms // (_MS_PER_DAY * experiment.epoch_days)
        arm = (experiment.id, caller.identity, inputs.subject_key, str(epoch))
        inputs.decision_id, inputs.case_id = asked.decision_id, asked.case_id
        inputs.draw = asked.choice
        inputs.arm_draw = self._keyed.draw("arm", *arm)
        inputs.cross_check = asked.check < self._check_share

    def _subject_key(self, request: RecommendRequest) -> str:
        intercept = request.intercept
        return self._keyed.token(
            "subject", request.pack, intercept.subject_type, intercept.subject_id
        )


def _known_by(snapshot: Snapshot, facts: Facts) -> bytes:
    """Return the versions and the facts, with what tables give, as inputs hold them."""
    given = snapshot.pack.work.given(facts)
    return _VERSIONS(versions_in_bytes(snapshot)) + _FACTS(in_columns(given))


def _told(known: Known, pack: Pack) -> dict[str, Any]:
    """Return the fields of inputs that the request tells by itself."""
    request = known.request
    return {
        "request_id": request.request_id,
        "pack": request.pack,
        "server_time_ms": known.now_ms,
        "kind": request.intercept.kind,
        "language": _language(request.intercept.language, pack),
        "reason": recorded_reason(known.settled),
        "feasibility": traces(known),
        "tier": _tier(request, pack),
        "team": request.agent.team,
        "max_offers": request.max_offers or pack.max_offers,
        "full_view": request.view == VIEW_FULL,
    }


def skipped_parts(seconds: float, request: RecommendRequest, snapshot: Snapshot) -> tuple[str, ...]:
    """Return what is skipped for time, or cannot be read; raise DeadlineTooShort below 5 ms."""
    if seconds < _LEAST_SECONDS:
        message = f"{max(seconds, 0) * 1000:.0f} ms are left; deciding needs 5"
        raise DeadlineTooShort(message)
    parts = [part for part, below in _SKIPPED_BELOW if seconds < below]
    is_read = snapshot.models.reason is not None or snapshot.pack.work.kind
    if request.intercept.words.strip() and not is_read:
        parts.append("reason")
    return tuple(parts)


def _language(asked: str, pack: Pack) -> str:
    language = asked.lower().split("-")[0]
    return language if language in pack.languages else pack.languages[0]


def _tier(request: RecommendRequest, pack: Pack) -> int:
    tiers = pack.authority.tiers
    return next((t.tier for t in tiers if t.role == request.agent.role), tiers[0].tier)
