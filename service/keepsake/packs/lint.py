"""Lint: what loads but cannot be meant.

Errors are what would break a promise (a protected fact, a limit that nobody may lift); warnings are
what is most likely a slip.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from keepsake.core.conditions import AllOf, Comparison, Operator
from keepsake.core.errors import Problem
from keepsake.core.facts import Source
from keepsake.core.networks import engine_limits
from keepsake.core.pack import OfferClass
from keepsake.core.rules import AskApproval, Effect, MakeEligible, Rule
from keepsake.core.strata import comparisons
from keepsake.packs.lint_laws import lint_jurisdictions, lint_strings
from keepsake.packs.lint_unused import lint_unused
from keepsake.packs.lint_withholds import lint_withholds
from keepsake.packs.load import OpenedPack
from keepsake.packs.reachable import all_rules, possibilities
from keepsake.packs.rulebook import path_of
from keepsake.packs.tree import key_of

SCHEMA_COMMENT = "# yaml-language-server: $schema="


def lint(opened: OpenedPack, read_by_models: frozenset[str] = frozenset()) -> None:
    """Note every finding in the document of each kind.

    `read_by_models` are the facts that models read.
    """
    for each in (opened, *opened.others.values()):
        _lint(each)
    lint_unused(opened, read_by_models)
    _schema_comments(opened)


def _lint(opened: OpenedPack) -> None:
    checks: tuple[Callable[[OpenedPack], None], ...] = (
        lint_jurisdictions,
        lint_strings,
        _rules_that_never_fire,
        _levers_that_never_fit,
        lint_withholds,
        _limits_without_approver,
        _waivers_without_effect,
        _offers,
        _reasons,
    )
    for check in checks:
        check(opened)
    for limit in engine_limits(opened.pack.rulebook, opened.pack.vocabulary):
        key = key_of((*path_of(limit.key), "when"))
        opened.document.problems.append(replace(limit, key=key, value=""))


def _rules_that_never_fire(opened: OpenedPack) -> None:
    known = possibilities(opened)
    for rule in all_rules(opened):
        blocked = known.contradiction(rule.when)
        if blocked is not None:
            is_offer = any(isinstance(effect, MakeEligible) for effect in rule.effects)
            what = "nothing can make this offer eligible" if is_offer else "this can never fire"
            _note(opened, rule, blocked, message=f"{what}: the condition leaves no possible value")


def _note(opened: OpenedPack, rule: Rule, comparison: Comparison, *, message: str) -> None:
    others = [c.text for c in comparisons(rule.when) if c.fact == comparison.fact]
    others = [text for text in others if text != comparison.text]
    hint = f"look at {' and '.join(f'`{text}`' for text in others)}" if others else ""
    if not others:
        fact_type = opened.pack.vocabulary[comparison.fact]
        hint = f"no rule gives {comparison.fact} such a value" if fact_type.derived else ""
    key = key_of((*path_of(rule.id), "when"))
    problem = Problem(comparison.source, key, comparison.text, message, hint)
    opened.document.problems.append(problem)


def _levers_that_never_fit(opened: OpenedPack) -> None:
    known = possibilities(opened)
    for reason in opened.pack.reasons.values():
        for index, lever in enumerate(reason.levers):
            if lever not in opened.pack.offers:
                continue
            given = Comparison("reason", Operator.EQUAL, reason.recorded_as, "")
            rule = opened.pack.rulebook.rule(f"offer:{lever}")
            if known.contradiction(rule.when) is None and known.contradiction(
                AllOf((given, rule.when))
            ):
                path = ("reasons", reason.id, "levers", index)
                message = "can never be eligible for this reason"
                hint = f"see {rule.source}"
                opened.document.refuse(path, message, hint, value=lever)


def _limits_without_approver(opened: OpenedPack) -> None:
    tiers = opened.pack.authority.tiers
    last = tiers[-1]
    path = ("authority", "tiers", len(tiers) - 1)
    for key, limit in (("max_percent", last.max_percent), ("max_amount", last.max_amount)):
        if limit is not None:
            message = "limits the highest tier, and nobody may approve above it"
            opened.document.refuse(
                (*path, key), message, "leave it out, or add a tier", value=limit
            )
    _escalations(opened)
    for rule in all_rules(opened):
        for effect in rule.effects:
            if isinstance(effect, AskApproval) and effect.tier == tiers[0].tier:
                message = f"asks {tiers[0].role}, the lowest role, which every agent has"
                opened.document.warn(path_of(rule.id), message, "name a higher role")
    if opened.pack.authority.two_people_above is not None and len(tiers) == 1:
        opened.document.refuse(("authority", "two_people_above"), "asks for a second person",
                               "add a tier")  # fmt: skip


def _escalations(opened: OpenedPack) -> None:
    """Warn of hours after which nobody else can be asked, or the approval has lapsed already."""
    authority = opened.pack.authority
    for index, tier in enumerate(authority.tiers):
        path, hours = ("authority", "tiers", index, "escalate_hours"), tier.escalate_hours
        if hours is None:
            continue
        if tier is authority.tiers[-1]:
            opened.document.warn(path, "is of the highest tier, and nobody is above it", "drop it")
        elif hours >= authority.lapse_hours:
            message = f"is not before the approval lapses ({authority.lapse_hours:g} hours)"
            opened.document.warn(path, message, "ask the next tier earlier", value=hours)


def _waivers_without_effect(opened: OpenedPack) -> None:
    for law in opened.pack.laws.values():
        read = {part.fact for part in comparisons(opened.pack.rulebook.rule(f"law:{law.id}").when)}
        for index, fact in enumerate(law.waivable):
            if fact not in read:
                path = ("laws", law.id, "waivable", index)
                opened.document.refuse(path, "is not read by this law", "drop it", value=fact)


def _offers(opened: OpenedPack) -> None:
    seen: dict[object, str] = {}
    for offer in opened.pack.offers.values():
        path = ("offers", offer.id)
        if not offer.talk_track and offer.offer_class is not OfferClass.RESOLUTION:
            opened.document.warn(path, "has no talk track", "say what the agent may say")
        if offer.budget and offer.offer_class is not OfferClass.INCENTIVE:
            message = f"is no incentive but {offer.offer_class}, and no budget may withhold it"
            opened.document.refuse((*path, "budget"), message, "drop it", value=offer.budget)
        if offer.id in offer.excludes:
            opened.document.refuse((*path, "excludes"), "excludes itself")
        looks = _looks(opened, offer.id)
        if looks in seen:
            opened.document.warn(
                path, f"is the same as {seen[looks]}", "drop one, or tell them apart"
            )
        seen.setdefault(looks, offer.id)


def _looks(opened: OpenedPack, name: str) -> object:
    """Return what tells an offer from another: everything but its words."""
    offer = opened.pack.offers[name]
    rule = opened.pack.rulebook.rule(f"offer:{name}")
    said = frozenset((c.fact, c.operator, c.operand) for c in comparisons(rule.when))
    effects: tuple[Effect, ...] = tuple(e for e in rule.effects if not isinstance(e, MakeEligible))
    costs = (offer.cost_now.text, offer.cost_if_accepted.text, offer.keeps_percent)
    kind = (offer.offer_class, offer.lever, offer.term, offer.depths)
    return (kind, costs, offer.needs, offer.promise, said, str(effects).replace(name, ""))


def _reasons(opened: OpenedPack) -> None:
    for reason in opened.pack.reasons.values():
        if not reason.levers:
            opened.document.warn(
                ("reasons", reason.id), "has no levers", "name the offers that help"
            )


def _schema_comments(opened: OpenedPack) -> None:
    for file in opened.files.files:
        if file.holds_sections and not file.data.startswith(SCHEMA_COMMENT.encode()):
            up = "../" * (file.path.count("/"))
            problem = Problem(
                Source(opened.files.location(file), 1), "", "", "names no schema for editors",
                f"begin with `{SCHEMA_COMMENT}{up}pack.schema.json`", is_warning=True,
            )  # fmt: skip
            opened.document.problems.append(problem)
