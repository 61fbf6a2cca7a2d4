"""The small pack in force, with made-up models, and what the path of a request needs beside it."""

from __future__ import annotations

from contextlib import contextmanager

from keepsake.answer import Composer
from keepsake.core.checked import CheckedEngine
from keepsake.core.errors import NotFound
from keepsake.core.evaluate import PlainEngine
from keepsake.core.inquirer import Inquirer
from keepsake.core.keyed import Keyed
from keepsake.core.models import Scores
from keepsake.core.reference import ReferenceEngine
from keepsake.core.verdicts import Judge
from keepsake.gather import Gatherer
from keepsake.packs.readers import FactReader
from keepsake.snapshot import Models, Snapshot
from keepsake.v1.common_pb2 import Intercept, Order
from keepsake.v1.intercept_pb2 import VIEW_FULL, RecommendRequest

from tests.fakes.intercepts import NOW_MS
from tests.fakes.small_pack import small_pack

KEYED = Keyed(b"a secret of thirty-two bytes or more")


class PlainSaveModel:
    """Gives each offer the chance that a test says; others keep the chance of nothing."""

    digest, evidence = "plain", "simulated"

    def __init__(self, p_without, **p_kept):
        self.kinds = ("cancellation",)
        self._p_without = p_without
        self._p_kept = p_kept

    def score(self, facts, arms, *, drivers=True):
        """Score every arm."""
        del facts, drivers
        chances = (self._p_kept.get(arm.offer_id, self._p_without) for arm in arms[1:])
        return Scores((self._p_without, *chances))


def small_snapshot(*rules, models=None, loaded_ms=0, **changes):
    """Return the small pack in force."""
    pack = small_pack(*rules, **changes)
    engine = ReferenceEngine(pack.rulebook, pack.vocabulary)
    plain = PlainEngine(pack.rulebook, pack.vocabulary)
    judge = Judge(pack)
    return Snapshot(
        pack=pack,
        models=models or Models(),
        engine=engine,
        checked=CheckedEngine(engine, plain, on_disagreement=print),
        judge=judge,
        composer=Composer(judge),
        reader=FactReader(pack),
        inquirer=Inquirer(pack),
        loaded_ms=loaded_ms,
    )


class OneInForce:
    """Has one snapshot in force, that may be replaced."""

    def __init__(self, snapshot):
        self.current = snapshot

    @contextmanager
    def using(self, pack):
        """Hold the snapshot."""
        yield self.snapshot(pack)

    def snapshot(self, pack):
        """Return the snapshot."""
        if pack != self.current.pack.id:
            raise NotFound("pack", pack)
        return self.current

    async def snapshot_of(self, inputs):
        """Return the snapshot."""
        return self.snapshot(inputs.pack)


def gatherer(store, *, now_ms=NOW_MS):
    """Return a gatherer with a clock that stands still."""
    return Gatherer(store, KEYED, clock_ms=lambda: now_ms, check_share=0.0)


def a_request(request_id="r-1", *, customer="anna", **changes):
    """Return a request to the small pack in which everything is known."""
    intercept = Intercept(
        kind="cancellation",
        channel="email",
        jurisdiction="DE",
        stated_reason="dear",
        subject_type="order",
        subject_id="o-1",
        order=Order(stage="drawn", category="ring"),
    )
    intercept.order.value.currency_code = intercept.order.margin.currency_code = "USD"
    intercept.order.value.units, intercept.order.margin.units = 1000, 400
    if customer:
        intercept.customer.id = customer
    request = RecommendRequest(request_id=request_id, pack="small", intercept=intercept)
    request.view = VIEW_FULL
    for name, value in changes.items():
        setattr(request, name, value)
    return request
