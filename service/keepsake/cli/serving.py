"""`keepsake serve`: the service itself."""

from __future__ import annotations

from typing import Any

import uvloop

from keepsake.cli.logs import log_to_stderr
from keepsake.cli.settings_options import settings_with, takes_settings
from keepsake.settings import Settings


@takes_settings
def serve(**options: Any) -> None:
    """Serve until SIGTERM or Ctrl-C, then let the calls under way finish.

    Every option is a setting; the environment (KEEPSAKE_<NAME>) and a file .env say the same.
    """
    settings = settings_with(options)
    log_to_stderr()
    uvloop.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    from keepsake.app import open_app  # noqa: PLC0415 - only those who serve pay for it

    async with open_app(settings) as app:
        await app.serve()
