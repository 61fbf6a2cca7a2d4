"""The servers that are measured, each in a process of its own, and the store they write to."""

from __future__ import annotations

import dataclasses
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from keepsake.adapters import keys
from keepsake.adapters.embedded import EmbeddedServer
from keepsake.client import KeepsakeClient
from redis import Redis

from bench import echo
from bench.intercepts import ROOT

RECOMMEND = "/keepsake.v1.InterceptService/Recommend"
_TICKS = os.sysconf("SC_CLK_TCK")
_PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers: where, its process, and that of its store."""

    name: str
    port: int
    path: str
    pid: int
    store: Store | None = None

    def processor_seconds(self) -> float:
        """Return the processor time that its process has used, and those it has started."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return sum(processor_seconds(int(pid)) for pid in (self.pid, *children))


class Store:
    """A Valkey of its own for one server, which syncs every write to the disk."""

    def __init__(self, folder: Path) -> None:
        self._server = EmbeddedServer(folder)
        self._server.ensure()
        self.url = self._server.url
        self._client = Redis.from_url(self.url, decode_responses=True)
        self.pid = int(self._client.info("server")["process_id"])

    def durability(self) -> str:
        """Return how it writes, as it tells itself."""
        told = self._client.config_get("append*")
        return f"appendonly {told['appendonly']}, appendfsync {told['appendfsync']}"

    def decisions(self) -> int:
        """Return how many decisions its journal holds."""
        pipeline = self._client.pipeline()
        for bucket in keys.buckets("jeweller"):
            pipeline.xlen(bucket.journal())
        return sum(pipeline.execute())

    def used_mib(self) -> float:
        """Return the memory that its data takes."""
        return float(self._client.info("memory")["used_memory"]) / 2**20

    def processor_seconds(self) -> float:
        """Return the processor time that it has used."""
        return processor_seconds(self.pid)

    def close(self) -> None:
        """Stop it."""
        self._client.close()
        self._server.close()


@dataclass(frozen=True, slots=True)
class Keepsake:
    """How a Keepsake is started: its rules, its folder, and what differs from the defaults."""

    rules: Path
    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    module: str = "keepsake.cli"

    def environment(self, port: int, store_url: str) -> dict[str, str]:
        """Return the environment of its process."""
        settings = {
            "rules_dir": str(self.rules),
            "models_dir": str(ROOT / "models"),
            "data_dir": str(self.folder),
            "packs": '["jeweller"]',
            "address": f"127.0.0.1:{port}",
            "store_url": store_url,
            "store_timeout_seconds": "10",  # a busy machine shall slow the store, not cut it off
            "max_seconds": "20",
            "drain_seconds": "0",  # no balancer has to hear of its end
            **self.settings,
        }
        return {f"KEEPSAKE_{name.upper()}": value for name, value in settings.items()}


@contextmanager
def a_keepsake(name: str, how: Keepsake) -> Iterator[Running]:
    """Run `keepsake serve` with a store of its own; wait until it serves."""
    store = Store(how.folder / "store")
    try:
        with started(how, store.url) as (process, port, _):
            yield Running(name, port, RECOMMEND, process.pid, store)
    finally:
        store.close()


@contextmanager
def started(how: Keepsake, store_url: str) -> Iterator[tuple[subprocess.Popen[bytes], int, float]]:
    """Start `keepsake serve`; yield process, port, and the seconds until its health was SERVING."""
    port = _free_port()
    command = [sys.executable, "-m", how.module, "serve"]
    environment = {**os.environ, **how.environment(port, store_url)}
    how.folder.mkdir(parents=True, exist_ok=True)
    begun = time.perf_counter()
    with (how.folder / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stderr=log, cwd=ROOT)  # noqa: S603 - our own command
    with _ending(process):
        _wait_until_serving(process, port, how.folder / "log")
        yield process, port, time.perf_counter() - begun


@contextmanager
def answering(name: str, command: list[str], path: str) -> Iterator[Running]:
    """Run a module of the benchmark that prints its port."""
    process = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", *command],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        env={**os.environ, "OMP_NUM_THREADS": "1"},  # as is best for a few rows at a time
    )
    with _ending(process):
        assert process.stdout  # noqa: S101 - a pipe was asked for
        yield Running(name, int(process.stdout.readline()), path, process.pid)


@contextmanager
def a_naive_one(rules: Path, folder: Path) -> Iterator[Running]:
    """Run what a team would build instead, with a store of its own."""
    store = Store(folder / "store")
    try:
        command = ["bench.naive", store.url, str(rules)]
        with answering("naive", command, RECOMMEND) as server:
            yield dataclasses.replace(server, store=store)
    finally:
        store.close()


def an_echo(how: str, reply: Path) -> contextmanager[Running]:
    """Run an empty echo: `aio` or `pool`."""
    return answering(f"echo, {how}", ["bench.echo", how, str(reply)], echo.PATH)


def processor_seconds(pid: int) -> float:
    """Return the processor time, user and system, that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def memory_mib(pid: int) -> dict[str, float]:
    """Return the memory of a process: all, its share of what it shares, and what is of no file.

    Its share falls when another process maps the same libraries, so it tells nothing of a leak.
    """
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    kib = {line.split(":")[0]: int(line.split()[1]) for line in rollup}
    return {name.lower(): kib[name] / 1024 for name in ("Rss", "Pss", "Anonymous")}


@contextmanager
def _ending(process: subprocess.Popen[bytes]) -> Iterator[None]:
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_serving(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.perf_counter() + _PATIENCE_SECONDS
    with KeepsakeClient(f"127.0.0.1:{port}") as client:
        while not _is_open(port) or not client.is_serving():
            if process.poll() is not None or time.perf_counter() > until:
                raise RuntimeError(f"keepsake does not serve: {log.read_text()[-500:]}")
            time.sleep(0.005)


def _is_open(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        port: int = line.getsockname()[1]
        return port
