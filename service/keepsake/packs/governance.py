"""Turns authority, valuation, rates, bands and the experiment into the core's frozen values."""

from __future__ import annotations

from collections.abc import Mapping

from keepsake.core.facts import FactKind
from keepsake.core.pack import Amount, Authority, Experiment, Tier, Valuation
from keepsake.core.policies import Bands, Rates, ReasonPolicy
from keepsake.packs.draft import Draft
from keepsake.packs.office import read_office
from keepsake.packs.tree import Path


class Governance:
    """Reads who may decide what, and what things are worth; mistakes go into the document."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._shape = draft.shape
        self._document = draft.document
        self._vocabulary = draft.vocabulary
        self._amounts = draft.amounts

    def authority(self) -> Authority:
        """Return the tiers from the lowest, the margin floors and the limits."""
        shape = self._shape.authority
        floor = shape.margin_floor
        by_word = dict((floor.model_extra or {}) if floor else {})
        if floor:
            path = ("authority", "margin_floor")
            self._words(by_word, floor.fact, path)
        return Authority(
            tiers=self._tiers(),
            margin_floor_percent=by_word,
            default_floor_percent=floor.default if floor else 0.0,
            category_fact=floor.fact if floor else "",
            two_people_above=self._amounts.money(
                shape.two_people_above, ("authority", "two_people_above")
            ),
            max_combined_percent=self._amounts.percent(
                shape.max_combined, ("authority", "max_combined")
            ),
            lapse_hours=shape.lapse_hours,
            office=read_office(self._draft),
            confidence=shape.conf,
        )

    def _tiers(self) -> tuple[Tier, ...]:
        shapes = self._shape.authority.tiers
        path = ("authority", "tiers")
        if [shape.tier for shape in shapes] != sorted({shape.tier for shape in shapes}):
            self._document.refuse(path, "must ascend by `tier`, each once")
        if len({shape.role for shape in shapes}) < len(shapes):
            self._document.refuse(path, "name a role twice")
        return tuple(
            Tier(
                tier=shape.tier,
                role=shape.role,
                max_percent=shape.max_percent,
                max_amount=self._amounts.money(shape.max_amount, (*path, index, "max_amount")),
                floor_plus_percent=shape.floor_plus,
                escalate_hours=shape.escalate_hours,
            )
            for index, shape in enumerate(shapes)
        )

    def valuation(self) -> Valuation:
        """Return which facts say what a kept and a lost subject is worth."""
        shape = self._shape.valuation
        for key in ("value", "margin", "sunk_of"):
            name = getattr(shape, key)
            if name is not None:
                self._fact(name, ("valuation", key), FactKind.MONEY)
        if shape.stage:
            self._words(shape.sunk_percent, shape.stage, ("valuation", "sunk_percent"))
        elif shape.sunk_percent:
            self._document.refuse(("valuation", "sunk_percent"), "needs `stage` to be read by")
        return Valuation(
            value=shape.value,
            margin=shape.margin,
            sunk_of=shape.sunk_of,
            stage_fact=shape.stage,
            sunk_percent=shape.sunk_percent,
            is_stake=self._shape.kind is not None and self._shape.kind.stake is not None,
            nothing=self._nothing(),
        )

    def _nothing(self) -> Amount:
        kind = self._shape.kind
        if kind is None or kind.nothing is None:
            return Amount()
        return self._amounts.amount(kind.nothing.lost, ("kind", "nothing", "lost"))

    def _words(self, by_word: Mapping[str, float], fact: str, path: Path) -> None:
        """Check that the keys of a table are words of a fact."""
        self._fact(fact, path, FactKind.ONE_OF, FactKind.ORDERED)
        words = self._vocabulary[fact].words if fact in self._vocabulary else tuple(by_word)
        for word in by_word:
            if word not in words:
                self._document.refuse_name((*path, word), word, words, what=f"word of {fact}")

    def _fact(self, name: str, path: Path, *kinds: FactKind) -> None:
        fact_type = self._vocabulary.get(name)
        if fact_type is None:
            self._document.refuse_name(path, name, self._vocabulary, what="fact")
        elif fact_type.kind not in kinds:
            wanted = " or ".join(kinds)
            self._document.refuse(path, f"is {fact_type.kind}, not {wanted}", value=name)

    def rates(self) -> Rates:
        """Return the dated table of exchange rates."""
        shape = self._shape.rates
        own = shape.table.get(self._shape.currency, 1.0)
        if own != 1.0:
            path = ("rates", "table", self._shape.currency)
            self._document.refuse(path, "is the pack's own currency", "its rate is 1", value=own)
        table = {**shape.table, self._shape.currency: 1.0}
        return Rates(date=shape.date, cites=shape.source, rates=table)

    def bands(self, section: str) -> Bands:
        """Return the words of `risk_bands` or `hazard_bands`."""
        table: Mapping[str, float] | None = getattr(self._shape, section)
        if table is None:
            return Bands()
        bounds = list(table.items())
        if not bounds or bounds[0][1] != 0 or bounds != sorted(bounds, key=lambda band: band[1]):
            self._document.refuse((section,), "must ascend from 0")
            return Bands()
        return Bands(tuple(bounds))

    def experiment(self) -> Experiment:
        """Return how customers are divided."""
        shape = self._shape.experiment
        return Experiment(**shape.model_dump()) if shape else Experiment()

    def reason_policy(self) -> ReasonPolicy:
        """Return when the words overrule the stated reason."""
        return ReasonPolicy(**self._shape.reason_policy.model_dump())
