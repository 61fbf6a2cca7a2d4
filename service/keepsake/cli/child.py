"""A service of our own in a process beside this one, for as long as it is shown."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from keepsake.cli.console import ExitCode, Refusal

START_SECONDS = 60.0
STOP_SECONDS = 40.0
POLL_SECONDS = 0.05
LOG_LINES = 12


@contextmanager
def serving(
    address: str, log: Path, settings: Mapping[str, str] = MappingProxyType({})
) -> Iterator[subprocess.Popen[bytes]]:
    """Run `keepsake serve` at an address, its log in a file, and stop it at the end.

    The environment goes before `settings`.
    """
    _refuse_if_taken(address)
    log.parent.mkdir(parents=True, exist_ok=True)
    here = {**os.environ, "KEEPSAKE_ADDRESS": address}
    environment = {"KEEPSAKE_DRAIN_SECONDS": "0", **settings, **here}
    command = [sys.executable, "-m", "keepsake.cli", "serve"]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(ExitCode.DONE))
    with log.open("wb") as written:
        child = subprocess.Popen(  # noqa: S603 - our own program
            command, env=environment, stdout=written, stderr=written, start_new_session=True
        )
        try:
            yield child
        finally:
            _stop(child)


def wait_until(ready: Callable[[], bool], child: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the service is ready; refuse with the end of its log when it is not to be."""
    until = time.monotonic() + START_SECONDS
    while not ready():
        if child.poll() is not None:
            raise _refused(f"the service ended with {child.returncode}", log)
        if time.monotonic() > until:
            raise _refused(f"the service was not ready within {START_SECONDS:.0f} s", log)
        time.sleep(POLL_SECONDS)


def _refuse_if_taken(address: str) -> None:
    host, _, port = address.rpartition(":")
    with socket.socket() as probe:
        taken = probe.connect_ex((host.strip("[]"), int(port))) == 0
    if taken:
        raise Refusal(
            f"something listens at {address} already",
            "call it if it is a Keepsake (`keepsake packs`), or take another port: "
            "keepsake run --address 127.0.0.1:50052",
        )


def _stop(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()


def _refused(message: str, log: Path) -> Refusal:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_LINES:]
    return Refusal("\n  ".join([message, *lines]), f"the whole log is {log}", code=ExitCode.FOUND)
