"""What is offered: the drawn choice first, what else is worth it, nothing at its place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from keepsake.answer.phrases import approval_of, money_of, terms_of, traced
from keepsake.core.pack import NOTHING
from keepsake.days import date_of
from keepsake.v1 import decision_pb2 as pb

if TYPE_CHECKING:
    from keepsake.answer.wording import Wording
    from keepsake.core.ruling import Ruling, Valued
    from keepsake.core.verdicts import Judge

_NOTHING = -1


def ranking(ruling: Ruling, most: int) -> list[int]:
    """Return the places of what is listed, best first; -1 stands for nothing.

    The choice that was drawn comes first. The others follow by value, one of each offer, and only
    what is worth more than nothing. Nothing always has a place.
    """
    chosen = ruling.chosen.index
    ranked = [ruling.offered[chosen] if chosen >= 0 else _NOTHING]
    taken = {_offer_id(ruling, ranked[0])}
    worth = [place for place in ruling.offered if may_follow(ruling, ruling.valued[place])]
    for place in sorted(worth, key=lambda place: -ruling.valued[place].score):
        if _offer_id(ruling, place) not in taken and len(taken) < most:
            taken.add(_offer_id(ruling, place))
            ranked.append(place)
    return ranked if _NOTHING in ranked else [*ranked, _NOTHING]


def may_follow(ruling: Ruling, valued: Valued) -> bool:
    """Tell whether a candidate is worth offering, and not an incentive in the control group."""
    is_incentive = valued.considered.candidate.is_incentive
    return valued.score > 0 and not (ruling.chosen.control_group and is_incentive)


def _offer_id(ruling: Ruling, place: int) -> str:
    return NOTHING if place == _NOTHING else ruling.valued[place].considered.candidate.offer.id


class Offers:
    """Says the offers of one ruling."""

    def __init__(self, ruling: Ruling, judge: Judge, words: Wording) -> None:
        self._ruling = ruling
        self._judge = judge
        self._words = words
        self._facts = ruling.consideration.situation.facts
        self._currency = judge.pack.currency

    def recommendations(self, ranked: Sequence[int]) -> list[pb.Recommendation]:
        """Return what to offer, in the order of its ranking."""
        return [
            self._nothing(rank)
            if place == _NOTHING
            else self._offer(self._ruling.valued[place], rank)
            for rank, place in enumerate(ranked, 1)
        ]

    def remedies(self) -> list[pb.Recommendation]:
        """Return what is owed, whatever is offered."""
        return [
            self._offer(valued, 0)
            for valued in self._ruling.valued
            if valued.considered.candidate.is_remedy and valued.considered.finding.may_be_offered
        ]

    def _nothing(self, rank: int) -> pb.Recommendation:
        answer = pb.Recommendation(
            rank=rank,
            offer_id=NOTHING,
            offer_class=NOTHING,
            title=self._words.nothing_title(),
            cost=money_of(0, self._currency),
            note=self._words.nothing_note(control=self._ruling.chosen.control_group),
        )
        p_without = self._ruling.consideration.p_without
        if p_without is not None:
            answer.p_kept = answer.p_kept_without = p_without
            answer.net_value.CopyFrom(money_of(0, self._currency))
        return answer

    def _offer(self, valued: Valued, rank: int) -> pb.Recommendation:
        candidate = valued.considered.candidate
        offer = candidate.offer
        answer = pb.Recommendation(
            rank=rank,
            offer_id=offer.id,
            offer_class=offer.offer_class,
            title=self._words.title(offer),
            terms=terms_of(candidate, self._currency),
            because=traced(self._judge.eligibility(offer.id), self._facts, self._judge.pack),
            approval=approval_of(valued.considered.finding),
            talk_track=self._words.talk_track(candidate),
            excludes=offer.excludes,
            confidence=offer.confidence,
        )
        self._value(answer, valued)
        ready = self._facts.get(f"feasibility.{offer.promise}.ready_date")
        if offer.promise and ready is not None:
            answer.promise_date.CopyFrom(date_of(float(ready)))
        return answer

    def _value(self, answer: pb.Recommendation, valued: Valued) -> None:
        candidate = valued.considered.candidate
        p_without = self._ruling.consideration.p_without
        if candidate.cost is not None:
            cost = candidate.cost + (candidate.cost_now or 0.0)
            answer.cost.CopyFrom(money_of(cost, self._currency))
        if valued.considered.p_kept is None or p_without is None:
            return
        answer.p_kept, answer.p_kept_without = valued.considered.p_kept, p_without
        if valued.net is not None and not candidate.is_remedy:
            answer.net_value.CopyFrom(money_of(valued.net, self._currency))
