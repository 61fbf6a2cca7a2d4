"""Rule cases: sentences beside the rules that say what must come of given facts.

They go the way a decision goes (`core.consider`), with `risk` as a given fact and no model.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from keepsake.core.alternatives import Found
from keepsake.core.budgets import limit_with, parts_of, whole_cents
from keepsake.core.catalogue import Item
from keepsake.core.chance import WIN
from keepsake.core.conditions import Truth
from keepsake.core.consider import Consideration, consider
from keepsake.core.facts import Facts, FactType, FactValue
from keepsake.core.feasibility import Answer, as_facts
from keepsake.core.findings import BudgetState, Circumstances, Concession
from keepsake.core.literals import LiteralError
from keepsake.core.reference import ReferenceEngine
from keepsake.core.verdicts import Judge
from keepsake.packs.amounts import read_money
from keepsake.packs.case_calendar import CALENDAR, answers_of_case
from keepsake.packs.case_shapes import CaseShape
from keepsake.packs.completion import FactCompletion
from keepsake.packs.converters import SECONDS_PER_DAY, Refused
from keepsake.packs.expectations import Expectations
from keepsake.packs.jurisdictions import Jurisdictions
from keepsake.packs.load import OpenedPack
from keepsake.packs.tree import Path
from keepsake.packs.vocabulary import read_value

CIRCUMSTANCES = ("killed", "concessions", "role", "budgets", "sold_out", WIN, CALENDAR)
NOON = SECONDS_PER_DAY // 2


@dataclass(frozen=True, slots=True)
class CasesRun:
    """How many cases were run and which rules were true in at least one of them."""

    count: int
    failed: int
    fired: frozenset[str]


def run_cases(opened: OpenedPack) -> CasesRun:
    """Run all cases of a pack; each failure is noted in its document."""
    runner = CaseRunner(opened)
    fired: set[str] = set()
    failed = 0
    for name, shape in opened.shape.cases.items():
        before = len(opened.document.problems)
        consideration = runner.consider(name, shape)
        if consideration is not None:
            fired |= {r for r, t in consideration.evaluation.truths.items() if t is Truth.TRUE}
            win = runner.win(name, shape)
            Expectations(opened, runner.judge, consideration, win=win).check(name, shape.expect)
        failed += len(opened.document.problems) > before
    return CasesRun(len(opened.shape.cases), failed, frozenset(fired))


class CaseRunner:
    """Makes the facts and circumstances of the cases of one pack, and considers them."""

    def __init__(self, opened: OpenedPack) -> None:
        self.judge = Judge(opened.pack)
        self._opened = opened
        self._engine = ReferenceEngine(opened.pack.rulebook, opened.pack.vocabulary)
        self._completion = FactCompletion(opened.pack.vocabulary)
        self._jurisdictions = Jurisdictions(opened.pack.rulebook)

    def consider(self, name: str, shape: CaseShape) -> Consideration | None:
        """Return what comes of a case; None when what it gives cannot be read."""
        given = self.given(name, shape)
        if given is None:
            return None
        facts, circumstances = given
        return consider(self.judge, self._engine, facts, circumstances=circumstances)

    def win(self, name: str, shape: CaseShape) -> float | None:
        """Return how likely the model of the kind would call it won, where the case says so."""
        value, path = ({**self._base(name, shape), **_placed(shape.given, ("cases", name))}).get(
            WIN, (None, ())
        )
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            message = "is no number from 0 to 1"
            self._opened.document.refuse(path, message, "say what the model says", value=value)
            return None
        return float(value)

    def given(self, name: str, shape: CaseShape) -> tuple[Facts, Circumstances] | None:
        """Return what a case gives; None when that cannot be read."""
        document = self._opened.document
        before = len(document.problems)
        given = {**self._base(name, shape), **_placed(shape.given, ("cases", name, "given"))}
        facts = self._facts(given)
        answers = self._answers(given, facts)
        facts |= as_facts(answers)
        told = {question: answer.why for question, answer in answers.items()}
        circumstances = self._circumstances(given, facts)._replace(told=told)
        return None if len(document.problems) > before else (facts, circumstances)

    def _answers(self, given: Mapping[str, tuple[Any, Path]], facts: Facts) -> Mapping[str, Answer]:
        """Return what the calendar of the pack answers, where a case asks it."""
        if CALENDAR not in given:
            return {}
        written, path = given[CALENDAR]
        return answers_of_case(self._opened, facts, written, path=path)

    def _base(self, name: str, shape: CaseShape) -> dict[str, tuple[Any, Path]]:
        typical = self._opened.shape.typical
        if shape.base is None:
            return {}
        if shape.base not in typical:
            path = ("cases", name, "base")
            self._opened.document.refuse_name(path, shape.base, typical, what="typical")
            return {}
        return _placed(typical[shape.base], ("typical", shape.base))

    def _facts(self, given: Mapping[str, tuple[Any, Path]]) -> dict[str, FactValue]:
        facts: dict[str, FactValue] = {}
        for name, (value, path) in given.items():
            if name in CIRCUMSTANCES or value is None:
                continue
            fact_type = self._opened.pack.vocabulary.get(name)
            read = self._read(name, value, path, fact_type=fact_type)
            if read is not None:
                facts[name] = read
        self._fill_in(facts, given)
        return facts

    def _read(
        self, name: str, value: Any, path: Path, *, fact_type: FactType | None
    ) -> FactValue | None:
        document = self._opened.document
        if fact_type is None:
            document.refuse_name(path, name, self._opened.pack.vocabulary, what="fact")
            return None
        if fact_type.given:
            document.refuse(path, "is given by a table", "give the facts that it is looked up by")
            return None
        if fact_type.derived:
            document.refuse(path, "is derived by rules", "give the facts that it is derived from")
            return None
        try:
            return read_value(value, fact_type, self._opened.dialect)
        except LiteralError as error:
            document.refuse(path, error.message, error.suggestion, value=value)
            return None

    def _fill_in(self, facts: dict[str, FactValue], given: Mapping[str, tuple[Any, Path]]) -> None:
        """Add what every request carries, and what follows from the rest."""
        pack = self._opened.pack
        facts.setdefault("kind", pack.kinds[0])
        facts.setdefault("channel", pack.channels[0])
        facts.setdefault("subject_type", pack.subjects[0])
        if "jurisdiction" in facts:
            self._jurisdiction(facts, given["jurisdiction"])
        rates_day = read_value(pack.rates.date, pack.vocabulary["today"], self._opened.dialect)
        facts.setdefault("today", rates_day)
        facts.setdefault("now", float(facts["today"]) * SECONDS_PER_DAY + NOON)
        facts.setdefault("occurred", facts["now"])
        if "reason" in given:
            reason = pack.reasons.get(str(given["reason"][0]))
            facts.setdefault("never_save", reason is not None and reason.never_save)
        facts.setdefault("never_save", False)
        facts.setdefault("reason.unsure", False)
        self._completion.complete(facts, as_of=float(facts["now"]))
        facts.update(pack.work.given(facts))

    def _jurisdiction(self, facts: dict[str, FactValue], given: tuple[Any, Path]) -> None:
        try:
            facts.update(self._jurisdictions.facts(str(facts.pop("jurisdiction"))))
        except Refused as refused:
            self._opened.document.refuse(
                given[1], "is no jurisdiction", refused.allowed, value=given[0]
            )

    def _circumstances(self, given: Mapping[str, tuple[Any, Path]], facts: Facts) -> Circumstances:
        killed, _ = given.get("killed", ([], ()))
        role, path = given.get("role", (None, ()))
        tiers = {tier.role: tier.tier for tier in self._opened.pack.authority.tiers}
        if role is not None and role not in tiers:
            self._opened.document.refuse_name(path, str(role), tiers, what="role")
        concessions = tuple(self._concessions(given))
        lowest = self._opened.pack.authority.tiers[0].tier
        balances = dict(self._balances(given, facts)) if "budgets" in given else None
        known = (dict.fromkeys(killed, ""), concessions, tiers.get(role, lowest))
        found = dict(self._found(given)) if "sold_out" in given else None
        return Circumstances(*known, balances=balances, found=found)

    def _found(self, given: Mapping[str, tuple[Any, Path]]) -> Iterator[tuple[str, Found]]:
        """Yield what catalogues have for each offer: something, but for those that are sold out."""
        written, path = given["sold_out"]
        pack, gone = self._opened.pack, written if isinstance(written, list) else []
        picking = {name: offer.pick for name, offer in pack.offers.items() if offer.pick}
        for index, name in enumerate(gone):
            if name not in picking:
                self._opened.document.refuse_name((*path, index), str(name), picking, what="pick")
        for name, pick in picking.items():
            items = () if name in gone else (Item("any", {}),)
            yield name, Found(name, pick.catalogue, digest="case", items=items)

    def _balances(
        self, given: Mapping[str, tuple[Any, Path]], facts: Facts
    ) -> Iterator[tuple[tuple[str, str], BudgetState]]:
        """Yield what is taken of each part of the budgets: all but what a case says is left.

        A budget that it does not name is untouched.
        """
        written, path = given["budgets"]
        pack, left = self._opened.pack, written if isinstance(written, dict) else {}
        value = facts.get(pack.valuation.value)
        for name in left.keys() - pack.budgets.keys():
            self._opened.document.refuse_name((*path, name), name, pack.budgets, what="budget")
        for budget, part in parts_of(pack):
            text = left.get(budget.id)
            money = None if text is None else self._money(str(text), (*path, budget.id))
            limit = limit_with(budget, 0, None if value is None else float(value))
            taken = 0 if money is None else limit - whole_cents(money)
            yield (budget.id, part), BudgetState("this period", max(taken, 0))

    def _money(self, text: str, path: Path) -> float | None:
        try:
            return read_money(text, self._opened.dialect)
        except LiteralError as error:
            self._opened.document.refuse(path, error.message, error.suggestion, value=text)
            return None

    def _concessions(self, given: Mapping[str, tuple[Any, Path]]) -> Iterator[Concession]:
        written, path = given.get("concessions", ([], ()))
        for index, concession in enumerate(written if isinstance(written, list) else ()):
            try:
                yield Concession(str(concession["offer_id"]), concession.get("percent"))
            except (KeyError, TypeError, AttributeError):
                message = "a concession has offer_id and percent"
                self._opened.document.refuse((*path, index), message, value=concession)


def _placed(given: Mapping[str, Any], path: Path) -> dict[str, tuple[Any, Path]]:
    return {name: (value, (*path, name)) for name, value in given.items()}
