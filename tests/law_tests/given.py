"""What decisions are made of, for a test that goes through all of them: examples and rule cases."""

from __future__ import annotations

from dataclasses import replace

from keepsake.core.budgets import parts_of
from keepsake.packs.cases import CaseRunner
from keepsake.packs.files import read_files
from keepsake.packs.load import open_pack
from keepsake.recorded import record
from keepsake.snapshot import Models
from keepsake.v1.journal_pb2 import (
    DecisionInputs,
    RecordedBalance,
    RecordedConcession,
    RecordedItem,
    RecordedSearch,
)

from tests.law_tests.cases import NAMES, example
from tests.law_tests.deciding import ROOT


def of_examples(desk):
    """Yield each example of a pack as the inputs of a decision by its own models."""
    for name in NAMES:
        request = example(name)
        if request.pack == desk.pack.id:
            request.intercept.ClearField("occurred_time")
            yield name, desk.gathered(request), desk.own.of(request.intercept.kind)


def of_rule_cases(desk):
    """Yield each rule case of all kinds of a pack as inputs, which are decided by no model."""
    whole = open_pack(read_files(ROOT / "rules" / desk.pack.id))
    for opened in (whole, *whole.others.values()):
        runner = CaseRunner(opened)
        without = replace(desk.own.of(opened.pack.kinds[0]), models=Models())
        for name, shape in opened.shape.cases.items():
            facts, circumstances = runner.given(name, shape)
            for catalogue in desk.pack.catalogues.values():
                for needed in (catalogue.price, *catalogue.times):
                    facts.setdefault(needed, 100.0)
            yield name, _inputs(opened.pack, facts, circumstances), without


def _searches(pack, found):
    """Yield what catalogues have: something for each offer, unless the case says otherwise."""
    for offer in pack.offers.values():
        if offer.pick is None:
            continue
        is_there = found is None or bool(found[offer.id].items)
        price = record({pack.catalogues[offer.pick.catalogue].price: 100.0})
        items = [RecordedItem(id="any", facts=price)] if is_there else []
        yield RecordedSearch(
            offer_id=offer.id, catalogue=offer.pick.catalogue, digest="any", items=items
        )


def _inputs(pack, facts, circumstances):
    balances = [
        RecordedBalance(budget=budget, part=part, period=s.period, taken=s.taken, at_risk=s.at_risk)
        for (budget, part), s in (circumstances.balances or {}).items()
    ]
    concessions = [
        RecordedConcession(offer_id=c.offer_id, percent=c.percent)
        for c in circumstances.concessions
    ]
    every = [
        RecordedBalance(budget=budget.id, part=part, period="now")
        for budget, part in parts_of(pack)
        if circumstances.balances is None
    ]
    return DecisionInputs(
        pack=pack.id,
        kind=str(facts["kind"]),
        language=pack.languages[0],
        facts=record(facts),
        tier=circumstances.tier,
        arm_draw=0.99,
        max_offers=pack.max_offers,
        killed=sorted(circumstances.killed),
        killed_why=[""] * len(circumstances.killed),
        concessions=concessions,
        balances=balances or every,
        shown_offers=sorted(circumstances.shown_offers),
        searches=[*_searches(pack, circumstances.found)],
    )
