"""Lint: what is declared and never used."""

from __future__ import annotations

import re
from collections.abc import Iterator

from keepsake.core.conditions import FactRef
from keepsake.core.pack import Texts
from keepsake.core.planning import facts_planned
from keepsake.core.rules import Play
from keepsake.core.strata import comparisons
from keepsake.core.texts import placeholders
from keepsake.packs.load import OpenedPack
from keepsake.packs.vocabulary import HOURS_AGO, IN_DAYS, attributes


def lint_unused(opened: OpenedPack, read_by_models: frozenset[str]) -> None:
    """Warn of facts, lists, playbooks, budgets and questions that no kind uses."""
    kinds = (opened, *opened.others.values())
    facts = read_by_models.union(*map(facts_used, kinds))
    lists = set[str]().union(*map(_lists_used, kinds))
    said = {each.playbook for each in opened.shape.conversation.objections.values()}
    playbooks = said.union(*map(_playbooks_used, kinds))
    offers = [offer for each in kinds for offer in each.pack.offers.values()]
    for each in kinds:
        _facts(each, facts)
        _named(each, "lists", lists)
        _named(each, "playbooks", playbooks)
        _named(each, "budgets", {offer.budget or "" for offer in offers})
    _questions(opened, {question for offer in offers for question in offer.needs}, facts)


def _questions(opened: OpenedPack, asked: set[str], used: frozenset[str]) -> None:
    for index, question in enumerate(opened.shape.feasibility):
        if question not in asked and f"feasibility.{question}" not in used:
            opened.document.warn(("feasibility", index), "no offer needs it", value=question)
        elif opened.pack.calendar and question not in opened.pack.calendar.plans:
            hint = "give it a plan, or ask operations"
            opened.document.warn(
                ("feasibility", index), "the calendar has no plan for it", hint, value=question
            )


def _named(opened: OpenedPack, section: str, used: set[str]) -> None:
    for name in getattr(opened.shape, section):
        if name not in used and (section, name) not in opened.document.borrowed:
            opened.document.warn((section, name), "is used nowhere", "drop it")


def _facts(opened: OpenedPack, used: frozenset[str]) -> None:
    derived = [fact for fact in opened.pack.vocabulary.values() if fact.derived]
    for fact in (*attributes(opened.pack.vocabulary), *derived):
        is_borrowed = ("facts", fact.name) in opened.document.borrowed
        names = {fact.name, fact.name + IN_DAYS, fact.name + HOURS_AGO}
        is_implied = fact.name not in opened.shape.facts
        if not (names & used or is_borrowed or is_implied):
            opened.document.warn(("facts", fact.name), "is read by nothing", "drop it, or use it")


def facts_used(opened: OpenedPack) -> set[str]:
    """Return every fact that rules, amounts, texts or the valuation read."""
    pack = opened.pack
    used = {pack.authority.category_fact, pack.valuation.value, pack.valuation.margin}
    used |= {pack.valuation.sunk_of or "", pack.valuation.stage_fact or ""}
    for stratum in pack.rulebook.strata:
        for rule in stratum:
            for comparison in comparisons(rule.when):
                used.add(comparison.fact)
                if isinstance(comparison.operand, FactRef):
                    used.add(comparison.operand.fact)
    for offer in pack.offers.values():
        used |= {offer.cost_now.of or "", offer.cost_if_accepted.of or ""}
        used |= {offer.cost_if_lost.of or "", offer.chance.fact if offer.chance else ""}
    for way_out in pack.ways_out.values():
        used |= {way_out.fee.of or "", way_out.returned.of or ""}
    for catalogue in pack.catalogues.values():
        used |= {aspect.fact.name for aspect in catalogue.aspects}
        used |= {aspect.wish for aspect in catalogue.aspects}
    used |= facts_planned(pack.calendar) if pack.calendar else set()
    used |= {fact for cluster in pack.work.clusters for fact in cluster.by}
    used |= pack.work.facts_read | {pack.valuation.nothing.of or ""} | _of_documents(opened)
    return used | {
        name for texts in _texts(opened) for t in texts.values() for name in placeholders(t)
    }


def _of_documents(opened: OpenedPack) -> set[str]:
    """Return the facts that documents tell of."""
    documents = opened.pack.work.documents.values()
    texts = [text for each in documents for text in each.templates.values()]
    told = {name for name in opened.pack.vocabulary if any(name in text for text in texts)}
    return told | {moment.fact for each in documents for moment in each.timeline}


def _texts(opened: OpenedPack) -> Iterator[Texts]:
    pack = opened.pack
    yield from (offer.talk_track for offer in pack.offers.values())
    yield from (way_out.texts for way_out in pack.ways_out.values())
    yield from (law.texts for law in pack.laws.values())
    yield from (playbook.text for playbook in opened.shape.playbooks.values())


def _lists_used(opened: OpenedPack) -> set[str]:
    texts = [
        comparison.text
        for stratum in opened.pack.rulebook.strata
        for rule in stratum
        for comparison in comparisons(rule.when)
    ]
    return {name for name in opened.shape.lists if any(_ends_with(text, name) for text in texts)}


def _ends_with(text: str, name: str) -> bool:
    return re.search(rf"\bin\s+{re.escape(name)}\s*$", text) is not None


def _playbooks_used(opened: OpenedPack) -> set[str]:
    return {
        effect.playbook
        for stratum in opened.pack.rulebook.strata
        for rule in stratum
        for effect in rule.effects
        if isinstance(effect, Play)
    }
