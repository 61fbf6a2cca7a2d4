"""A supervisor with workers of the test's choice: what follows on the command line is one.

Settings come from the environment, as ever; the log is JSON.
"""

import asyncio
import sys

import structlog
from keepsake.settings import Settings
from keepsake.supervisor import NotStarted, Supervisor

structlog.configure(
    processors=[structlog.processors.add_log_level, structlog.processors.JSONRenderer()],
    logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
)
try:
    asyncio.run(Supervisor(Settings(), command=(sys.executable, *sys.argv[1:])).run())
except NotStarted as refused:
    structlog.get_logger().error("not_started", told=str(refused))
    sys.exit(refused.code)
