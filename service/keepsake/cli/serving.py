"""`keepsake serve`: the service itself."""

from __future__ import annotations

import asyncio
import gc
import os
from typing import Any

import uvloop

from keepsake.cli.console import ExitCode, Refusal
from keepsake.cli.logs import log_to_stderr
from keepsake.cli.settings_options import settings_with, takes_settings
from keepsake.cli.starting import told_to_operator
from keepsake.settings import Settings


@takes_settings
def serve(**options: Any) -> None:
    """Serve until SIGTERM or Ctrl-C, then let the calls under way finish.

    Every option is a setting; the environment (KEEPSAKE_<NAME>) and a file .env say the same.
    With --workers above 1, SIGHUP replaces the workers one by one.
    """
    from keepsake.worker import PLACE, work

    os.umask(0o077)  # what is stored is nobody else's to read
    settings = settings_with(options)
    log_to_stderr()
    with told_to_operator(settings):
        if settings.workers > 1 and PLACE not in os.environ:
            _supervise(settings)
        else:
            gc.disable()  # what is loaded now stays; `App.serve` sets it aside, then turns it on
            uvloop.run(work(settings) if PLACE in os.environ else _serve(settings))


async def _serve(settings: Settings) -> None:
    from keepsake.app import open_app

    async with open_app(settings) as app:
        await app.serve()


def _supervise(settings: Settings) -> None:
    from keepsake.supervisor import (
        NotStarted,
        Supervisor,
    )

    try:
        asyncio.run(Supervisor(settings).run())
    except NotStarted as refused:
        code = refused.code if refused.code in set(ExitCode) else ExitCode.DEFECT
        raise Refusal(str(refused), code=ExitCode(code)) from refused
