"""Workers of the service in processes of their own, that tests kill and start again."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys

import grpc

from tests.law_tests.deciding import ROOT, SECRET

CALL_SECONDS = 6
START_SECONDS = 120


class Worker:
    """One `keepsake serve` process on a port of its own, started again whenever it is killed.

    `root` is the tree that it runs, this one unless another release is given.
    """

    def __init__(self, folder, url, root=ROOT, **settings):
        self.port = _free_port()
        self._root = root
        chosen = {
            "STORE_URL": url,
            "DATA_DIR": folder / "data",
            "RULES_DIR": root / "rules",
            "MODELS_DIR": root / "models",
            "ADDRESS": f"127.0.0.1:{self.port}",
            "SECRET": SECRET.decode(),
            "MAX_SECONDS": CALL_SECONDS,
        } | settings
        own = {f"KEEPSAKE_{name}": str(value) for name, value in chosen.items()}
        self._environment = {**os.environ, "PYTHONPATH": str(root / "service"), **own}
        self._log = (folder / f"worker-{self.port}.log").open("ab")
        self.start()

    def start(self):
        """Start the process."""
        command = [sys.executable, "-m", "keepsake.cli", "serve"]
        self.process = subprocess.Popen(  # noqa: S603 - our own command
            command, cwd=self._root, env=self._environment, stdout=self._log, stderr=self._log
        )

    def kill(self):
        """Kill the process as a crash would."""
        self.process.kill()
        self.process.wait()

    def close(self):
        """Kill it for good."""
        self.kill()
        self._log.close()

    def open_channel(self):
        """Return a channel that looks for the worker often."""
        options = [("grpc.max_reconnect_backoff_ms", 500), ("grpc.min_reconnect_backoff_ms", 100)]
        return grpc.aio.insecure_channel(f"127.0.0.1:{self.port}", options=options)

    async def answers(self):
        """Return once it takes calls."""
        async with self.open_channel() as channel, asyncio.timeout(START_SECONDS):
            await channel.channel_ready()


def _free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
