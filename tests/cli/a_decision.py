"""A decision with every part that a view has to show."""

from google.protobuf.json_format import ParseDict
from keepsake.v1.decision_pb2 import Decision

DECISION_ID = "jeweller.07.abcdefghijklmnopqrstuvwxyz"


def usd(units, nanos=0):
    """Return a sum of money as JSON has it."""
    return {"currencyCode": "USD", "units": units, "nanos": nanos}


def trace(rule, *conditions):
    """Return a rule that held, with its conditions and the values they met."""
    return {
        "rule": rule,
        "outcome": "OUTCOME_TRUE",
        "location": "rules/jeweller/offers.yaml:12",
        "conditions": [
            {"condition": text, "actual": actual, "outcome": "OUTCOME_TRUE"}
            for text, actual in conditions
        ],
    }


EXPEDITE = {
    "rank": 1,
    "offerId": "expedite",
    "offerClass": "incentive",
    "title": "Expedited production",
    "terms": {"amount": usd(150)},
    "pKept": 0.78,
    "pKeptWithout": 0.38,
    "cost": usd(160),
    "netValue": usd(512, 400_000_000),
    "because": trace("offer:expedite", ("order.stage before casting", "cad_design")),
    "promiseDate": {"year": 2026, "month": 12, "day": 3},
    "talkTrack": "We can have it ready by 3 December.",
}
DISCOUNT = {
    "rank": 2,
    "offerId": "price-adjustment",
    "offerClass": "incentive",
    "title": "Price adjustment",
    "terms": {"percent": 7, "amount": usd(294)},
    "pKept": 0.69,
    "pKeptWithout": 0.38,
    "cost": usd(294),
    "netValue": usd(-12),
    "because": trace("offer:price-adjustment", ("reason in [found_cheaper]", "found_cheaper")),
    "approval": {"tier": 2, "role": "team_lead", "why": "7 percent is above 5 percent"},
}
NOTHING = {"rank": 3, "offerId": "nothing", "title": "Offer nothing", "pKept": 0.38}
WITHHELD = [
    {
        "offerId": "loaner-ring",
        "verdict": "VERDICT_NOT_EVALUATED",
        "failed": "guard:feasibility",
        "condition": "feasibility.loaner",
        "why": "operations have not said whether it can be done",
        "unlock": [{"fact": "feasibility.loaner", "value": "true", "text": "if one can be had"}],
    },
    *(
        {
            "offerId": offer,
            "verdict": "VERDICT_NOT_MATCHED",
            "failed": "when",
            "condition": "reason in [wrong_size]",
            "actual": "delivery_too_late",
            "why": "the reason is another",
        }
        for offer in ("free-resize", "stone-swap")
    ),
]


def a_decision(**parts):
    """Return the decision, with other parts where they are given."""
    told = {
        "decisionId": DECISION_ID,
        "requestId": "r1",
        "pack": "jeweller",
        "kind": "cancellation",
        "validUntil": "2026-11-25T10:00:00Z",
        "risk": {
            "risk": 0.62,
            "band": "high",
            "drivers": [{"fact": "order.stage", "value": "cad_design", "contribution": -0.22}],
        },
        "reason": {
            "reason": "delivery_too_late",
            "stated": "budget_changed",
            "detected": [{"reason": "delivery_too_late", "probability": 0.81}],
            "decidingWords": ["in time"],
        },
        "recommendations": [EXPEDITE, DISCOUNT, NOTHING],
        "remedies": [{"offerId": "refund", "offerClass": "remedy", "title": "Refund in full"}],
        "letGo": {
            "wayOut": "free",
            "text": "You may cancel free of charge.",
            "fee": usd(0),
            "returned": usd(4200),
        },
        "withheld": WITHHELD,
        "notices": [
            {
                "law": "US-CA-ARL",
                "name": "Automatic Renewal Law",
                "text": "Show the way to cancel beside any offer.",
                "source": "Cal. Bus. & Prof. Code 17602",
                "confidence": "S",
                "assumed": True,
            }
        ],
        "advice": ["human"],
        "choice": {"probability": 0.93, "experiment": "holdout", "eligibleForControl": True},
        "versions": {"packDigest": "9a3f0c77aa11bb22", "keepsake": "0.1.0"},
        "evidence": "EVIDENCE_SIMULATED",
    }
    return ParseDict(told | parts, Decision())
