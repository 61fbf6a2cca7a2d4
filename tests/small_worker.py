"""A worker with a small advisor, for tests of its supervisor: it starts in no time."""

import os

import uvloop
from keepsake.rpc.options import ServerOptions
from keepsake.rpc.server import serve
from keepsake.worker import PLACE, obey

from tests.rpc.advisors import LettingGoAdvisor
from tests.rpc.cases import NoApprovals, OpenCases


async def main():
    """Serve until the supervisor, or a signal, says otherwise."""
    port = int(os.environ["KEEPSAKE_ADDRESS"].rpartition(":")[2])
    seconds = float(os.environ["KEEPSAKE_DRAIN_SECONDS"])
    shared = int(os.environ["KEEPSAKE_WORKERS"]) > 1
    options = ServerOptions(
        port=port, reuse_port=shared, notice_seconds=seconds, grace_seconds=seconds
    )
    running = await serve(LettingGoAdvisor(), OpenCases(), options, overview=NoApprovals())
    forget = obey(running) if PLACE in os.environ else bool
    await running.run_until_signal()
    forget()


if __name__ == "__main__":
    uvloop.run(main())
