"""A small real advisor: it tells what it was asked, and refuses what it is told to."""

from google.protobuf.json_format import ParseDict
from keepsake.core.errors import FieldViolation, InvalidRequest, NotFound
from keepsake.v1.audit_pb2 import AuditRecord
from keepsake.v1.decision_pb2 import EVIDENCE_REAL, Decision, ModelVersion
from keepsake.v1.document_pb2 import Checklist
from keepsake.v1.intercept_pb2 import (
    ExplainResponse,
    Explanation,
    GetDecisionResponse,
    HazardScore,
    RecommendResponse,
)
from keepsake.v1.policy_pb2 import (
    BudgetLedger,
    GetBudgetsResponse,
    ListPacksResponse,
    PackStatus,
    SetSwitchResponse,
)

from tests.cli.a_decision import DECISION_ID, DISCOUNT, a_decision
from tests.rpc.cases import CASE_ID

PAPERS = Checklist(
    items=[
        {"item": "photo", "title": "Photo of the ring", "state": "there"},
        {"item": "receipt", "title": "Receipt", "state": "there"},
        {"item": "report", "title": "Report of the loss", "state": "missing"},
    ]
)


class TellingAdvisor:
    """Answers every intercept with the same decision; scores a booking by its lead time."""

    def __init__(self):
        self.asked = []
        self.asking = []
        self.actors = []
        self.switches = []
        self.scanned = []
        self.audits = []

    async def recommend(self, request, *, seconds, principal):
        """Refuse the channel `fax`, answer everything else."""
        self.asked.append(request)
        self.asking.append(principal)
        assert seconds > 0
        if request.intercept.channel == "fax":
            wrong = FieldViolation("intercept.channel", "fax", "use one of email, phone")
            raise InvalidRequest((wrong,))
        decision = a_decision(requestId=request.request_id)
        return RecommendResponse(decision=decision).SerializeToString()

    async def get_decision(self, request):
        """Know one decision, and that of the case."""
        if request.decision_id == CASE_ID:
            return GetDecisionResponse(decision=Decision(checklists=[PAPERS])).SerializeToString()
        if request.decision_id != DECISION_ID:
            raise NotFound("decision", request.decision_id)
        return GetDecisionResponse(decision=a_decision()).SerializeToString()

    async def explain(self, request):
        """Explain one rule."""
        assert request.decision_id == DECISION_ID
        answer = ExplainResponse(decision=a_decision())
        rule = answer.rules.add(rule="offer:price-adjustment", outcome=2, location="offers.yaml:40")
        rule.conditions.add(condition="risk >= 0.7", actual="0.62", outcome=2)
        rule.conditions.add(condition="order.margin > 0 USD", outcome=3)
        answer.facts.add(name="order.value", number=4200)
        answer.explanations.append(an_explanation())
        answer.facts.add(name="late", flag=False)
        answer.facts.add(name="reason", word=DISCOUNT["offerId"])
        return answer

    def scan(self, pack, subjects, **_):
        """Score a booking by its lead time: a year ahead is certain to be cancelled."""
        self.scanned.extend(subjects)
        model = ModelVersion(name="hazard", digest=pack, evidence=EVIDENCE_REAL)
        return [self._score(subject) for subject in subjects], model

    def _score(self, subject):
        hazard = min(subject.booking.lead_time_days / 365, 1.0)
        band = "high" if hazard >= 0.6 else "low"
        score = HazardScore(subject_id=subject.subject_id, hazard=hazard, band=band)
        score.drivers.add(fact="booking.lead_time_days", value="9", contribution=0.5)
        return score

    def list_packs(self):
        """Tell of one pack that serves with an edit refused."""
        status = PackStatus(pack="jeweller", serving=True, refused_count=2)
        status.refused.append("rules/jeweller/offers.yaml:12: offers.expedite: no such offer")
        return ListPacksResponse(packs=[status])

    async def set_switch(self, request, *, actor):
        """Note the switch, and who threw it."""
        self.actors.append(actor)
        self.switches.append(request)
        return SetSwitchResponse(killed=[request.target] if request.killed else [])

    async def audit(self, request):
        """Tell of one decision and one step, the latter altered."""
        self.audits.append(request)
        for told in AUDITED:
            yield ParseDict({**told, "pack": request.pack}, AuditRecord())

    async def get_budgets(self, request):
        """Tell of one budget that is nearly spent."""
        if request.budget not in ("", "goodwill"):
            raise NotFound("budget", request.budget)
        told = {
            "budget": "goodwill",
            "period": "July",
            "limit": {"currencyCode": "USD", "units": "5000"},
            "held": {"currencyCode": "USD", "units": "880"},
            "committed": {"currencyCode": "USD", "units": "4000"},
            "left": {"currencyCode": "USD", "units": "120"},
            "firstDay": {"year": 2026, "month": 7, "day": 1},
            "lastDay": {"year": 2026, "month": 7, "day": 31},
            "days": [
                {
                    "day": {"year": 2026, "month": 7, "day": 3},
                    "held": {"currencyCode": "USD", "units": "4880"},
                    "committed": {"currencyCode": "USD", "units": "4000"},
                }
            ],
        }
        return GetBudgetsResponse(ledgers=[ParseDict(told, BudgetLedger())])


AUDITED = (
    {
        "happened": "decided",
        "time": "2026-11-20T10:00:00Z",
        "caseId": "jeweller.07.case",
        "recommended": [{"offerId": "expedite"}, {"offerId": "nothing"}],
        "wayOut": {"wayOut": "free", "fee": {"currencyCode": "USD", "units": "0"}},
        "laws": [{"law": "CANCEL-CONTROL", "source": "15 USC 8403", "confidence": "S"}],
        "barred": [{"law": "US-MN-ARL", "offerIds": ["store-credit"]}],
        "seal": "SEAL_INTACT",
        "chain": "AAAA",
    },
    {
        "happened": "presented",
        "time": "2026-11-20T10:05:00Z",
        "caseId": "jeweller.07.case",
        "offerId": "expedite",
        "principal": "A-11",
        "seal": "SEAL_ALTERED",
        "gap": True,
        "chain": "AQID",
    },
)


def an_explanation():
    """Explain one offer that a lead may allow."""
    told = {
        "offerId": "price-adjustment",
        "verdict": "VERDICT_NEEDS_APPROVAL",
        "failed": "authority",
        "score": {
            "bias": 0.5,
            "contributions": [{"fact": "order.value", "value": "4200", "contribution": -0.2}],
            "logOdds": 0.3,
            "probability": 0.57,
        },
        "guards": [
            {
                "guard": "guard:margin_floor",
                "outcome": "OUTCOME_TRUE",
                "terms": {"percent": 7},
                "arithmetic": "(400.00 - 70.00) / 930.00 = 35.48 percent",
            }
        ],
        "available": {"ways": [{"text": "with the approval of a team lead (tier 2)"}]},
        "best": {"whyNone": "it is owed"},
    }
    return ParseDict(told, Explanation())
