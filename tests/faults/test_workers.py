"""The whole service with several workers, under load: handed over, renewed, edited, killed."""

import random
import shutil
import signal
import time

import grpc
import pytest
from google.protobuf.json_format import Parse
from keepsake.v1.intercept_pb2 import GetDecisionRequest, RecommendRequest
from keepsake.v1.intercept_pb2_grpc import InterceptServiceStub
from keepsake.v1.policy_pb2 import ListPacksRequest
from keepsake.v1.policy_pb2_grpc import PolicyServiceStub

from tests.supervised import REAL, ROOT, Callers, Service, kill

SEED = 20261122
KILLS = 5
EDITS = 6
WHOLE_SECONDS = 60  # about 3 where the machine has nothing else to do
EXAMPLE = ROOT / "examples/jeweller-found-it-cheaper.json"
PACK_FILE = "jeweller/offers.yaml"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def real(tmp_path):
    """Return what opens a service on one data folder, so on one embedded store."""
    shutil.copytree(ROOT / "rules", tmp_path / "rules")

    def opened(**settings):
        chosen = {
            "data_dir": tmp_path / "data",
            "rules_dir": tmp_path / "rules",
            "models_dir": ROOT / "models",
            "store_timeout_seconds": 5.0,
            "max_seconds": 20.0,
            "drain_seconds": 3.0,
            "watch_seconds": 0.2,
        }
        return Service(*REAL, **chosen | settings)

    return opened


def an_example(request_id):
    """Return a request of the jeweller's, each of another customer."""
    request = Parse(EXAMPLE.read_text(), RecommendRequest(), ignore_unknown_fields=True)
    request.request_id = request.intercept.subject_id = request.intercept.customer.id = request_id
    return request


def test_a_service_is_handed_over_and_renewed_without_one_failed_call(real):
    """Would catch a decision cut off by the stop of a service or of a worker."""
    with real() as first:
        first.until("worker_serves", 2)
        with real(address=f"127.0.0.1:{first.port}") as second:
            second.until("worker_serves", 2)
            with Callers(first.port, make=an_example) as callers:
                callers.go_on()
                first.signal(signal.SIGTERM)
                code = first.ended()
                callers.go_on()
                second.signal(signal.SIGHUP)
                second.until("renewed")
                callers.go_on()
            lost = not_kept(second.port, callers)

    assert {} == callers.failed
    assert (0, []) == (code, lost)


def test_packs_are_edited_under_load_without_one_failed_call(real, tmp_path):
    """Valid edits take effect and broken ones are refused, in every worker; nobody notices."""
    file = tmp_path / "rules" / PACK_FILE
    good = file.read_text()
    with real() as service:
        service.until("worker_serves", 2)
        with Callers(service.port, make=an_example) as callers:
            for number in range(EDITS):
                callers.go_on(50)
                file.write_text(f"{good}\n# edit {number}\n")
                service.until("pack_in_force", 4 + 2 * (number + 1))
                callers.go_on(50)
                file.write_text(good.replace("offers:", "offers: [", 1))
                service.until("pack_refused", 2 * (number + 1))
            callers.go_on(50)
            status = packs(service.port)["jeweller"]
        lost = not_kept(service.port, callers)

    assert {} == callers.failed
    assert (True, EDITS) == (status.serving, status.refused_count)
    assert [] == lost


def test_a_killed_worker_costs_no_acknowledged_decision(real, capsys):
    """Workers die under load: what was answered stays, and the service is whole again in time."""
    chance, waits = random.Random(SEED), []
    with real() as service:
        service.until("worker_serves", 2)
        with Callers(service.port, make=an_example) as callers:
            for number in range(KILLS):
                callers.go_on(50)
                living = {told["worker"]: told["pid"] for told in service.all("worker_serves")}
                killed = time.monotonic()
                kill(chance.choice(list(living.values())))
                service.until("worker_serves", 3 + number)
                waits.append(time.monotonic() - killed)
            callers.go_on(50)
        lost = not_kept(service.port, callers)

    with capsys.disabled():
        print(  # noqa: T201
            f"\n{KILLS} workers killed; {callers.answered} answered; failed: "
            f"{dict(callers.failed)}; whole again after {', '.join(f'{w:.1f}' for w in waits)} s"
        )
    assert [] == lost
    assert all("UNAVAILABLE" in told for told in callers.failed)
    assert max(waits) < WHOLE_SECONDS


def not_kept(port, callers):
    """Return the acknowledged requests whose decision is not stored as it was answered."""
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = InterceptServiceStub(channel)
        return [
            request_id
            for request_id, decision in callers.acknowledged.items()
            if decision
            != stub.GetDecision(
                GetDecisionRequest(decision_id=decision.decision_id), timeout=20
            ).decision
        ]


def packs(port):
    """Return the state of each pack, as one of the workers has it."""
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        told = PolicyServiceStub(channel).ListPacks(ListPacksRequest(), timeout=20)
    return {status.pack: status for status in told.packs}
