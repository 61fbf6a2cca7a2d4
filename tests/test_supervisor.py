"""Several workers on one port: started, replaced, handed over and stopped. See docs/operator.md."""

import signal
import socket
import time

import pytest
from keepsake.settings import Settings
from keepsake.supervisor import NotStarted, environment, hold
from redis import Redis

from tests.supervised import MUTE, NO_STORE, SMALL, Callers, Service, kill, lives


def test_every_setting_reaches_the_workers(tmp_path, monkeypatch):
    """A setting that only the supervisor knows would be one that nobody obeys."""
    told = Settings(
        _env_file=None,
        data_dir=tmp_path,
        packs=("travel",),
        address="[::1]:0",
        workers=3,
        secret="s" * 32,
        reflection=False,
        tls_certificate=tmp_path / "certificate",
        tls_key=tmp_path / "key",
    )

    for name, value in environment(told, 4711, "unix:///there").items():
        monkeypatch.setenv(name, value)

    shared = {"address": "[::1]:4711", "store_url": "unix:///there"}
    assert told.model_copy(update=shared) == Settings(_env_file=None)


def test_a_port_is_held_without_listening():
    """Workers that each took a free port of their own would not be one service."""
    with hold("127.0.0.1:0") as held:
        port = held.getsockname()[1]

        with hold(f"127.0.0.1:{port}") as another, socket.socket() as caller:
            refused = caller.connect_ex(("127.0.0.1", port))
            shared = another.getsockname()[1]

    assert port == shared
    assert refused


def test_a_port_that_another_has_for_itself_is_refused():
    """Two services that both believe to have the port would be found out by callers only."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"

        with pytest.raises(NotStarted, match=address) as refused:
            hold(address)

    assert 2 == refused.value.code


def test_a_service_whose_first_worker_refuses_ends_with_its_code():
    """A wrong setting that is tried again for ever is found by nobody."""
    with Service(*MUTE, "refuses", store_url=NO_STORE) as service:
        code = service.ended()

    assert 3 == code
    assert "its log says why" in service.all("not_started")[0]["told"]


def test_a_worker_that_dies_again_and_again_is_given_longer_pauses():
    """Restarts without a pause would take the processor from the workers that live."""
    with Service(*MUTE, "dies", store_url=NO_STORE, workers=1) as service:
        deaths = service.until("worker_died", 4)

    assert [0.1, 0.2, 0.4, 0.8] == [death["pause_seconds"] for death in deaths[:4]]
    assert 4 == deaths[0]["code"]


def test_workers_stay_where_their_successor_does_not_serve(tmp_path):
    """An upgrade that cannot start must not take the service down."""
    broken = tmp_path / "broken"
    with Service(*MUTE, "refuses-if", broken, store_url=NO_STORE) as service:
        pids = {told["pid"] for told in service.until("worker_serves", 2)}
        broken.touch()

        service.signal(signal.SIGHUP)
        service.until("renewal_stopped")
        stayed = {pid for pid in pids if lives(pid)}

        service.signal(signal.SIGTERM)
        code = service.ended()

    assert pids == stayed
    assert (0, []) == (code, service.all("worker_died"))


def test_workers_leave_when_their_supervisor_is_killed():
    """Workers that nobody watches would answer with old packs and old code for ever."""
    with Service(*MUTE, "serves", store_url=NO_STORE) as service:
        pids = [told["pid"] for told in service.until("worker_serves", 2)]

        kill(service.process.pid)
        service.ended()

        until = time.monotonic() + 20
        while any(map(lives, pids)) and time.monotonic() < until:
            time.sleep(0.01)
    assert [False, False] == [lives(pid) for pid in pids]


@pytest.mark.slow
def test_a_worker_that_does_not_leave_is_killed():
    """One stuck worker must not keep an upgrade waiting for ever."""
    with Service(*MUTE, "stays", store_url=NO_STORE, drain_seconds=0) as service:
        service.until("worker_serves", 2)

        service.signal(signal.SIGTERM)
        code = service.ended()

    assert (0, 2) == (code, len(service.all("worker_killed")))


def test_the_store_that_workers_share_is_started_again_when_it_dies(tmp_path):
    """Without it every worker would answer degraded until somebody looks."""
    with Service(*MUTE, "serves", data_dir=tmp_path) as service:
        service.until("worker_serves", 2)
        with Redis(unix_socket_path=str(tmp_path / "store/valkey.sock")) as client:
            pid = client.info("server")["process_id"]

            kill(pid)
            service.until("store_restarted")

            assert client.ping()
            assert pid != client.info("server")["process_id"]


@pytest.fixture(scope="module")
def small():
    """Serve with two workers that have a small advisor; each test leaves it whole."""
    with Service(*SMALL, store_url=NO_STORE) as service:
        service.until("worker_serves", 2)
        yield service


def test_workers_are_replaced_one_by_one_without_one_failed_call(small):
    """An upgrade that cuts calls off is one that is put off; callers without retries see none."""
    before = [told["pid"] for told in small.all("worker_serves")][-2:]

    with Callers(small.port) as callers:
        callers.go_on()
        small.signal(signal.SIGHUP)
        small.until("renewed")
        callers.go_on()

    assert {} == callers.failed
    assert [False, False] == [lives(pid) for pid in before]


def test_a_service_is_handed_over_to_another_without_one_failed_call(small):
    """SIGTERM under load: calls under way are answered, new ones go to the other service."""
    address = f"127.0.0.1:{small.port}"

    with Service(*SMALL, store_url=NO_STORE, address=address) as other:
        other.until("worker_serves", 2)
        with Callers(small.port) as callers:
            callers.go_on()
            other.signal(signal.SIGTERM)
            code = other.ended()
            callers.go_on()

    assert {} == callers.failed
    assert 0 == code
    assert other.all("port_shared")


def test_a_killed_worker_is_replaced_and_callers_come_back(small):
    """Only calls under way on it may fail, as UNAVAILABLE; the other worker goes on."""
    served = small.all("worker_serves")

    with Callers(small.port) as callers:
        callers.go_on()
        kill(served[-1]["pid"])
        small.until("worker_serves", len(served) + 1)
        callers.go_on()

    assert -signal.SIGKILL == small.all("worker_died")[-1]["code"]
    assert all("UNAVAILABLE" in told for told in callers.failed)
