"""Turns every `when` of a pack into rules of the core, and the rules into strata."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain

from keepsake.core.candidates import PRICE
from keepsake.core.conditions import AllOf, Comparison, Operator
from keepsake.core.errors import PackError, Problem
from keepsake.core.facts import FactValue
from keepsake.core.literals import LiteralError, read_literal
from keepsake.core.parse import parse_when
from keepsake.core.rules import (
    Advise,
    AskApproval,
    Bar,
    Cap,
    Derive,
    Effect,
    MakeEligible,
    Notify,
    OpenWayOut,
    Play,
    Rule,
    RuleBook,
    Withhold,
)
from keepsake.core.strata import build_rulebook
from keepsake.packs.draft import Draft
from keepsake.packs.entries import ApprovalShape, AskShape, CapShape, LawThen, OfferShape, RuleThen
from keepsake.packs.selection import Selection
from keepsake.packs.shapes import Effective, When
from keepsake.packs.tree import Path, key_of

TODAY = "today"
AT_LEAST, LESS = Operator.AT_LEAST, Operator.LESS
SECTION_OF = {"offer": "offers", "rule": "rules", "law": "laws", "way_out": "ways_out"}


def path_of(rule_id: str) -> Path:
    """Return where the rule with this id is written."""
    kind, _, name = rule_id.partition(":")
    return (SECTION_OF[kind], name)


class RuleReader:
    """Reads the rules of one pack; mistakes are noted in the document."""

    def __init__(self, draft: Draft) -> None:
        self._shape = draft.shape
        self._document = draft.document
        self._dialect = draft.dialect
        self._amounts = draft.amounts
        self._selection = Selection(draft.shape, draft.document)
        self._tiers = {tier.role: tier.tier for tier in draft.shape.authority.tiers}

    def rulebook(self) -> RuleBook:
        """Return all rules by stratum."""
        rules = list(chain(self._laws(), self._offers(), self._rules(), self._ways_out()))
        try:
            return build_rulebook(rules, self._dialect.vocabulary)
        except PackError as error:
            self._document.problems += [_in_the_files(problem) for problem in error.problems]
            return RuleBook(strata=(tuple(rules),))

    def _laws(self) -> Iterator[Rule]:
        for name, shape in self._shape.laws.items():
            path: Path = ("laws", name)
            effects = (Notify(name), *self._spoken(shape.then, path))
            if shape.then.bar is not None:
                effects += (Bar(self._selection.pick(shape.then.bar, (*path, "then", "bar"))),)
            when = self._when(shape.when, path, shape.effective)
            apply = shape.if_missing == "apply"
            yield Rule(f"law:{name}", when, effects, apply, self._document.where(path))

    def _offers(self) -> Iterator[Rule]:
        for name, shape in self._shape.offers.items():
            path: Path = ("offers", name)
            effects: list[Effect] = [MakeEligible(name)]
            if shape.approval:
                ask_path = (*path, "approval")
                effects.append(self._ask(frozenset({name}), shape.approval, ask_path))
            when = self._when(shape.when, path, shape.effective)
            yield Rule(f"offer:{name}", when, tuple(effects), source=self._document.where(path))

    def _rules(self) -> Iterator[Rule]:
        for name, shape in self._shape.rules.items():
            path: Path = ("rules", name)
            effects = tuple(self._effects(shape.then, path))
            if not effects:
                self._document.refuse((*path, "then"), "does nothing", "withhold, cap, derive, ...")
            when = self._when(shape.when, path, shape.effective)
            apply = shape.if_missing == "apply"
            yield Rule(f"rule:{name}", when, effects, apply, self._document.where(path))

    def _ways_out(self) -> Iterator[Rule]:
        for name, shape in self._shape.ways_out.items():
            path: Path = ("ways_out", name)
            when = self._when(shape.when, path, None)
            source = self._document.where(path)
            yield Rule(f"way_out:{name}", when, (OpenWayOut(name),), source=source)

    def _when(self, when: Sequence[When], path: Path, effective: Effective | None) -> AllOf:
        inside = (*path, "when")
        written = [item if isinstance(item, str) else item.model_dump() for item in when]
        try:
            read = parse_when(
                written,
                self._dialect,
                key=key_of(inside),
                locate=lambda item: self._document.where((*inside, *item)),
            )
        except PackError as error:
            self._document.problems += error.problems
            read = AllOf()
        return AllOf((*read.conditions, *self._effective(effective, (*path, "effective"))))

    def _effective(self, effective: Effective | None, path: Path) -> Iterator[Comparison]:
        if effective is None:
            return
        if effective.from_ and effective.until and effective.from_ >= effective.until:
            self._document.refuse((*path, "until"), "is not after `from`", value=effective.until)
        days = (("from", AT_LEAST, effective.from_), ("until", LESS, effective.until))
        for key, operator, day in days:
            if day is not None:
                yield self._bound(operator, day, (*path, key))

    def _bound(self, operator: Operator, day: str, path: Path) -> Comparison:
        value: FactValue = 0.0
        try:
            value = read_literal(day, self._dialect.vocabulary[TODAY], self._dialect)
        except LiteralError as error:
            self._document.refuse(path, f"{day} is no day of the calendar", error.suggestion)
        where = self._document.where(path)
        return Comparison(TODAY, operator, value, f"{TODAY} {operator} {day}", where)

    def _effects(self, then: RuleThen, path: Path) -> Iterator[Effect]:
        inside = (*path, "then")
        if then.withhold is not None:
            yield Withhold(self._selection.pick(then.withhold, (*inside, "withhold")))
        if then.cap is not None:
            yield self._cap(then.cap, (*inside, "cap"))
        if then.approval is not None:
            offers = self._selection.pick(then.approval, (*inside, "approval"))
            yield self._ask(offers, then.approval, (*inside, "approval"))
        yield from self._spoken(then, path)

    def _cap(self, shape: CapShape, path: Path) -> Cap:
        percent = self._amounts.percent(shape.percent, (*path, "percent"))
        offers = self._selection.pick(shape, path)
        for offer in sorted(offers):
            if not self._has_percent(self._shape.offers[offer]):
                hint = "leave it out, or give it terms in percent"
                message = "limits an offer that has no percent to limit"
                self._document.refuse(path, message, hint, value=offer)
        return Cap(offers, percent or 0.0)

    def _spoken(self, then: LawThen | RuleThen, path: Path) -> Iterator[Effect]:
        for fact, value in then.derive.items():
            yield Derive(fact, value)
        if then.advise is not None:
            yield Advise(then.advise)
        if then.playbook is not None:
            known = self._document.names("playbooks")
            if then.playbook not in known:
                inside = (*path, "then", "playbook")
                self._document.refuse_name(inside, then.playbook, known, what="playbook")
            yield Play(then.playbook)

    def _ask(
        self, offers: frozenset[str], shape: ApprovalShape | AskShape, path: Path
    ) -> AskApproval:
        said = {entry.get("role") for entry in self._document.entries("authority", "tiers")}
        if shape.by not in {*self._tiers, *said}:
            self._document.refuse_name((*path, "by"), shape.by, self._tiers, what="role")
        terms = {self._term(self._shape.offers.get(offer)) for offer in offers} - {None}
        term = terms.pop() if len(terms) == 1 else None
        above = self._amounts.depth(shape.above, (*path, "above"), term=term)
        if shape.above is not None and not term:
            self._document.refuse(
                (*path, "above"), "asks for one kind of terms that the offers have"
            )
        return AskApproval(offers, self._tiers.get(shape.by, 0), above)

    @staticmethod
    def _has_percent(shape: OfferShape) -> bool:
        """Tell whether a percent of the price can be told: by its terms, or by its cost."""
        if shape.terms is not None and shape.terms.percent is not None:
            return True
        return shape.lever == PRICE and shape.cost.if_accepted is not None

    @staticmethod
    def _term(shape: OfferShape | None) -> str | None:
        if shape is None or shape.terms is None:
            return None
        return "percent" if shape.terms.percent is not None else "amount"


def _in_the_files(problem: Problem) -> Problem:
    """Return a problem of a rule with the key that its author knows."""
    return replace(problem, key=key_of(path_of(problem.key)))
