"""The endpoint that webhooks of Stripe come to."""

from __future__ import annotations

import http.client
import threading
import urllib.error
import urllib.parse
import urllib.request
from contextlib import contextmanager

import pytest
from keepsake.cli.console import ExitCode, Refusal
from keepsake.cli.dispute_cases import DisputeCases
from keepsake.cli.intake_stripe import read_dispute
from keepsake.cli.webhooks import endpoint, reply
from keepsake.v1.intercept_pb2 import RecommendRequest

from tests.cli.test_intake_stripe import SECRET, signed
from tests.intake.disputes import body_of, stripe_dispute, stripe_event

EVENT = body_of(stripe_event(stripe_dispute()))


@pytest.fixture
def decided():
    """Return the bodies that were decided."""
    return []


@contextmanager
def listening(decide):
    """Run the endpoint on a free port; give its address."""
    server = endpoint(0, SECRET, decide)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def url(decided):
    """Return where an endpoint listens that notes what it is to decide."""
    with listening(lambda body: decided.append(body) or "d1") as where:
        yield where


def sent(url, body, header):
    """Send a body as Stripe does; return the status and the answer."""
    call = urllib.request.Request(url, data=body, headers={"Stripe-Signature": header})  # noqa: S310 - our own endpoint
    try:
        with urllib.request.urlopen(call, timeout=10) as answer:  # noqa: S310 - our own endpoint
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_a_signed_dispute_is_decided(url, decided):
    """Catches an endpoint that changes the bytes before the signature is checked."""
    told = sent(url, EVENT, signed(EVENT))

    assert (200, "d1") == told
    assert [EVENT] == decided


def test_what_is_not_signed_decides_nothing(url, decided):
    """Catches an endpoint that believes whoever finds it."""
    status, _ = sent(url, EVENT, "t=1,v1=ab")

    assert status == 400
    assert decided == []


@pytest.mark.parametrize("kind", ["charge.succeeded", "charge.dispute.closed"])
def test_an_event_about_something_else_is_taken_and_passed_over(url, decided, kind):
    """Catches an endpoint to which Stripe comes again for days, for a payment."""
    body = body_of({"object": "event", "type": kind})

    told = sent(url, body, signed(body))

    assert (200, "nothing to decide") == told
    assert decided == []


@pytest.mark.parametrize(
    ("code", "status"),
    [(ExitCode.UNAVAILABLE, 503), (ExitCode.DEFECT, 503), (ExitCode.REFUSED, 422)],
)
def test_stripe_comes_again_only_where_that_helps(code, status):
    """Catches a dispute lost while the service restarts, or sent for ever though it is wrong."""

    def refuse(_body):
        raise Refusal("no", code=code)

    told = reply(EVENT, signed(EVENT), SECRET, decide=refuse)

    assert status == told.status


@pytest.mark.parametrize("reason", ["[/foo]", "[bold red]"])
def test_a_reason_in_brackets_is_decided_and_told(capsys, reason):
    """Catches a signed dispute that Stripe can never deliver, for a word that nobody knows."""
    body = body_of(stripe_event(stripe_dispute(reason=reason)))

    def decide(seen):
        return read_dispute(seen, RecommendRequest()).id

    told = reply(body, signed(body), SECRET, decide=decide)

    assert (200, "dp_1") == told
    assert reason in capsys.readouterr().err


def test_a_refusal_in_brackets_is_answered(capsys):
    """Catches a call that is dropped without a status as its refusal holds a customer's words."""

    def refuse(_body):
        raise Refusal("[/foo]", code=ExitCode.REFUSED)

    told = reply(EVENT, signed(EVENT), SECRET, decide=refuse)

    assert (422, "[/foo]") == told
    assert "[/foo]" in capsys.readouterr().err


def test_a_defect_is_answered_and_told(capsys):
    """Catches a connection that is dropped without a status, and nobody knows why."""
    with listening(lambda _body: {}["id"]) as url:
        status, _ = sent(url, EVENT, signed(EVENT))

    assert status == 500
    assert "KeyError" in capsys.readouterr().err


@pytest.mark.parametrize("length", ["9" * 5_000, "1048577", "-1", ""])
def test_a_body_of_no_length_that_is_taken_is_refused(url, decided, length):
    """Catches a length that no number can hold, and a call that is dropped for it."""
    call = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=10)
    call.putrequest("POST", "/")
    call.putheader("Content-Length", length)
    call.endheaders()

    assert call.getresponse().status == 413
    assert decided == []
    call.close()


def test_a_dispute_keeps_its_case_and_the_first_event_its_question(tmp_path):
    """Catches a second case for each update, or a redelivered event that is refused."""
    DisputeCases(tmp_path / "cases").opened("dp_1", "case-1", "evt_1")

    cases = DisputeCases(tmp_path / "cases")
    cases.opened("dp_1", "case-2", "evt_2")

    assert cases.case_of("dp_1", "evt_1") == ""
    assert cases.case_of("dp_1", "evt_2") == "case-1"
    assert cases.case_of("dp_2", "evt_3") == ""


def test_a_file_that_is_no_list_of_cases_is_refused(tmp_path):
    """Catches a wrong file to which cases are then added."""
    file = tmp_path / "cases"
    file.write_text("hello\n")

    with pytest.raises(Refusal, match="cases:1"):
        DisputeCases(file)
