"""A processor's table of disputes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from google.type.money_pb2 import Money
from hypothesis import given
from hypothesis import strategies as st
from keepsake.core.errors import InvalidRequest
from keepsake.intake.dispute import request_of
from keepsake.intake.dispute_rows import read_row
from keepsake.packs.load import load_pack
from keepsake.packs.mappings import read_mapping
from keepsake.rpc.validation import violations
from keepsake.v1.common_pb2 import Intercept
from keepsake.v1.intercept_pb2 import RecommendRequest

from tests.packs.folders import RULES

MAPPING = read_mapping(RULES / "travel" / "mappings" / "disputes.yaml")
KNOWN = RecommendRequest(pack="travel", intercept=Intercept(jurisdiction="DE"))
ROW = {
    "dispute_id": "D-1",
    "card_brand": "MasterCard",
    "reason_code": "4853",
    "reason": "product_unacceptable",
    "status": "warning_needs_response",
    "amount": "612.40",
    "currency": "eur",
    "opened_on": "2026-11-14",
    "respond_by": "2026-12-04T23:59Z",
    "three_ds": "Y",
    "issuer_text": "Credit not processed",
    "customer_id": "T-1",
}


def test_a_row_becomes_a_dispute() -> None:
    """Catches a column that is read as another fact, or a code that becomes a number."""
    dispute = read_row(ROW, MAPPING)

    assert dispute.facts["dispute.code"] == "4853"
    assert (
        Money(currency_code="EUR", units=612, nanos=400_000_000) == dispute.facts["dispute.amount"]
    )
    assert datetime(2026, 12, 4, 23, 59, tzinfo=UTC) == dispute.facts["dispute.due_by"]
    assert dispute.facts["dispute.claim"] == "credit_not_processed"
    assert dispute.facts["dispute.stage"] == "inquiry"
    assert ("T-1", "credit_not_processed") == (dispute.customer_id, dispute.reason)


def test_every_fact_of_the_mapping_is_one_of_the_pack() -> None:
    """Catches a mapping of which the service refuses a fact."""
    vocabulary = load_pack(RULES / "travel").of("chargeback").vocabulary

    assert set(read_row(ROW, MAPPING).facts) <= set(vocabulary)


@pytest.mark.parametrize(
    ("column", "value"), [("amount", "much"), ("respond_by", "soon"), ("dispute_id", "")]
)
def test_a_wrong_cell_names_its_column(column: str, value: str) -> None:
    """Catches a row that is skipped, or refused without saying why."""
    with pytest.raises(InvalidRequest) as refused:
        read_row(ROW | {column: value}, MAPPING)

    assert [column] == [violation.field for violation in refused.value.violations]


def test_an_amount_without_a_currency_is_refused() -> None:
    """Catches an amount taken for the pack's own currency."""
    with pytest.raises(InvalidRequest, match="name its currency"):
        read_row(ROW | {"currency": ""}, MAPPING)


@given(row=st.fixed_dictionaries(dict.fromkeys(ROW, st.text(max_size=12))))
def test_whatever_a_row_holds_becomes_a_sound_request_or_is_refused(row: dict[str, str]) -> None:
    """Catches a cell that breaks the reading, or passes it and is no request."""
    try:
        dispute = read_row(row, MAPPING)
    except InvalidRequest:
        return

    assert violations(request_of(dispute, KNOWN)) == ()
