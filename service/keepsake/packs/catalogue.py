"""Turns the shapes of reasons, offers, ways out and laws into the core's frozen values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from keepsake.core.pack import REST, Law, Offer, OfferClass, Reason, WayOut
from keepsake.packs.catalogues import read_pick
from keepsake.packs.chances import read_chance
from keepsake.packs.clocks import law_clock
from keepsake.packs.draft import Draft
from keepsake.packs.entries import OfferShape
from keepsake.packs.texts import TextCheck
from keepsake.packs.tree import Path

QUESTION = "feasibility."
CLOCK = ("clock.due", "clock.begun")


class Catalogue:
    """Reads what a pack offers and says; mistakes are noted in the document."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._shape = draft.shape
        self._document = draft.document
        self._amounts = draft.amounts
        self._facts = draft.vocabulary
        self._texts = TextCheck(draft).check

    def reasons(self) -> Mapping[str, Reason]:
        """Return the reasons; their levers must be offers."""
        found = {}
        for name, shape in self._shape.reasons.items():
            path = ("reasons", name)
            self._texts(shape.title, (*path, "title"))
            levers = self._levers(shape.levers, path)
            found[name] = Reason(
                id=name,
                titles=shape.title,
                sensitive=shape.sensitive,
                never_save=shape.never_save,
                levers=levers,
                confidence=shape.conf,
                source=self._document.where(path),
            )
        return found

    def _levers(self, levers: list[str], path: Path) -> tuple[str, ...]:
        """Return the levers of a reason; of one that a kind takes over, those it has offers for."""
        if path in self._document.borrowed:
            return tuple(name for name in levers if name in self._shape.offers)
        self._known(levers, (*path, "levers"), "offers")
        return tuple(levers)

    def offers(self) -> Mapping[str, Offer]:
        """Return the offers."""
        return {name: self._offer(name, shape) for name, shape in self._shape.offers.items()}

    def _offer(self, name: str, shape: OfferShape) -> Offer:
        path = ("offers", name)
        term, depths = self._terms(name, shape)
        self._texts(shape.title, (*path, "title"))
        self._texts(shape.talk_track, (*path, "talk_track"), self._own_words(shape, term))
        self._known(shape.excludes, (*path, "excludes"), "offers")
        self._known_budget(shape.budget, (*path, "budget"))
        cost = (*path, "cost")
        return Offer(
            id=name,
            offer_class=OfferClass(shape.class_),
            titles=shape.title,
            lever=shape.lever,
            term=term,
            depths=depths,
            cost_now=self._amounts.amount(shape.cost.now, (*cost, "now"), term=term),
            cost_if_accepted=self._amounts.amount(
                shape.cost.if_accepted, (*cost, "if_accepted"), term=term
            ),
            cost_if_lost=self._amounts.amount(shape.cost.if_lost, (*cost, "if_lost"), term=term),
            chance=read_chance(self._draft, shape, path),
            keeps_percent=self._amounts.percent(shape.keeps, (*path, "keeps")) or 0.0,
            needs=tuple(self._questions(shape.needs, (*path, "needs"))),
            promise=next(self._questions([shape.promise or ""], (*path, "promise")), None),
            budget=shape.budget,
            excludes=tuple(shape.excludes),
            pick=read_pick(self._draft, shape.pick, (*path, "pick")),
            talk_track=shape.talk_track,
            confidence=shape.conf,
            source=self._document.where(path),
        )

    def _terms(self, name: str, shape: OfferShape) -> tuple[str | None, tuple[float, ...]]:
        path = ("offers", name, "terms")
        terms = shape.terms
        if terms is None:
            return None, ()
        if (terms.percent is None) is (terms.amount is None):
            self._document.refuse(path, "must hold either percent or amount")
        if terms.percent is not None:
            return "percent", self._ascending(terms.percent, (*path, "percent"))
        money = [
            self._amounts.money(text, (*path, "amount", index))
            for index, text in enumerate(terms.amount or ())
        ]
        return "amount", self._ascending([m for m in money if m is not None], (*path, "amount"))

    def _ascending(self, depths: list[float], path: Path) -> tuple[float, ...]:
        if depths != sorted(set(depths)):
            self._document.refuse(
                path, "must ascend, each once", value=", ".join(f"{depth:g}" for depth in depths)
            )
        return tuple(depths)

    def _own_words(self, shape: OfferShape, term: str | None) -> set[str]:
        words = {"offer.title", "terms.amount"}
        words |= {f"terms.{term}"} if term else set()
        return words | ({"promise.date"} if shape.promise else set())

    def ways_out(self) -> Mapping[str, WayOut]:
        """Return the ways out, the most favourable first; the last must always be open."""
        found = {}
        last = list(self._shape.ways_out)[-1]
        for name, shape in self._shape.ways_out.items():
            path = ("ways_out", name)
            self._texts(shape.text, (*path, "text"), {"fee", "returned"})
            if bool(shape.when) is (name == last):
                self._document.refuse((*path, "when"), *_way_out_order(is_last=name == last))
            if shape.fee.startswith(REST) and shape.returned.startswith(REST):
                message, hint = "cannot be the rest beside another rest", "say one as an amount"
                self._document.refuse((*path, "returned"), message, hint, value=shape.returned)
            found[name] = WayOut(
                id=name,
                texts=shape.text,
                fee=self._amounts.settled(shape.fee, (*path, "fee")),
                returned=self._amounts.settled(shape.returned, (*path, "returned")),
                fee_kept_percent=self._amounts.percent(shape.fee_kept, (*path, "fee_kept")) or 0.0,
                confidence=shape.conf,
                source=self._document.where(path),
            )
        return found

    def laws(self) -> Mapping[str, Law]:
        """Return what the laws cite and say."""
        found = {}
        for name, shape in self._shape.laws.items():
            path = ("laws", name)
            self._texts(shape.notice, (*path, "notice"), CLOCK if shape.clock else ())
            for index, fact in enumerate(shape.waivable):
                if fact not in self._facts:
                    inside = (*path, "waivable", index)
                    self._document.refuse_name(inside, fact, self._facts, what="fact")
            found[name] = Law(
                id=name,
                name=shape.name,
                texts=shape.notice,
                cites=shape.source,
                confidence=shape.conf,
                source=self._document.where(path),
                waivable=tuple(shape.waivable),
                clock=law_clock(self._draft, shape.clock, (*path, "clock")),
            )
        return found

    def _known(self, names: Iterable[str], path: Path, section: str) -> None:
        if section not in self._document.data:
            return  # that it is missing is said once
        known = self._document.names(section)
        for index, name in enumerate(names):
            if name not in known:
                self._document.refuse_name(
                    (*path, index), name, known, what=section.removesuffix("s")
                )

    def _known_budget(self, name: str | None, path: Path) -> None:
        known = self._document.names("budgets")
        if name and not known:
            self._document.refuse(path, "no such budget", "declare it under `budgets`", value=name)
        elif name and name not in known:
            self._document.refuse_name(path, name, known, what="budget")

    def _questions(self, facts: Iterable[str], path: Path) -> Iterator[str]:
        """Yield the questions behind `feasibility.<question>`."""
        for index, fact in enumerate(facts):
            question = fact.removeprefix(QUESTION)
            if fact and (question == fact or question not in self._shape.feasibility):
                known = [QUESTION + name for name in self._shape.feasibility]
                self._document.refuse_name((*path, index), fact, known, what="feasibility question")
            elif fact:
                yield question


def _way_out_order(*, is_last: bool) -> tuple[str, str]:
    if is_last:
        return "is the last way out and must be open always", "leave out `when`"
    return "is open always, so that no later way out can count", "give it a `when`, or move it last"
