"""The CRM note of a case: everything that happened, in the words of its pack."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from unicodedata import category

from google.type.date_pb2 import Date
from google.type.money_pb2 import Money

from keepsake.case_terms import cents_of
from keepsake.core.approvals import AskedApproval
from keepsake.core.case import CaseOffer, Happened
from keepsake.core.case_events import Decided, Declined, Noted
from keepsake.core.case_table import CaseStatus, OfferStatus
from keepsake.core.notes import (
    CaseNote,
    NotedAnswer,
    NotedApproval,
    NotedEnding,
    NotedObjection,
    NotedOffer,
    NotedRefusal,
    NotedText,
)
from keepsake.core.objections import Talk
from keepsake.core.pack import OfferClass
from keepsake.core.talk_events import Assisted
from keepsake.core.texts import Speaker
from keepsake.packs.notes import rendered
from keepsake.recorded import facts_of
from keepsake.steps.step import Scene
from keepsake.v1 import decision_pb2 as pb

_CONTROLS = ("Cc", "Cf", "Cs", "Zl", "Zp")
_EPOCH = date(1970, 1, 1)
_CENTS = 100
_SECONDS = 1000
_SEEN = (OfferStatus.PRESENTED, OfferStatus.ACCEPTED, OfferStatus.DECLINED)
_TELLING = (
    *(pb.VERDICT_WITHHELD, pb.VERDICT_BARRED),
    *(pb.VERDICT_NOT_EVALUATED, pb.VERDICT_CONTROL_GROUP),
)
_VALIDATED = {
    CaseStatus.KEPT: "kept",
    CaseStatus.NOT_KEPT: "not kept",
    CaseStatus.UNVERIFIED: "unverified",
}


def crm_note(scene: Scene) -> str:
    """Return the note of a case in its own language; empty where the pack has no template."""
    pack = scene.snapshot.pack
    language = next(iter(scene.followed.values())).inputs.language if scene.followed else ""
    template = pack.text(pack.crm_note, language)
    return _shown(rendered(template, _Writer(scene, language).note())) if template else ""


class _Writer:
    """Says what happened in one case in one language."""

    def __init__(self, scene: Scene, language: str) -> None:
        self._scene = scene
        self._pack = scene.snapshot.pack
        self._language = language
        self._say = Speaker(self._pack.vocabulary, language, self._pack.currency)
        self._decisions = [each.decision for each in scene.followed.values()]
        self._last = self._decisions[-1]
        self._first = next(iter(scene.followed.values())).inputs

    def note(self) -> CaseNote:
        """Return all that a template may speak of."""
        return CaseNote(**self._asked(), **self._offered(), **self._left())

    def _asked(self) -> dict[str, Any]:
        """Return what was asked, and why."""
        scene, last, case = self._scene, self._last, self._scene.case
        return {
            "business": self._pack.text(self._pack.titles, self._language),
            "case_id": scene.case_id,
            "kind": _plain(case.kind),
            "channel": str(facts_of(self._first.facts).get("channel", "")),
            "subject_type": case.subject_type,
            "opened": self._time(case.opened_ms),
            "words": tuple(self._texts(Decided)),
            "reason": self._reason(last.reason.reason),
            "stated_reason": self._reason(last.reason.stated),
            "risk": f"{last.risk.risk:.2f}" if last.risk.HasField("risk") else "",
            "control_group": case.control_group,
            "advice": tuple(_plain(each) for each in last.advice),
            "notices": tuple(dict.fromkeys(n.name for d in self._decisions for n in d.notices)),
        }

    def _offered(self) -> dict[str, Any]:
        """Return what was offered, approved, promised and withheld."""
        case, seen = self._scene.case, self._ever_shown()
        offers = [(each, self._offer(each)) for each in case.offers.values()]
        others = [told for offer, told in offers if offer.offer_id not in seen]
        taken = [told for offer, told in offers if offer.status is OfferStatus.ACCEPTED]
        return {
            "shown": tuple(told for offer, told in offers if offer.offer_id in seen),
            "not_shown": tuple(told for told in others if not told.is_owed),
            "owed": tuple(told for _, told in offers if told.is_owed),
            "withheld": tuple(self._withheld()),
            "approvals": tuple(self._approval(each) for each in case.approvals.values()),
            "promises": tuple(told for told in taken if told.promise),
        }

    def _left(self) -> dict[str, Any]:
        """Return the way out, what was noted, and how it ended."""
        let_go = self._last.let_go
        noted = (each for each in self._scene.log if isinstance(each.event, Noted) and each.text)
        return {
            "way_out": let_go.text,
            "fee": self._money(let_go.fee, is_known=let_go.HasField("fee")),
            "returned": self._money(let_go.returned, is_known=let_go.HasField("returned")),
            "notes": tuple(
                NotedText(self._time(each.time_ms), each.principal, each.text) for each in noted
            ),
            **self._talked(),
            "ending": self._ending(),
        }

    def _talked(self) -> dict[str, Any]:
        """Return what was said in the conversation, and how far it had come."""
        spoken = [each for each in self._scene.log if isinstance(each.event, Assisted)]
        talk = self._scene.case.talk or Talk()
        return {
            "said": tuple(
                NotedText(self._time(each.time_ms), each.event.speaker, each.text)
                for each in spoken
                if isinstance(each.event, Assisted) and each.text
            ),
            "objections": tuple(
                NotedObjection(self._objection_title(name), answered=name in talk.answered)
                for name in talk.heard
            ),
            "left_alone": talk.ended,
        }

    def _objection_title(self, name: str) -> str:
        known = self._pack.conversation.objections.get(name)
        return self._pack.text(known.titles, self._language) if known else _plain(name)

    def _ever_shown(self) -> set[str]:
        happened = {
            getattr(each.event, "offer_id", "")
            for each in self._scene.log
            if each.event.type == "presented"
        }
        now = {o.offer_id for o in self._scene.case.offers.values() if o.status in _SEEN}
        return happened | now

    def _offer(self, offer: CaseOffer) -> NotedOffer:
        recommended = self._recommended(offer)
        promised = self._scene.case.promises.get(offer.offer_id)
        return NotedOffer(
            title=self._title(offer),
            terms=self._terms(offer),
            status=_plain(offer.status.name.lower()),
            cost="" if offer.cost is None else self._say.money(offer.cost / _CENTS),
            promise=self._promise(offer, recommended),
            alternative=offer.alternative_id,
            objection=self._objection_title(self._objection(offer.offer_id)),
            promise_state=_plain(promised.state.name.lower()) if promised else "",
            is_owed=offer.offer_class == OfferClass.REMEDY,
            is_proposal=recommended is None,
            against_control=offer.non_compliant,
        )

    def _promise(self, offer: CaseOffer, recommended: pb.Recommendation | None) -> str:
        """Return the day that was promised, or would be: of what was accepted, that of then."""
        promised = self._scene.case.promises.get(offer.offer_id)
        if promised is not None:
            return self._say.day(promised.due)
        day = recommended.promise_date if recommended else None
        return _day(day, self._say) if day and day.year else ""

    def _recommended(self, offer: CaseOffer) -> pb.Recommendation | None:
        followed = self._scene.followed.get(offer.decision_id)
        made = followed.decision if followed else pb.Decision()
        found = (e for e in (*made.recommendations, *made.remedies) if e.offer_id == offer.offer_id)
        return next(found, None)

    def _title(self, offer: CaseOffer) -> str:
        return offer.title or self._offer_title(offer.offer_id)

    def _offer_title(self, offer_id: str) -> str:
        declared = self._pack.offers.get(offer_id)
        return self._pack.text(declared.titles, self._language) if declared else _plain(offer_id)

    def _terms(self, offer: CaseOffer) -> str:
        fixed = offer.fixed
        percent = "" if fixed.percent is None else self._say.percent(fixed.percent)
        amount = "" if fixed.amount is None else self._say.money(fixed.amount / _CENTS)
        return ", ".join(each for each in (percent, amount) if each)

    def _objection(self, offer_id: str) -> str:
        for each in reversed(self._scene.log):
            if isinstance(each.event, Declined) and each.event.offer_id == offer_id:
                return each.event.objection
        return ""

    def _withheld(self) -> Iterator[NotedRefusal]:
        """Yield what was held back, each offer once; what did not match, or is owed, was not."""
        told = set[str]()
        offers = self._pack.offers.values()
        owed = {offer.id for offer in offers if offer.offer_class is OfferClass.REMEDY}
        for each in self._last.withheld:
            if each.verdict in _TELLING and each.offer_id not in (*told, *owed):
                told.add(each.offer_id)
                why = f"{each.why}: {each.condition}" if each.why == each.failed else each.why
                yield NotedRefusal(self._offer_title(each.offer_id), why, each.failed)

    def _approval(self, asked: AskedApproval) -> NotedApproval:
        about = [e for e in self._scene.log if _id_of(e) == asked.approval_id]
        answers = (
            NotedAnswer(
                each.principal,
                bool(getattr(each.event, "approved", False)),
                each.text,
                self._time(each.time_ms),
            )
            for each in about
            if hasattr(each.event, "approved")
        )
        return NotedApproval(
            offer=self._offer_title(asked.offer_id),
            role=_plain(asked.role),
            asked_by=asked.asked_for or asked.asked_by,
            why=about[0].text if about else "",
            state=str(asked.state),
            answers=tuple(answers),
        )

    def _ending(self) -> NotedEnding | None:
        outcome = self._scene.case.outcome
        if outcome is None:
            return None
        return NotedEnding(
            how=_plain(outcome.ending),
            kept=self._say.money(outcome.kept / _CENTS),
            cost=self._say.money(outcome.cost / _CENTS),
            time=self._time(outcome.ended_ms),
            by=outcome.recorded_by,
            validated=_VALIDATED.get(self._scene.case.status, ""),
        )

    def _texts(self, kind: type) -> Iterator[str]:
        return (e.text for e in self._scene.log if isinstance(e.event, kind) and e.text)

    def _reason(self, reason: str) -> str:
        known = self._pack.reasons.get(reason)
        return self._pack.text(known.titles, self._language) if known else _plain(reason)

    def _money(self, money: Money, *, is_known: bool) -> str:
        return self._say.money(cents_of(money) / _CENTS) if is_known else ""

    def _time(self, milliseconds: int) -> str:
        return self._say.moment(milliseconds / _SECONDS)


def _shown(text: str) -> str:
    """Return a text without what controls a terminal or the direction of what is read."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "".join(each for each in lines if each == "\n" or category(each) not in _CONTROLS)


def _id_of(happened: Happened) -> str:
    return str(getattr(happened.event, "approval_id", ""))


def _day(day: Date, say: Speaker) -> str:
    return say.day((date(day.year, day.month, day.day) - _EPOCH).days)


def _plain(word: str) -> str:
    return str(word).replace("_", " ")
