"""The log: to stderr, for a person on a terminal, else one JSON object a line."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, TextIO, cast

from keepsake.cli.log_file import LogFile

if TYPE_CHECKING:
    from structlog.typing import EventDict, WrappedLogger


def log_to_stderr(level: int = logging.INFO) -> None:
    """Send the log to stderr from now on, so that stdout stays the data's."""
    import structlog  # noqa: PLC0415 - only those who serve or replay pay for it

    is_terminal = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([_escaped] if is_terminal else [structlog.processors.dict_tracebacks]),
            structlog.dev.ConsoleRenderer() if is_terminal else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=cast("TextIO", LogFile(sys.stderr))),
    )


def _escaped(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Show what moves a terminal's cursor or turns its letters round; JSON escapes it anyway."""
    return {name: _plain(value) for name, value in event.items()}


def _plain(value: object) -> object:
    if isinstance(value, str) and not value.isprintable():
        return "".join(
            one if one.isprintable() else one.encode("unicode_escape").decode() for one in value
        )
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value
