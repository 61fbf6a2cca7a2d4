"""The server. Started as `python -m bench.naive STORE_URL RULES_DIR`, it prints its port."""

from __future__ import annotations

import asyncio
import sys
import uuid
from pathlib import Path
from typing import Any

import grpc
import uvloop
from google.type.money_pb2 import Money
from keepsake.core.pack import Offer, OfferClass, Pack
from keepsake.packs.load import load_pack
from keepsake.v1 import decision_pb2 as pb
from keepsake.v1.intercept_pb2 import RecommendRequest, RecommendResponse
from keepsake.v1.intercept_pb2_grpc import (
    InterceptServiceServicer,
    add_InterceptServiceServicer_to_server,
)
from redis.asyncio import Redis

from bench.echo import tell_port
from bench.naive.facts import facts_of
from bench.naive.models import ReasonModel, SaveModel
from bench.naive.rules import Rules

CANDIDATES, OFFERED = 20, 3
KEPT_SECONDS = 400 * 86_400
JOURNAL = "naive:journal"


class Desk(InterceptServiceServicer):  # type: ignore[misc]  # generated without types
    """Decides by calling one library after the other."""

    def __init__(self, pack: Pack, store: Redis) -> None:
        self._store = store
        self._rules = Rules(pack)
        self._save, self._reason = SaveModel(), ReasonModel()
        offers = [one for one in pack.offers.values() if one.offer_class is not OfferClass.REMEDY]
        self._offers = offers[:CANDIDATES]
        self._arms = [{"arm_lever": None, "arm_generosity": 0.0}, *map(_arm, self._offers)]

    async def Recommend(self, request: RecommendRequest, _context: Any) -> RecommendResponse:  # noqa: N802 - by the proto
        """Recommend what to offer; a request that was answered gets the same answer."""
        asked = f"naive:request:{request.intercept.customer.id}:{request.request_id}"
        if before := await self._store.get(asked):
            return RecommendResponse.FromString(before)
        customer = f"naive:customer:{request.intercept.customer.id}"
        history = await self._store.hgetall(customer)
        answer = self._decide(request, len(history))
        content = answer.SerializeToString()
        await self._store.set(asked, content, ex=KEPT_SECONDS, nx=True)
        await self._store.xadd(JOURNAL, {"request": request.SerializeToString(), "answer": content})
        await self._store.hset(customer, "last", answer.decision.decision_id)
        return answer

    def _decide(self, request: RecommendRequest, seen: int) -> RecommendResponse:
        intercept = request.intercept
        reason, probability = self._reason.detect(intercept.words)
        facts = facts_of(intercept, intercept.stated_reason or reason, probability)
        facts["customer_seen"] = seen
        chances = self._save.p_kept(facts, self._arms)
        facts["risk"] = 1 - chances[0]
        holding = self._rules.holding(facts)
        margin = facts["order_margin"]
        ranked = sorted(
            (
                ((chance - chances[0]) * margin - chance * offer.cost_if_accepted.fixed, offer)
                for chance, offer in zip(chances[1:], self._offers, strict=True)
                if f"offer:{offer.id}" in holding
            ),
            key=lambda pair: -pair[0],
        )
        shown = [_shown(offer, value, intercept.language) for value, offer in ranked[:OFFERED]]
        decision = pb.Decision(
            decision_id=uuid.uuid4().hex,
            risk=pb.Risk(risk=facts["risk"], band="high" if facts["risk"] > 0.6 else "medium"),  # noqa: PLR2004 - as the pack says
            reason=pb.Reason(reason=facts["reason"], stated=intercept.stated_reason),
            recommendations=shown,
        )
        return RecommendResponse(decision=decision)


def _arm(offer: Offer) -> dict[str, Any]:
    return {"arm_lever": offer.lever, "arm_generosity": offer.cost_if_accepted.fixed / 5_000}


def _shown(offer: Offer, value: float, language: str) -> pb.Recommendation:
    return pb.Recommendation(
        offer_id=offer.id,
        title=offer.titles.get(language, offer.titles["en"]),
        talk_track=offer.talk_track.get(language, offer.talk_track["en"]),
        net_value=Money(currency_code="USD", units=int(value)),
    )


async def main(store_url: str, rules: Path) -> None:
    """Serve until ended."""
    store = Redis.from_url(store_url)
    server = grpc.aio.server()
    desk = Desk(load_pack(rules / "jeweller"), store)
    add_InterceptServiceServicer_to_server(desk, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    tell_port(port)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], Path(sys.argv[2])))
