"""Gathering: everything that a decision will read, into the protobuf that is journalled.

One read of the store; the reason out of the words; the facts out of the request. The customer's
words and the CRM's ids stop here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from keepsake.balances import BudgetLedgers, recorded
from keepsake.core.budgets import BudgetLedger
from keepsake.core.errors import DeadlineTooShort, FieldViolation, InvalidRequest, StoreUnavailable
from keepsake.core.facts import FactValue, nearest
from keepsake.core.keyed import Keyed, random_key
from keepsake.core.pack import Experiment, Pack
from keepsake.core.principal import Principal, tier_of
from keepsake.core.reasons import Read, SettledReason, settle
from keepsake.ports import Caller, Reading, Store
from keepsake.recorded import record
from keepsake.snapshot import Snapshot
from keepsake.v1 import decision_pb2 as pb
from keepsake.v1.common_pb2 import Agent, Intercept
from keepsake.v1.intercept_pb2 import VIEW_FULL, RecommendRequest
from keepsake.v1.journal_pb2 import DecisionInputs, RecordedConcession
from keepsake.version import VERSION

OTHER = "other"
_LEAST_SECONDS = 0.005
_SKIPPED_BELOW = (("talk_track", 0.06), ("drivers", 0.04), ("depths", 0.02))
_MS_PER_DAY = 86_400_000


@dataclass(frozen=True, slots=True)
class Gathered:
    """The inputs of a decision, who asked, and what the store knew of them.

    `customer_key` is the key to map the customer to if the store maps them to none yet.
    """

    inputs: DecisionInputs
    caller: Caller
    reading: Reading
    body_digest: bytes
    customer_key: str


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

    def __init__(
        self, store: Store, keyed: Keyed, *, clock_ms: Callable[[], int], check_share: float
    ) -> None:
        self._store = store
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

    async def read(
        self, caller: Caller, ledgers: Sequence[BudgetLedger] = ()
    ) -> tuple[Reading, bool]:
        """Read the store once; the flag says whether it is away and nothing is known."""
        try:
            return await self._store.read(caller, [one.resource for one in ledgers]), False
        except StoreUnavailable:
            return Reading(killed=self._store.last_killed(caller.pack)), True

    def inputs(
        self,
        request: RecommendRequest,
        snapshot: Snapshot,
        reading: Reading,
        *,
        caller: Caller,
        parts: tuple[str, ...],
    ) -> DecisionInputs:
        """Return everything that deciding will read; `parts` are those missing or skipped.

        Raise InvalidRequest with every wrong field.
        """
        intercept, pack = request.intercept, snapshot.pack
        now_ms = self.now_ms()
        facts = _facts(request, snapshot, now_ms)
        settled = self._settle(intercept, snapshot)
        facts.update(_reason_facts(settled))
        inputs = DecisionInputs(
            request_id=request.request_id,
            pack=request.pack,
            versions=versions_of(snapshot),
            server_time_ms=now_ms,
            kind=intercept.kind,
            subject_key=self._subject_key(request),
            language=_language(intercept.language, pack),
            facts=record(facts),
            reason=_reason(settled),
            concessions=_concessions(intercept, pack),
            tier=_tier(request, pack),
            max_offers=request.max_offers or pack.max_offers,
            full_view=request.view == VIEW_FULL,
            degraded_parts=parts,
            killed=reading.killed,
            killed_why=reading.killed.values(),
            balances=recorded(
                self._ledgers.now(pack, request.agent.team, now_ms), reading.balances
            ),
        )
        self._draw(inputs, caller, pack.experiment)
        return inputs

    def _draw(self, inputs: DecisionInputs, caller: Caller, experiment: Experiment) -> None:
        """Add the id and the draws, keyed hashes all: asking again changes none of them.

        The arm is that of experiment, customer, subject and epoch, whatever the request.
        """
        of = (inputs.pack, caller.identity, inputs.request_id)
        asked = self._keyed.asked(*of, bucket=caller.bucket)
        epoch = inputs.server_time_ms // (_MS_PER_DAY * experiment.epoch_days)
        arm = (experiment.id, caller.identity, inputs.subject_key, str(epoch))
        inputs.decision_id = asked.decision_id
        inputs.draw = asked.choice
        inputs.arm_draw = self._keyed.draw("arm", *arm)
        inputs.cross_check = asked.check < self._check_share

    def _settle(self, intercept: Intercept, snapshot: Snapshot) -> SettledReason:
        model = snapshot.models.reason
        if model is None or not intercept.words.strip():
            return settle(snapshot.pack, intercept.stated_reason, Read())
        found = model.detect(intercept.words)
        read = Read(found.probabilities, found.unsure, found.words)
        return settle(snapshot.pack, intercept.stated_reason, read)

    def _subject_key(self, request: RecommendRequest) -> str:
        intercept = request.intercept
        return self._keyed.token(
            "subject", request.pack, intercept.subject_type, intercept.subject_id
        )


def skipped_parts(seconds: float, request: RecommendRequest, snapshot: Snapshot) -> tuple[str, ...]:
    """Return what is skipped for time, or cannot be read; raise DeadlineTooShort below 5 ms."""
    if seconds < _LEAST_SECONDS:
        message = f"{max(seconds, 0) * 1000:.0f} ms are left; deciding needs 5"
        raise DeadlineTooShort(message)
    parts = [part for part, below in _SKIPPED_BELOW if seconds < below]
    if request.intercept.words.strip() and snapshot.models.reason is None:
        parts.append("reason")
    return tuple(parts)


def versions_of(snapshot: Snapshot) -> pb.Versions:
    """Return the versions of a snapshot."""
    models = [
        pb.ModelVersion(name=name, digest=model.digest, evidence=evidence_of(model.evidence))
        for name, model in snapshot.models.named().items()
    ]
    return pb.Versions(pack_digest=snapshot.pack.digest, models=models, keepsake=VERSION)


def evidence_of(evidence: str) -> pb.Evidence.ValueType:
    """Return the API's word for what a model was learned from."""
    return pb.EVIDENCE_REAL if evidence == "real" else pb.EVIDENCE_SIMULATED


def _facts(request: RecommendRequest, snapshot: Snapshot, now_ms: int) -> dict[str, FactValue]:
    """Read the facts; raise InvalidRequest, all fields at once, for what the pack lacks."""
    wrong = _wrong_role(request.agent.role, snapshot.pack)
    try:
        facts = snapshot.reader.read(request.intercept, server_time=now_ms / 1000)
    except InvalidRequest as error:
        raise InvalidRequest((*error.violations, *wrong)) from error
    if wrong:
        raise InvalidRequest(wrong)
    return facts


def _wrong_role(role: str, pack: Pack) -> tuple[FieldViolation, ...]:
    known = tuple(tier.role for tier in pack.authority.tiers)
    if not role or role in known:
        return ()
    return (FieldViolation("agent.role", role, _allowed(role, known)),)


def _allowed(value: str, known: tuple[str, ...]) -> str:
    near = nearest(value, known)
    hint = f"; did you mean {near!r}?" if near else ""
    return f"allowed: {', '.join(known)}{hint}"


def _language(asked: str, pack: Pack) -> str:
    language = asked.lower().split("-")[0]
    return language if language in pack.languages else pack.languages[0]


def _tier(request: RecommendRequest, pack: Pack) -> int:
    tiers = pack.authority.tiers
    return next((t.tier for t in tiers if t.role == request.agent.role), tiers[0].tier)


def _concessions(intercept: Intercept, pack: Pack) -> list[RecordedConcession]:
    """Return what is carried already; words that are no offer of the pack are not recorded."""
    carried = [*intercept.order.active_concessions, *intercept.booking.active_concessions]
    return [
        RecordedConcession(
            offer_id=c.offer_id if c.offer_id in pack.offers else OTHER,
            percent=c.percent if c.HasField("percent") else None,
        )
        for c in carried
    ]


def _reason_facts(settled: SettledReason) -> dict[str, FactValue]:
    facts: dict[str, FactValue] = {
        "never_save": settled.never_save,
        "reason.unsure": settled.unsure,
    }
    if settled.reason:
        facts["reason"] = settled.reason
    if settled.stated:
        facts["reason.stated"] = settled.stated
    if settled.detected:
        facts["reason.detected"], facts["reason.probability"] = settled.detected[0]
    return facts


def _reason(settled: SettledReason) -> pb.Reason:
    return pb.Reason(
        reason=settled.reason or "",
        stated=settled.stated or "",
        detected=[pb.DetectedReason(reason=r, probability=p) for r, p in settled.detected],
        unsure=settled.unsure,
        deciding_words=settled.words,
    )
