"""What the intake says of a dispute, the pack must know; and each code must find its own row."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keepsake.core.decision_tables import Row
from keepsake.core.pack import Pack
from keepsake.intake import dispute_reasons
from keepsake.intake import stripe_words as words
from keepsake.intake.claims import CLAIMS, SPLIT_CODES
from keepsake.intake.dispute import KIND, SUBJECT, request_of
from keepsake.intake.stripe import read_stripe
from keepsake.packs.load import load_pack
from keepsake.packs.readers import FactReader
from keepsake.v1.common_pb2 import Intercept
from keepsake.v1.intercept_pb2 import RecommendRequest

from tests.intake.disputes import stripe_dispute
from tests.packs.folders import RULES

CODES = {
    "visa": "10.1 10.2 10.3 10.4 10.5 11.1 11.2 11.3 12.1 12.2 12.3 12.4 12.5 12.6.1 12.6.2 12.7 "
    "13.1 13.2 13.3 13.4 13.5 13.6 13.7 13.8 13.9 28 30 33 34 C028 C030 C031 C034 C035 C036 C038 "
    "C045 C048 C050 C071 C081 C0135",
    "mastercard": "4807 4808 4812 4831 4834 4837 4840 4841 4842 4846 4849 4850 4853 4854 4855 4859 "
    "4860 4863 4870 4871 6305 6321 6322 6323 6341 6342 6343 6390 4901 4902 4903 4905 4908",
    "amex": "A01 A02 A08 C02 C04 C05 C08 C14 C18 C28 C31 C32 F10 F14 F24 F29 F30 F31 FR2 FR4 FR6 "
    "M01 M10 P01 P03 P04 P05 P07 P08 P22 P23 R03 R13",
    "discover": "UA01 7010 UA02 7030 UA05 4866 UA06 4867 AT 4863 IN 4753 LP 4542 AA 4752 AP 4541 "
    "AW 4586 CD 4550 DP 4534 NF 4864 PM 4865 RG 4755 RM 4553 RN2 8002 05 4762 DC 6050",
}
"""The codes that the networks publish, legacy, retrieval and compliance ones included."""


@pytest.fixture(scope="module")
def pack() -> Pack:
    """Return the travel pack as chargebacks see it."""
    return shipped()


def rows_of(pack: Pack, network: str) -> list[Row]:
    """Return the rows of one network's codes."""
    rows = pack.work.tables["card-codes"].rows
    return [row for row in rows if row.cells[0] == frozenset([network])]


def test_every_fact_of_a_dispute_is_one_of_the_pack(pack: Pack) -> None:
    """Catches a fact that the service would refuse."""
    charge = {"id": "ch_1", "amount_refunded": 0}
    charge["payment_method_details"] = {"card": {"three_d_secure": {"result": "failed"}}}
    offered = {"visa_compelling_evidence_3": {"status": "qualified"}, "visa_compliance": {}}
    details = {"due_by": 1_796_000_000, "enhanced_eligibility": offered}
    card = {"brand": "mastercard", "network_reason_code": "4853"}
    sent = stripe_dispute(
        card=card, charge=charge, evidence_details=details, is_charge_refundable=True, reason="x"
    )

    facts = read_stripe(sent, "not provided").facts

    assert {"dispute.claim", "payment.three_ds", "dispute.word_unknown"} <= set(facts)
    assert set(facts) <= set(pack.vocabulary)


def test_every_stage_claim_and_word_is_known_to_the_pack(pack: Pack) -> None:
    """Catches a word of the intake that the pack takes for a mistake."""
    known = pack.vocabulary

    assert set(words.STAGES.values()) <= set(known[f"{SUBJECT}.stage"].words)
    assert set(CLAIMS) == set(known["dispute.claim"].words)
    assert set(words.THREE_DS.values()) <= set(known["payment.three_ds"].words)


def test_every_reason_that_is_stated_is_one_of_the_pack(pack: Pack) -> None:
    """Catches a dispute that the service refuses for its reason, or a claim that states none."""
    assert {*dispute_reasons.REASONS.values(), *dispute_reasons.CLAIMS.values()} <= set(
        pack.reasons
    )
    assert set(CLAIMS) == set(dispute_reasons.CLAIMS)
    assert words.REASONS - set(dispute_reasons.REASONS) == {"customer_initiated"}


@pytest.mark.parametrize("status", sorted(words.STATUSES))
def test_every_status_of_stripe_has_its_row(pack: Pack, status: str) -> None:
    """Catches a documented status that is treated as an unknown one."""
    assert pack.work.tables["statuses"].row({"dispute.status": status}) is not None


@pytest.mark.parametrize("reason", sorted(words.REASONS))
def test_every_reason_of_stripe_tells_a_family_without_a_code(pack: Pack, reason: str) -> None:
    """Catches a reason that leaves a dispute without evidence or a chance."""
    facts = pack.work.given({"dispute.stripe_reason": reason, "dispute.stage": "received"})

    assert facts["dispute.code_known"] is False
    assert "dispute.evidence_reason" in facts
    assert "dispute.win_chance" in facts


@pytest.mark.parametrize("network", CODES)
def test_every_code_of_a_network_is_known(pack: Pack, network: str) -> None:
    """Catches a code that was lost from the table."""
    codes = CODES[network].split()

    given = {
        code: pack.work.given({"dispute.network": network, "dispute.code": code}) for code in codes
    }

    assert [] == [code for code, facts in given.items() if not facts["dispute.code_known"]]


def test_every_row_is_found_by_its_own_keys(pack: Pack) -> None:
    """Catches a code that an earlier row takes away."""
    table = pack.work.tables["card-codes"]

    hidden = []
    for row in table.rows:
        keys = zip(table.keys, row.cells, strict=True)
        facts = {key: min(map(str, cell)) for key, cell in keys if isinstance(cell, frozenset)}
        if table.row(facts) is not row:
            hidden.append(str(row.source))

    assert hidden == []


@pytest.mark.parametrize(("network", "code"), sorted(SPLIT_CODES))
def test_a_code_that_is_split_knows_every_claim_and_waits_without_one(
    pack: Pack, network: str, code: str
) -> None:
    """Catches a claim that is read from the text and then answered as the bare code."""
    facts = {"dispute.network": network, "dispute.code": code}
    given = [pack.work.given(facts | {"dispute.claim": claim}) for claim in CLAIMS]

    assert pack.work.given(facts)["dispute.text_needed"] is True
    assert any(each["dispute.text_needed"] is False for each in given)


def test_every_claim_is_split_under_one_of_the_codes(pack: Pack) -> None:
    """Catches a claim that no row of any code answers."""
    named = {
        claim
        for row in rows_of(pack, "mastercard")
        if isinstance(cell := row.cells[2], frozenset)
        for claim in cell
    }

    assert set(CLAIMS) == named


def test_every_row_says_how_sure_it_is(pack: Pack) -> None:
    """Catches a figure without a mark of confidence."""
    tables = pack.work.tables.values()

    unmarked = [str(row.source) for table in tables for row in table.rows if not row.confidence]

    assert unmarked == []


words_of_stripe = st.text(max_size=20) | st.sampled_from(sorted(words.REASONS | words.STATUSES))


@given(
    reason=words_of_stripe,
    status=words_of_stripe,
    code=st.text(max_size=12) | st.sampled_from(["4853", "4834", "10.4", "C18"]),
    network=st.text(max_size=12) | st.sampled_from(sorted(words.NETWORKS)),
    issuer_text=st.sampled_from(["", "Credit not processed", "late presentment", "?"]),
)
def test_the_service_takes_whatever_stripe_sends(
    reason: str, status: str, code: str, network: str, issuer_text: str
) -> None:
    """Catches a word that is kept by the intake and refused by the pack."""
    card = {"brand": network, "network_reason_code": code}
    sent = stripe_dispute(reason=reason, status=status, card=card)
    known = RecommendRequest(pack="travel", intercept=Intercept(jurisdiction="DE"))
    request = request_of(read_stripe(sent, issuer_text), known)

    facts = reader().read(request.intercept, server_time=1_795_000_100)

    given = shipped().work.given(facts)
    assert {"dispute.family", "dispute.win_chance", "dispute.planning_days"} <= given.keys()


@cache
def shipped() -> Pack:
    """Return the travel pack as chargebacks see it, for tests that draw many examples."""
    return load_pack(RULES / "travel").of(KIND)


@cache
def reader() -> FactReader:
    """Return what reads its requests."""
    return FactReader(shipped())


@pytest.mark.parametrize("table", ["card-codes", "statuses", "response-windows"])
def test_what_the_networks_say_is_the_same_in_every_pack(table: str) -> None:
    """Catches a code that is mended for one business and not for the other."""
    files = sorted(RULES.glob(f"*/kinds/{KIND}/tables/{table}.csv"))

    assert len(files) == 2
    assert len({file.read_bytes() for file in files}) == 1
