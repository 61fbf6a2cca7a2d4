"""What decisions are made of, for a test that goes through all of them: examples and rule cases."""

from __future__ import annotations

from dataclasses import replace

from keepsake.packs.cases import CaseRunner
from keepsake.packs.files import read_files
from keepsake.packs.load import open_pack
from keepsake.recorded import record
from keepsake.snapshot import Models
from keepsake.v1.journal_pb2 import DecisionInputs, RecordedBalance, RecordedConcession

from tests.law_tests.cases import NAMES, example
from tests.law_tests.deciding import ROOT


def of_examples(desk):
    """Yield each example of a pack as the inputs of a decision by its own models."""
    for name in NAMES:
        request = example(name)
        if request.pack == desk.pack.id:
            request.intercept.ClearField("occurred_time")
            yield name, desk.gathered(request), desk.own


def of_rule_cases(desk):
    """Yield each rule case of a pack as inputs; like the cases, these are decided by no model."""
    opened = open_pack(read_files(ROOT / "rules" / desk.pack.id))
    runner, without = CaseRunner(opened), replace(desk.own, models=Models())
    for name, shape in opened.shape.cases.items():
        facts, circumstances = runner.given(name, shape)
        yield name, _inputs(desk.pack, facts, circumstances), without


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
        RecordedBalance(budget=name, period="now")
        for name in pack.budgets
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
    )
