"""Disputes of Stripe, read and decided from the command line."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import time

import pytest

from tests.cli.a_decision import DECISION_ID
from tests.intake.disputes import body_of, stripe_dispute, stripe_event

SECRET = "whsec_test"
KNOWN = {"pack": "travel", "intercept": {"jurisdiction": "DE", "words": "Services not provided"}}
PURCHASES = [
    {"id": "ch_1", "day": "2026-11-01", "account": "u-1", "ip": "192.0.2.7"},
    {"id": "ch_a", "day": "2026-06-01", "account": "u-1", "ip": "192.0.2.7"},
    {"id": "ch_b", "day": "2026-07-22", "account": "u-1", "ip": "192.0.2.7"},
]


@pytest.fixture
def files(tmp_path):
    """Write what is known, and whatever else a test names: `files(dispute={...})`."""

    def written(**contents):
        for name, content in (contents | {"known": KNOWN}).items():
            (tmp_path / f"{name}.json").write_bytes(body_of(content))
        return tmp_path

    return written


def signed(body, secret=SECRET):
    """Return the header that Stripe would send now."""
    at = int(time.time())
    made = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={made}"


def test_a_dispute_is_decided_by_the_service(keepsake, advisor, files):
    """Catches a dispute that is read and never asked about, or without what we know."""
    card = {"brand": "mastercard", "network_reason_code": "4853"}
    folder = files(dispute=stripe_dispute(card=card))

    ended = keepsake(
        *("intake", "stripe-dispute", folder / "dispute.json"),
        *("--known", folder / "known.json", "--json"),
    )

    assert DECISION_ID == json.loads(ended.out)["decisionId"]
    asked = advisor.asked[-1]
    assert ("travel", "chargeback", "dp_1") == (
        asked.pack,
        asked.intercept.kind,
        asked.intercept.subject_id,
    )
    assert asked.intercept.attributes["dispute.claim"].text == "not_received"


def test_words_that_nobody_knows_are_told(keepsake, files):
    """Catches an unknown reason that passes without a word to the desk."""
    folder = files(dispute=stripe_dispute(reason="agent_did_it"))

    ended = keepsake(
        *("intake", "stripe-dispute", folder / "dispute.json", "--known", folder / "known.json")
    )

    assert ended.code == 0
    assert "agent_did_it" in ended.err


def test_every_wrong_field_of_a_dispute_is_told(offline, files):
    """Catches a refusal that sends the integrator to the log."""
    folder = files(dispute=stripe_dispute(amount=-1, created="today"))

    ended = offline(
        *("intake", "stripe-dispute", folder / "dispute.json", "--known", folder / "known.json")
    )

    assert ended.code == 3
    assert "amount" in ended.err
    assert "created" in ended.err


@pytest.mark.law(10)
def test_earlier_purchases_stay_here_and_only_the_answer_is_sent(keepsake, advisor, files):
    """Catches an IP or an account id that leaves this machine."""
    folder = files(dispute=stripe_dispute(), purchases=PURCHASES)

    ended = keepsake(
        *("intake", "stripe-dispute", folder / "dispute.json", "--known", folder / "known.json"),
        *("--purchases", folder / "purchases.json"),
    )

    assert "fails by 1 day: 119 days old, 120 asked" in " ".join(ended.out.split())
    sent = advisor.asked[-1]
    assert sent.intercept.attributes["dispute.ce3_history"].text == "not_qualified"
    assert "192.0.2.7" not in str(sent)


def test_what_stripe_signed_is_decided(keepsake, advisor, files, monkeypatch):
    """Catches a webhook that is refused though Stripe has sent it."""
    monkeypatch.setenv("STRIPE_WEBHOOK_SECRET", SECRET)
    event = stripe_event(stripe_dispute())
    folder = files(event=event)

    ended = keepsake(
        *("intake", "stripe-webhook", folder / "event.json", "--known", folder / "known.json"),
        *("--signature", signed(body_of(event))),
    )

    assert ended.code == 0, ended.err
    assert advisor.asked[-1].request_id == "evt_1"


def test_what_others_signed_is_not_believed(offline, files, monkeypatch):
    """Catches a forged webhook that is decided."""
    monkeypatch.setenv("STRIPE_WEBHOOK_SECRET", SECRET)
    event = stripe_event(stripe_dispute())
    folder = files(event=event)

    ended = offline(
        *("intake", "stripe-webhook", folder / "event.json", "--known", folder / "known.json"),
        *("--signature", signed(body_of(event), "whsec_other")),
    )

    assert ended.code == 3
    assert "not believed" in ended.err


def test_without_the_secret_nothing_is_believed(offline, files, monkeypatch):
    """Catches a webhook taken on trust because a variable was forgotten."""
    monkeypatch.delenv("STRIPE_WEBHOOK_SECRET", raising=False)
    folder = files(event={})

    ended = offline(
        *("intake", "stripe-webhook", folder / "event.json", "--known", folder / "known.json"),
        *("--signature", "t=1,v1=ab"),
    )

    assert ended.code == 2
    assert "STRIPE_WEBHOOK_SECRET" in ended.err


def test_a_dispute_may_be_piped_in(offline, files, monkeypatch):
    """Catches a command that cannot stand at the end of a pipe."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"{")))
    folder = files()

    ended = offline(*("intake", "stripe-dispute", "-", "--known", folder / "known.json"))

    assert ended.code == 3
    assert "no JSON" in ended.err


def test_earlier_purchases_can_be_judged_alone(offline, files):
    """Catches a check that needs a running service, or a pair that is not shown."""
    older = [*PURCHASES[:2], PURCHASES[2] | {"day": "2026-05-01"}]
    folder = files(purchases=older)

    ended = offline(
        *("intake", "ce3", folder / "purchases.json", "--purchase", "ch_1"),
        *("--disputed", "2026-11-18", "--json"),
    )

    told = json.loads(ended.out)
    assert told["ce3_history"] == "qualified"
    assert [["ch_a", "ch_b"]] == [each["purchases"] for each in told["readings"][0]["pairs"]]


def test_purchases_may_come_as_a_table(offline, tmp_path):
    """Catches a shop that has to write JSON by hand."""
    rows = ["id,day,account,ip", *(",".join(each.values()) for each in PURCHASES)]
    file = tmp_path / "purchases.csv"
    file.write_text("\n".join(rows))

    ended = offline("intake", "ce3", file, "--purchase", "ch_1", "--disputed", "2026-11-18")

    assert ended.code == 0, ended.err
    assert "does not qualify" in ended.out


TABLE = """dispute_id,card_brand,reason_code,reason,status,amount,currency,opened_on,respond_by,\
refunded,three_ds,issuer_text,customer_id
D-1,Visa,13.1,product_not_received,needs_response,{amount},EUR,2026-11-14,2026-12-04,0,,,T-1
D-2,Visa,10.4,fraudulent,needs_response,80,EUR,2026-11-15,2026-12-05,0,Y,,T-2
"""


def test_a_table_of_disputes_is_decided_row_by_row(keepsake, advisor, files):
    """Catches a row that is left out, or decided for another's customer."""
    folder = files()
    (folder / "disputes.csv").write_text(TABLE.format(amount="120.50"))

    ended = keepsake(
        *("intake", "disputes", folder / "disputes.csv", "--known", folder / "known.json", "--json")
    )

    assert ended.code == 0, ended.err
    assert len(ended.out.splitlines()) == 2
    asked = [(each.intercept.subject_id, each.intercept.customer.id) for each in advisor.asked]
    assert asked == [("D-1", "T-1"), ("D-2", "T-2")]


def test_one_wrong_row_keeps_a_whole_table_back(keepsake, advisor, files):
    """Catches half a table that is decided, and a mistake without its line."""
    folder = files()
    (folder / "disputes.csv").write_text(TABLE.format(amount="much"))

    ended = keepsake(
        *("intake", "disputes", folder / "disputes.csv", "--known", folder / "known.json")
    )

    assert ended.code == 3
    assert "disputes.csv:2: amount" in "".join(ended.err.splitlines())
    assert advisor.asked == []
