"""What is offered: the drawn choice first, what else is worth it, nothing at its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from keepsake.answer.alternatives import Alternatives
from keepsake.answer.parts import double_of, field_of, written
from keepsake.answer.phrases import driver_fields, money_of
from keepsake.answer.sums import money_in_bytes, terms_in_bytes
from keepsake.core.pack import NOTHING
from keepsake.days import date_of
from keepsake.v1 import decision_pb2 as pb

if TYPE_CHECKING:
    from keepsake.answer.traces import TraceWriter
    from keepsake.answer.wording import Wording
    from keepsake.core.candidates import Candidate
    from keepsake.core.facts import Facts, FactValue
    from keepsake.core.findings import Approval
    from keepsake.core.pack import Offer
    from keepsake.core.ruling import Ruling
    from keepsake.core.value import Valued
    from keepsake.core.verdicts import Judge

_NOTHING = -1
_KEPT = 256
"""Of how many offers, at their ranks and in their languages, the beginning is kept."""
_TERMS = field_of(pb.Recommendation, "terms")
_P_KEPT = double_of(pb.Recommendation, "p_kept")
_P_WITHOUT = double_of(pb.Recommendation, "p_kept_without")
_COST = field_of(pb.Recommendation, "cost")
_NET_VALUE = field_of(pb.Recommendation, "net_value")
_BECAUSE = field_of(pb.Recommendation, "because")
_FEASIBILITY = field_of(pb.Recommendation, "feasibility")
_TALK_TRACK = field_of(pb.Recommendation, "talk_track")


def ranking(ruling: Ruling, most: int) -> list[int]:
    """Return the places of what is listed, best first; -1 stands for nothing.

    The choice that was drawn comes first. The others follow by value, one of each offer, and only
    what is worth more than nothing. Nothing always has a place.
    """
    chosen, standing = ruling.chosen.index, ruling.standing
    ranked = [ruling.offered[chosen] if chosen >= 0 else _NOTHING]
    taken = {_offer_id(ruling, ranked[0])}
    worth = [place for place in ruling.offered if may_follow(ruling, standing[place])]
    for place in sorted(worth, key=lambda place: -standing[place].score):
        if len(taken) >= most:
            break
        if _offer_id(ruling, place) not in taken:
            taken.add(_offer_id(ruling, place))
            ranked.append(place)
    return ranked if _NOTHING in ranked else [*ranked, _NOTHING]


def may_follow(ruling: Ruling, valued: Valued) -> bool:
    """Tell whether a candidate is worth offering, and not an incentive in the control group."""
    if valued.score <= 0:
        return False
    return not (ruling.chosen.control_group and valued.considered.candidate.is_incentive)


def _offer_id(ruling: Ruling, place: int) -> str:
    return NOTHING if place == _NOTHING else ruling.standing[place].considered.candidate.offer.id


class Offers:
    """Says what is offered in the decisions of one pack."""

    def __init__(self, judge: Judge, traces: TraceWriter) -> None:
        self.judge = judge
        self.traces = traces
        self.alternatives = Alternatives(judge.pack)
        self.currency = judge.pack.currency
        self.nothing = money_of(0, self.currency)
        self.heads = lru_cache(maxsize=_KEPT)(self._head)
        self.conditions = lru_cache(maxsize=_KEPT)(_conditions)
        self.tails = {
            name: written(pb.Recommendation, excludes=offer.excludes, confidence=offer.confidence)
            for name, offer in judge.pack.offers.items()
        }

    def _head(self, rank: int, offer_id: str, title: str) -> bytes:
        """Write what an offer is."""
        offer_class = self.judge.pack.offers[offer_id].offer_class
        return written(
            pb.Recommendation, rank=rank, offer_id=offer_id, offer_class=offer_class, title=title
        )

    def of(
        self, ruling: Ruling, words: Wording, *, talks: bool, answers: Mapping[str, bytes]
    ) -> RulingOffers:
        """Return what says the offers of one ruling; without talk tracks where time is short.

        `answers` are those to questions of feasibility, as they are written.
        """
        return RulingOffers(self, ruling, words, talks=talks, answers=answers)


class RulingOffers:
    """Says the offers of one ruling."""

    def __init__(
        self,
        pack: Offers,
        ruling: Ruling,
        words: Wording,
        *,
        talks: bool,
        answers: Mapping[str, bytes],
    ) -> None:
        self._pack = pack
        self._ruling = ruling
        self._words = words
        self._talks = talks
        self._answers = answers
        self._facts = ruling.consideration.situation.facts
        self._truths = ruling.consideration.evaluation.truths
        self._p_without = ruling.consideration.p_without

    def recommendations(self, ranked: Sequence[int]) -> list[bytes]:
        """Return what to offer, in the order of its ranking."""
        standing = self._ruling.standing
        return [
            self._nothing(rank) if place == _NOTHING else self._offer(standing[place], rank)
            for rank, place in enumerate(ranked, 1)
        ]

    def remedies(self) -> list[bytes]:
        """Return what is owed, whatever is offered."""
        standing, offered = self._ruling.standing, self._ruling.offered
        if len(offered) == len(standing):
            return []
        return [self._offer(each, 0) for each in standing if each.considered.candidate.is_remedy]

    def _nothing(self, rank: int) -> bytes:
        in_control = self._ruling.chosen.control_group
        return written(
            pb.Recommendation,
            rank=rank,
            offer_id=NOTHING,
            offer_class=NOTHING,
            title=self._words.nothing_title,
            cost=self._pack.nothing,
            p_kept=self._p_without,
            p_kept_without=self._p_without,
            net_value=self._pack.nothing if self._is_weighed() else None,
            note=self._words.control_note if in_control else self._words.nothing_note,
        )

    def _is_weighed(self) -> bool:
        """Tell whether anything says what offers are worth."""
        by_chance = (each.chance is not None for each in self._ruling.standing)
        return self._p_without is not None or any(by_chance)

    def _offer(self, valued: Valued, rank: int) -> bytes:
        candidate, finding, _ = valued.considered
        offer = candidate.offer
        rule = self._pack.judge.plans[offer.id].eligible
        talk = self._words.talk_track(candidate, self._facts) if self._talks else ""
        return b"".join(
            (
                self._pack.heads(rank, offer.id, self._words.title(offer)),
                self._sums(valued),
                _BECAUSE(self._pack.traces.traced(rule, self._facts, self._truths[rule.id])),
                self._pack.conditions(finding.approval, _promised(candidate, self._facts)),
                _TALK_TRACK(talk.encode()) if talk else b"",
                self._pack.tails[offer.id],
                *self._feasibility(offer),
                self._alternatives(offer.id),
                self._chance(offer, valued.chance),
            )
        )

    def _chance(self, offer: Offer, chance: float | None) -> bytes:
        """Return how likely it succeeds, and who says so."""
        if offer.chance is None or chance is None:
            return b""
        drivers = self._ruling.win[1] if self._ruling.win and offer.chance.by_model else ()
        return written(
            pb.Recommendation,
            chance=chance,
            chance_source=offer.chance.told_by,
            chance_drivers=driver_fields(drivers),
        )

    def _feasibility(self, offer: Offer) -> list[bytes]:
        """Return what operations said to all that an offer needs."""
        if not self._answers:
            return []
        asked = dict.fromkeys((*offer.needs, offer.promise or ""))
        return [_FEASIBILITY(self._answers[one]) for one in asked if one in self._answers]

    def _alternatives(self, offer_id: str) -> bytes:
        found = self._ruling.consideration.situation.circumstances.found
        its = found.get(offer_id) if found else None
        return self._pack.alternatives.of(its, self._facts, self._words.language)

    def _sums(self, valued: Valued) -> bytes:
        """Return the terms of an offer and what is expected of it: all that is counted."""
        (candidate, _, p_kept), net, _, chance = valued
        cost, currency = candidate.cost, self._pack.currency
        terms, sums = terms_in_bytes(candidate, currency), b""
        if terms is not None:
            sums += _TERMS(terms)
        if p_kept is not None:
            sums += _P_KEPT(p_kept)
            sums += b"" if self._p_without is None else _P_WITHOUT(self._p_without)
        if cost is not None:
            sums += _COST(money_in_bytes(cost + (candidate.cost_now or 0.0), currency))
        is_weighed = p_kept is not None or chance is not None
        if is_weighed and net is not None and not candidate.is_remedy:
            sums += _NET_VALUE(money_in_bytes(net, currency))
        return sums


def _conditions(approval: Approval | None, ready: FactValue | None) -> bytes:
    """Write what stands between an offer and the customer: who must approve, the day promised."""
    return written(
        pb.Recommendation,
        approval=approval._asdict() if approval else None,
        promise_date=None if ready is None else date_of(float(ready)),
    )


def _promised(candidate: Candidate, facts: Facts) -> FactValue | None:
    """Return the day that an offer promises, where operations gave one."""
    promise = candidate.offer.promise
    return facts.get(f"feasibility.{promise}.ready_date") if promise else None
