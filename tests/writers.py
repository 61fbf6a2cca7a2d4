"""A kind that no shipped pack has, worked by people with tokens of their own, over real gRPC."""

from __future__ import annotations

import hashlib
import itertools
import shutil
from pathlib import Path

from keepsake.v1 import case_pb2 as pb
from keepsake.v1.intercept_pb2 import RecommendRequest, RecommendResponse

from tests.rpc.signers import AUDIENCE, ISSUER

CLAIM = Path(__file__).parent / "kinds" / "claim"
ADA, BOB = ("ada", "agent", "specialist"), ("bob", "lead", "team_lead")
CRM = ("crm", "system")
FACTS = {
    "claim.amount": {"money": {"currency_code": "USD", "units": 1850}},
    "claim.insurer": {"text": "north"},
    "claim.loss_date": {"date": {"year": 2026, "month": 10, "day": 3}},
    "claim.reported_date": {"date": {"year": 2026, "month": 10, "day": 5}},
    "claim.settled": {"flag": False},
    "papers.photo": {"text": "there"},
}
FILLS = {"policy_holder": "Renée Müller", "reference": "N-77/4"}
_NUMBERS = (f"claim-step-{number}" for number in itertools.count())


def add_claims(rules):
    """Add the kind to a copy of the jeweller's pack: a folder, and nothing else."""
    shutil.copytree(CLAIM, rules / "jeweller" / "kinds" / "claim")


def identified(signer):
    """Return settings by which a service finds out who calls."""
    return {
        "identity_keys": str(signer.file),
        "identity_issuer": ISSUER,
        "identity_audience": AUDIENCE,
        "allow_plaintext": True,
    }


class Claim:
    """One case of the kind, and whoever works it."""

    def __init__(self, served, signer, case_id):
        self.served = served
        self.signer = signer
        self.case_id = case_id

    @classmethod
    async def opened(cls, served, signer, customer, **more):
        """Ask what to do about a claim, and return its case."""
        made = asked(customer, **more)
        metadata = signer.bearer(sub="crm", roles=["system"])
        answer = await served.intercepts.Recommend(made, metadata=metadata)
        told = RecommendResponse.FromString(answer.SerializeToString())
        claim = cls(served, signer, told.decision.case_id)
        claim.decision = told.decision
        return claim

    async def draft(self, document="letter", language="en", by=ADA, **fills):
        """Return a draft."""
        request = pb.DraftDocumentRequest(
            case_id=self.case_id, document=document, language=language, fills=fills
        )
        call = self.served.cases.DraftDocument
        return (await call(request, metadata=self.as_(by))).draft

    async def evidence(self, processor="", by=ADA, **fills):
        """Return what a processor would be sent."""
        request = pb.DraftEvidenceRequest(case_id=self.case_id, processor=processor, fills=fills)
        answer = await self.served.cases.DraftEvidence(request, metadata=self.as_(by))
        return answer.evidence

    async def stage(self, text, document="letter", language="en", by=ADA, **more):
        """Stage a document."""
        return await self.step(
            "StageDocument", by, document=document, language=language, text=text, **more
        )

    async def confirm(self, digest, document="letter", by=BOB, **more):
        """Confirm a document."""
        return await self.step("ConfirmDocument", by, document=document, digest=digest, **more)

    async def accept(self, offer_id="contest-claim"):
        """Choose a resolution."""
        await self.step("PresentOffer", ADA, offer_id=offer_id)
        return await self.step("AcceptOffer", ADA, offer_id=offer_id)

    async def whole(self):
        """Return the case with its events."""
        request = pb.GetCaseRequest(case_id=self.case_id)
        return await self.served.cases.GetCase(request, metadata=self.as_(ADA))

    async def step(self, name, by, **told):
        """Take a step."""
        request_id = told.pop("request_id", None) or next(_NUMBERS)
        ask = getattr(pb, f"{name}Request")(request_id=request_id, case_id=self.case_id, **told)
        return await getattr(self.served.cases, name)(ask, metadata=self.as_(by))

    def as_(self, who):
        """Return the metadata of a call by somebody."""
        principal, *roles = who
        return self.signer.bearer(sub=principal, roles=roles)


def asked(customer, *, subject="", request_id="", is_named=True, **facts):
    """Return what asks about a claim; a fact that is None is left out."""
    named = {"customer": {"id": customer}} if is_named else {}
    told = {name: each for name, each in {**FACTS, **facts}.items() if each is not None}
    return RecommendRequest(
        request_id=request_id or "claim-" + hashlib.sha256(customer.encode()).hexdigest()[:20],
        pack="jeweller",
        agent={"id": "ada", "role": "specialist"},
        intercept={
            "kind": "claim",
            "channel": "insurer",
            "language": "en",
            "jurisdiction": "US",
            **named,
            "subject_type": "claim",
            "subject_id": f"claim-{subject or customer}",
            "attributes": told,
        },
    )
