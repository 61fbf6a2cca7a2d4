"""A month beside the limits of the card networks."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def month(tmp_path):
    """Write a month: `month(mastercard={...})`."""

    def written(**counts):
        file = tmp_path / "month.json"
        file.write_text(json.dumps({"month": "2026-11", "region": "EU"} | counts))
        return file

    return written


def test_a_month_is_told_condition_by_condition(offline, month):
    """Catches a limit shown as near though only one of its conditions is."""
    ended = offline("monitor", month(visa={"fraud_reports": 14, "disputes": 20, "settled": 4_800}))

    told = " ".join(ended.out.split())
    for part in ("bps 70.83 150 38 more S", "count 34 1,500 1,466 more S", "all of them"):
        assert part in told
    assert "dispute.month = warned" in told
    assert ended.code == 0


def test_a_limit_that_is_passed_is_an_exit_code(offline, month):
    """Catches a month over its limit that a script takes for good."""
    counts = {"chargebacks": 200, "transactions_last_month": 10_000}

    ended = offline("monitor", month(mastercard=counts), "--json")

    told = json.loads(ended.out)
    assert ended.code == 1
    assert told["month"] == "over"
    assert [each["limit"] for each in told["limits"] if each["reached"]] == ["ecm", "cap"]


@pytest.mark.parametrize("counts", [{}, {"visa": {}}, {"visa": {"disputes": 9, "settled": 0}}])
def test_a_month_of_which_nothing_can_be_computed_is_unknown(offline, month, counts):
    """Catches an all-clear for a month that nobody counted."""
    ended = offline("monitor", month(**counts))

    told = " ".join(ended.out.split())
    assert ended.code == 0
    assert "dispute.month is unknown: do not send it" in told
    assert "dispute.month =" not in told
    assert "visa.settled" in told


def test_a_programme_that_cannot_be_computed_is_named_with_what_it_lacks(offline, month):
    """Catches a month that is clear of Visa and is taken for clear of all."""
    ended = offline("monitor", month(visa={"disputes": 1, "settled": 4_800}), "--json")

    told = json.loads(ended.out)
    assert told["month"] == "clear"
    assert ["visa.fraud_reports"] == told["not_known"]["visa_vamp"]
    assert "acquirer_cap_visa" not in told["not_known"]
    assert "mastercard_ecp" in told["not_known"]


def test_a_limit_is_not_called_unreached_for_want_of_a_count(offline, month):
    """Catches fraud far above the limit that is told as not reached, as its sum was left out."""
    counts = {"fraud_transactions": 100, "ecommerce_transactions": 10_000, "three_ds_percent": 1}

    ended = offline("monitor", month(mastercard=counts), "--json")

    told = json.loads(ended.out)
    (efm,) = [each for each in told["limits"] if each["limit"] == "efm"]
    assert (False, False) == (efm["known"], efm["reached"])
    assert ["mastercard.fraud_usd"] == told["not_known"]["mastercard_efm"]


def test_a_count_that_nobody_knows_is_refused(offline, month):
    """Catches a misspelt count that makes a month look clear."""
    ended = offline("monitor", month(visa={"dispute": 3}))

    assert ended.code == 2
    assert "visa.dispute" in ended.err
