"""A fresh process that replays what a store holds: `python -m tests.law_tests.replayer SETTINGS`.

It may open Unix sockets and no other: replay needs no network.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from pathlib import Path

from keepsake.app import open_app
from keepsake.replay import replay
from keepsake.settings import Settings
from prometheus_client import CollectorRegistry


class LocalSocket(socket.socket):
    """A socket that refuses to leave the machine."""

    def connect(self, address):
        """Connect, if it is a path."""
        if self.family != socket.AF_UNIX:
            raise AssertionError(f"replay reached for the network: {address}")
        return super().connect(address)


async def main(settings: Settings) -> None:
    """Replay every decision of every pack and print what came of it."""
    found = {"same": 0, "different": [], "not_kept": [], "missing": []}
    async with open_app(settings, registry=CollectorRegistry()) as app:
        for pack in settings.packs:
            report = await replay(app.in_force, app.store, app.store.decisions(pack))
            found["same"] += report.same
            for name in ("different", "not_kept", "missing"):
                found[name] += getattr(report, name)
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    socket.socket = LocalSocket
    told = json.loads(Path(sys.argv[1]).read_text())
    asyncio.run(main(Settings(_env_file=None, **told)))
