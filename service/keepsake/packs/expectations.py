"""Holds what a rule case expects against what came of it, and says why it came so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from keepsake.core.candidates import settlement
from keepsake.core.clocks import due
from keepsake.core.consider import Consideration, Considered
from keepsake.core.findings import Finding, Verdict
from keepsake.core.literals import LiteralError
from keepsake.core.pack import NOTHING
from keepsake.core.value import stake, valued
from keepsake.core.verdicts import Judge
from keepsake.packs.case_shapes import ExpectShape
from keepsake.packs.due_days import NEVER, day_of_clock
from keepsake.packs.load import OpenedPack
from keepsake.packs.tree import Path
from keepsake.packs.vocabulary import read_value

NOBODY = "none"
_EPOCH = date(1970, 1, 1).toordinal()


class Expectations:
    """Checks one case; each failure is noted in the pack's document."""

    def __init__(
        self,
        opened: OpenedPack,
        judge: Judge,
        consideration: Consideration,
        *,
        win: float | None = None,
    ) -> None:
        self._opened = opened
        self._judge = judge
        self._come = consideration
        self._win = win

    def check(self, name: str, expect: ExpectShape) -> None:
        """Check every expectation of the case."""
        path: Path = ("cases", name, "expect")
        self._offered(expect.offered, (*path, "offered"))
        self._not_offered(expect.not_offered, (*path, "not_offered"))
        for offer, why in expect.withheld.items():
            self._withheld(offer, why, (*path, "withheld", offer))
        for offer, role in expect.approval.items():
            self._approval(offer, role, (*path, "approval", offer))
        if expect.best is not None:
            self._best(expect.best, (*path, "best"))
        self._spoken(expect, path)
        self._due(expect.due, (*path, "due"))
        self._way_out(expect.way_out, (*path, "way_out"))
        self._facts(expect, (*path, "facts"))

    def _candidates(self, named: str, path: Path) -> list[Considered]:
        """Return an offer's candidates: `expedite` all depths, `price-adjustment@7` one."""
        offer, _, depth = named.partition("@")
        found = [c for c in self._come.considered if c.candidate.offer.id == offer]
        if not found:
            self._opened.document.refuse_name(path, offer, self._opened.pack.offers, what="offer")
        if depth:
            found = [c for c in found if f"{c.candidate.depth or 0:g}" == depth]
            if not found:
                self._opened.document.refuse(path, f"has no depth {depth}", value=named)
        return found

    def _offered(self, offers: Iterable[str], path: Path) -> None:
        for index, named in enumerate(offers):
            found = self._candidates(named, (*path, index))
            if found and not any(c.finding.may_be_offered for c in found):
                self._fail((*path, index), named, "is not offered", finding=found[0].finding)

    def _not_offered(self, offers: Iterable[str], path: Path) -> None:
        for index, named in enumerate(offers):
            found = self._candidates(named, (*path, index))
            may = [c for c in found if c.finding.may_be_offered]
            if may:
                self._fail((*path, index), named, "is offered", finding=may[0].finding)

    def _withheld(self, named: str, why: str, path: Path) -> None:
        found = self._candidates(named, path)
        for considered in found:
            finding = self._judge.explained(considered.finding, self._come.situation)
            names = {finding.failed, finding.failed.partition(":")[2]}
            names |= {finding.condition, *finding.condition.split("; ")}
            if not finding.may_be_offered and why in names:
                return
        if found:
            self._fail(path, named, f"is not withheld by {why!r}", finding=found[0].finding)

    def _best(self, named: str, path: Path) -> None:
        """Check which offer is worth most: by chances, else by the levers of the reason."""
        pack, facts = self._opened.pack, self._come.situation.facts
        if named not in (NOTHING, *pack.offers):
            self._opened.document.refuse_name(path, named, pack.offers, what="offer")
            return
        _, way_out, _ = self._judge.speech.way_out(self._come.evaluation.truths)
        fee, _ = settlement(way_out, facts)
        fee_kept = (fee or 0.0) * way_out.fee_kept_percent / 100
        worth = valued(self._come, pack, stake(pack, facts, fee_kept), win=self._win)
        ranked = [each for each in worth if not each.considered.candidate.is_remedy]
        first = max(ranked, key=lambda each: each.score, default=None)
        found = first.considered.candidate.offer.id if first and first.score > 0 else NOTHING
        if found != named:
            sums = f", net {first.net:,.2f}" if first and first.net is not None else ""
            self._opened.document.refuse(path, f"{found} is best{sums}", value=named)

    def _approval(self, named: str, role: str, path: Path) -> None:
        for considered in self._candidates(named, path):
            finding = considered.finding
            asked = _asked(finding)
            if not finding.may_be_offered or asked != role:
                wanted = "no approval" if role == NOBODY else f"the approval of {role}"
                self._fail(path, named, f"does not need {wanted}", finding=finding)
                return

    def _spoken(self, expect: ExpectShape, path: Path) -> None:
        come = self._judge.speech.said(self._come.evaluation.truths)
        for key in ("notices", "advice", "playbooks"):
            said = [spoken.name for spoken in getattr(come, key)]
            for index, wanted in enumerate(getattr(expect, key)):
                if wanted not in said:
                    got = ", ".join(said) or "none"
                    where = (*path, key, index)
                    self._opened.document.refuse(where, "is not among them", got, value=wanted)

    def _due(self, expected: Mapping[str, str], path: Path) -> None:
        laws, situation = self._opened.pack.laws, self._come.situation
        said = {each.name for each in self._judge.speech.said(self._come.evaluation.truths).notices}
        clocks = {each.id for each in self._opened.pack.work.clocks}
        for name, wanted in expected.items():
            if name in clocks:
                day = day_of_clock(name, self._opened.pack, situation.facts)
                if day != wanted:
                    told = "does not run" if day == NEVER else f"is {day} instead"
                    self._opened.document.refuse((*path, name), told, value=wanted)
                continue
            clock = laws[name].clock if name in laws else None
            if clock is None or name not in said:
                what = "runs no clock" if name in laws else "is no law and no clock of the pack"
                self._opened.document.refuse((*path, name), f"{what} here", value=wanted)
                continue
            runs_out = due(clock, situation.facts, self._opened.pack.vocabulary)
            day = str(date.fromordinal(_EPOCH + runs_out.day)) if runs_out else "not known"
            if day != wanted:
                self._opened.document.refuse((*path, name), f"is {day} instead", value=wanted)

    def _way_out(self, wanted: str | None, path: Path) -> None:
        if wanted is None:
            return
        _, way_out, unknown = self._judge.speech.way_out(self._come.evaluation.truths)
        if wanted not in self._opened.pack.ways_out:
            known = self._opened.pack.ways_out
            self._opened.document.refuse_name(path, wanted, known, what="way out")
        elif way_out.id != wanted:
            open_ = ", ".join(rule.id for rule in unknown)
            hint = f"could not be evaluated: {open_}" if open_ else ""
            self._opened.document.refuse(path, f"is {way_out.id} instead", hint, value=wanted)

    def _facts(self, expect: ExpectShape, path: Path) -> None:
        for name, wanted in expect.facts.items():
            fact_type = self._opened.pack.vocabulary.get(name)
            if fact_type is None:
                known = self._opened.pack.vocabulary
                self._opened.document.refuse_name((*path, name), name, known, what="fact")
                continue
            try:
                value = read_value(wanted, fact_type, self._opened.dialect)
            except LiteralError as error:
                message, hint = error.message, error.suggestion
                self._opened.document.refuse((*path, name), message, hint, value=wanted)
                continue
            actual = self._come.situation.facts.get(name)
            if actual != value:
                shown = "missing" if actual is None else str(actual).lower()
                self._opened.document.refuse((*path, name), f"is {shown} instead", value=wanted)

    def _fail(self, path: Path, named: str, message: str, *, finding: Finding) -> None:
        told = _told(self._judge.explained(finding, self._come.situation))
        self._opened.document.refuse(path, message, told, value=named)


def _asked(finding: Finding) -> str:
    """Return who must approve: `manager`, `two of manager`, nobody."""
    approval = finding.approval
    if approval is None:
        return NOBODY
    return f"two of {approval.role}" if approval.two_people else approval.role


def _told(finding: Finding) -> str:
    """Return a finding in one line."""
    if finding.verdict is Verdict.ALLOWED:
        return "it is allowed"
    verdict = finding.verdict.name.lower().replace("_", " ")
    if finding.approval:
        return f"it needs approval by {_asked(finding)}, asked by {finding.approval.asked_by}"
    met = f" met {finding.actual}" if finding.actual else " met no value"
    condition = f", `{finding.condition}`{met}" if finding.condition else ""
    why = f"; {finding.why}" if finding.why != finding.failed else ""
    return f"{verdict}: {finding.failed}{condition}{why}"
