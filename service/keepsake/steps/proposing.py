"""ProposeOffer: an agent offers what no decision listed."""

from __future__ import annotations

from dataclasses import replace

from keepsake.case_terms import told_cents, told_terms
from keepsake.case_view import case_of
from keepsake.core.budgets import cents, most
from keepsake.core.candidates import Candidate
from keepsake.core.case_events import Proposed
from keepsake.core.case_table import LEFT_ALONE, PERSUADES, PRESENT, PROPOSE
from keepsake.core.errors import Barred, FieldViolation, IllegalStep, InvalidRequest
from keepsake.core.feasibility import told
from keepsake.core.findings import Finding
from keepsake.core.offer_plans import Hearing
from keepsake.core.pack import OfferClass
from keepsake.core.proposing import OFF_MENU, entry_of, judged, off_menu, persuading
from keepsake.decide import rule_on
from keepsake.steps.judging import hearing_of
from keepsake.steps.step import Plan, Scene
from keepsake.v1.case_pb2 import ProposeOfferRequest, ProposeOfferResponse
from keepsake.v1.decision_pb2 import Approval

_MS_PER_HOUR = 3_600_000


class ProposeOffer:
    """Has law and guards judge the offer, and puts it on the table of the case."""

    name = PROPOSE

    def plan(self, request: ProposeOfferRequest, scene: Scene) -> Plan:
        """Propose the offer, if law and guards let it pass."""
        _check_table(request.offer_id, scene)
        _check_persuasion(request.offer_id, scene)
        decision_id = scene.case.decision_ids[-1]
        hearing = hearing_of(decision_id, scene, scene.snapshot)
        judge = _off_menu if request.offer_id == OFF_MENU else _of_catalogue
        candidate, finding = judge(request, scene, hearing)
        if not finding.may_be_offered:
            why = finding.why or f"{finding.condition} ({finding.actual or 'not known'})"
            raise Barred(request.offer_id, finding.failed, why)
        proposed = proposed_of(candidate, finding, scene, decision_id=decision_id)
        proposed = _promising(proposed, candidate, scene)
        title = _title(request)
        if not title:
            return Plan((proposed,), text=request.why)
        return Plan((replace(proposed, titled=True),), text=f"{title}\n{request.why}")

    def answer(self, request: ProposeOfferRequest, scene: Scene) -> ProposeOfferResponse:
        """Return the case, and the approval that the offer needs."""
        needed = scene.case.offers[request.offer_id].approval
        approval = Approval(**needed._asdict()) if needed else None
        return ProposeOfferResponse(case=case_of(scene), approval=approval)


def proposed_of(
    candidate: Candidate, finding: Finding, scene: Scene, *, decision_id: str
) -> Proposed:
    """Return the event that puts a candidate on the table of the case."""
    offer, approval = candidate.offer, finding.approval
    is_amount = offer.term is not None and candidate.cost is not None
    valid_hours = scene.snapshot.pack.valid_hours
    return Proposed(
        offer.id,
        offer.offer_class,
        decision_id,
        valid_until_ms=scene.now_ms + valid_hours * _MS_PER_HOUR,
        most=most(candidate) or 0,
        percent=candidate.percent,
        amount=cents(candidate.cost or 0) if is_amount else None,
        **(approval._asdict() if approval else {}),
    )


def _promising(proposed: Proposed, candidate: Candidate, scene: Scene) -> Proposed:
    """Return the proposal with what operations said of it, and the day that they gave."""
    promised = scene.answers.get(candidate.offer.promise or "")
    asked = tuple(map(told, scene.answers.values()))
    return replace(proposed, asked=asked, ready=promised.ready if promised else None)


def kept_from_control(offer_id: str, decision_id: str, scene: Scene) -> Proposed:
    """Return the event that brings in what a decision kept from the control group, at its best.

    Raise IllegalStep where it needs an approval: then it has to be proposed first.
    """
    snapshot = scene.past.get(decision_id, scene.snapshot)
    ruling = rule_on(scene.followed[decision_id].inputs, snapshot)
    ours = (each for each in ruling.standing if each.considered.candidate.offer.id == offer_id)
    considered = max(ours, key=lambda each: each.score).considered
    if considered.finding.approval is not None:
        raise IllegalStep(PRESENT, (PROPOSE,), f"{offer_id} needs an approval")
    candidate, finding, _ = considered
    return proposed_of(candidate, finding, scene, decision_id=decision_id)


def _check_table(offer_id: str, scene: Scene) -> None:
    """Raise IllegalStep where the case, or where the offer stands in it, allows no proposal."""
    scene.case.check(PROPOSE)
    if offer_id in scene.case.offers:
        scene.case.offer(PROPOSE, offer_id)


def _check_persuasion(offer_id: str, scene: Scene) -> None:
    """Raise IllegalStep where it would persuade somebody who has asked to be left alone."""
    entry = entry_of(scene.snapshot.pack, offer_id)
    if scene.case.is_left_alone and entry is not None and entry.offer_class in PERSUADES:
        others = tuple(step for step in scene.case.allowed_steps if step != PROPOSE)
        raise IllegalStep(PROPOSE, others, LEFT_ALONE)


def _of_catalogue(
    request: ProposeOfferRequest, scene: Scene, hearing: Hearing
) -> tuple[Candidate, Finding]:
    """Judge an offer of the catalogue at the terms that are asked for, or at its first."""
    offers = scene.snapshot.pack.offers
    extras = (("title", request.title), ("most", request.HasField("most") and "an amount"))
    wrong = [FieldViolation(name, str(its), f"only for {OFF_MENU}") for name, its in extras if its]
    if wrong:
        raise InvalidRequest(tuple(wrong))
    if request.offer_id not in offers:
        known = f"one of {', '.join(offers)}, or {OFF_MENU}"
        raise InvalidRequest((FieldViolation("offer_id", request.offer_id, known),))
    is_owed = offers[request.offer_id].offer_class is OfferClass.REMEDY
    if is_owed and request.offer_id not in scene.case.offers:
        allowed = "no remedy: what is owed, only a decision says"
        raise InvalidRequest((FieldViolation("offer_id", request.offer_id, allowed),))
    found = judged(scene.snapshot.judge, request.offer_id, hearing)
    asked = told_terms(request.terms, scene.snapshot.pack.currency)
    for candidate, finding in found:
        amount = None if candidate.cost is None else cents(candidate.cost)
        if asked.percent in (None, candidate.percent) and asked.amount in (None, amount):
            return candidate, finding
    depths = ", ".join(f"{candidate.depth:g}" for candidate, _ in found if candidate.depth)
    told = str(request.terms).replace("\n", " ").strip()
    raise InvalidRequest((FieldViolation("terms", told, f"one of the depths {depths}"),))


def _title(request: ProposeOfferRequest) -> str:
    """Return what the agent calls the offer, on one line."""
    return " ".join(request.title.split())


def _off_menu(
    request: ProposeOfferRequest, scene: Scene, hearing: Hearing
) -> tuple[Candidate, Finding]:
    """Judge a concession that the catalogue does not have, by what it can cost at most."""
    if not (_title(request) and request.HasField("most")):
        wrong = FieldViolation("most", "", "what is off the menu needs `most` and `title`")
        raise InvalidRequest((wrong,))
    if request.HasField("terms"):
        allowed = f"none: of {OFF_MENU} `most` says what it costs"
        raise InvalidRequest((FieldViolation("terms", "terms", allowed),))
    dearest = told_cents(request.most, "most", scene.snapshot.pack.currency)
    if not dearest:
        raise InvalidRequest((FieldViolation("most", "0", "more than nothing"),))
    candidate, finding = off_menu(dearest / 100, hearing.situation)
    return candidate, persuading(scene.snapshot.judge, hearing) or finding
