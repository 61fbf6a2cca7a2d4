import asyncio
import json

import pytest
from keepsake.client import SERVICE_CONFIG, Answer, CallFailed, KeepsakeClient
from keepsake.core.errors import StoreUnavailable, TooMuch
from keepsake.v1.decision_pb2 import Decision
from keepsake.v1.intercept_pb2 import BatchScanRequest, ScanRequest, ScanSubject

from tests.rpc.advisors import an_intercept


@pytest.mark.law(8)
async def test_only_a_server_that_is_away_is_asked_again(advisor, server, ask):
    """UNAVAILABLE is tried again, under the same request_id; a refusal is not."""
    tries = []
    old = advisor.recommend

    async def fail_twice(request, **how):
        tries.append(request.request_id)
        if len(tries) < 3:
            raise StoreUnavailable(retry_seconds=0)
        return await old(request, **how)

    advisor.recommend = fail_twice

    answer = await ask(f"127.0.0.1:{server.port}", an_intercept("r-5"), seconds=5)

    assert ["r-5"] * 3 == tries
    assert not answer.proceed


async def test_a_refusal_is_not_asked_again(advisor, server, ask):
    """A server with too much to do gets no second call."""
    tries = []

    async def refuse(request, **_how):
        tries.append(request.request_id)
        raise TooMuch("full", "concurrent_calls")

    advisor.recommend = refuse

    answer = await ask(f"127.0.0.1:{server.port}", an_intercept("r-5"), seconds=5)

    assert ["r-5"] == tries
    assert "TOO_MUCH" in answer.why


async def test_a_scan_is_sent_message_by_message(server):
    """The blocking client streams, so that a file need not fit into one message."""
    requests = [
        ScanRequest(pack="travel", subjects=[ScanSubject(subject_id=str(n))]) for n in range(5)
    ]

    def scan():
        with KeepsakeClient(f"127.0.0.1:{server.port}") as keepsake:
            return [answer.scores[0].subject_id for answer in keepsake.scan(requests)]

    ids = await asyncio.to_thread(scan)

    assert ["0", "1", "2", "3", "4"] == ids


async def test_a_failed_call_names_code_reason_and_fields(server):
    """A command line shows its user what to mend, without knowing gRPC."""

    def scan():
        with KeepsakeClient(f"127.0.0.1:{server.port}") as keepsake:
            keepsake.call(keepsake.intercepts.BatchScan, BatchScanRequest(pack="travel"))

    with pytest.raises(CallFailed) as caught:
        await asyncio.to_thread(scan)

    assert ("INVALID_ARGUMENT", "INVALID_REQUEST") == (caught.value.code, caught.value.reason)
    assert ["subjects"] == list(caught.value.fields)


@pytest.mark.parametrize(("name", "expected"), [("", True), ("pack/florist", False)])
async def test_a_client_asks_for_health(name, expected, server):
    """What is unknown or unreachable does not serve."""

    def check():
        with KeepsakeClient(f"127.0.0.1:{server.port}") as keepsake:
            return keepsake.is_serving(name)

    serving = await asyncio.to_thread(check)

    assert expected == serving


def test_the_service_config_retries_only_what_is_safe():
    """Round robin over all addresses, a time limit on each unary method, UNAVAILABLE only."""
    config = json.loads(SERVICE_CONFIG)

    policies = [each["retryPolicy"] for each in config["methodConfig"] if "retryPolicy" in each]
    assert [{"round_robin": {}}] == config["loadBalancingConfig"]
    assert {"maxTokens": 10, "tokenRatio": 0.1} == config["retryThrottling"]
    assert [["UNAVAILABLE"]] * 2 == [policy["retryableStatusCodes"] for policy in policies]


def test_the_service_config_ends_every_unary_call():
    """A caller who forgets the deadline still has one; gRPC may apply it two seconds early."""
    config = json.loads(SERVICE_CONFIG)

    limits = {
        name.get("method", "others"): each.get("timeout")
        for each in config["methodConfig"]
        for name in each["name"]
    }
    streams = dict.fromkeys(("Scan", "WatchApprovals", "WatchCases"))
    assert {"others": "5s", "BatchScan": "60s", **streams} == limits


def test_an_answer_without_a_decision_means_proceed():
    """There is no third state: either there is a decision, or the customer leaves."""
    assert Answer(None, "down").proceed
    assert not Answer(Decision()).proceed
