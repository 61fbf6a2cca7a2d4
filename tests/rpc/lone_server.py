"""Serves the small advisor in a process of its own, on uvloop, until a signal comes.

The advisor answers only once `go` is read from the standard input, so that a call is in flight for
as long as a test wants it to be.
"""

import asyncio
import sys

import structlog
import uvloop
from keepsake.rpc.options import ServerOptions
from keepsake.rpc.server import serve

from tests.rpc.advisors import LettingGoAdvisor
from tests.rpc.cases import NoApprovals, OpenCases


async def main():
    """Serve, tell the port, and leave as asked."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    advisor = LettingGoAdvisor()
    advisor.go_on.clear()
    options = ServerOptions(port=0, notice_seconds=1.0, grace_seconds=20)
    running = await serve(advisor, OpenCases(), options, overview=NoApprovals())
    print(running.port, type(asyncio.get_running_loop()).__module__, flush=True)  # noqa: T201
    going = asyncio.ensure_future(let_go_on(advisor))
    await running.run_until_signal()
    await going
    print("left", flush=True)  # noqa: T201


async def let_go_on(advisor):
    """Let the advisor answer when the test says so."""
    await asyncio.to_thread(sys.stdin.readline)
    advisor.go_on.set()


uvloop.run(main())
