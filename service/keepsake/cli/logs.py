"""The log: to stderr, for a person on a terminal, else one JSON object a line."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TextIO, cast

from keepsake.cli.console import say
from keepsake.cli.log_file import LogFile

if TYPE_CHECKING:
    from structlog.typing import EventDict, Processor, WrappedLogger

_encode = json.JSONEncoder(default=repr).encode


_REFUSED = frozenset(("pack_refused", "pack_not_serving", "catalogue_refused"))
_KEPT = "rules or catalogues cannot be read here (see keepsake check): only what is kept can answer"


def log_to_stderr(level: int = logging.INFO, first: Sequence[Processor] = ()) -> None:
    """Send the log to stderr from now on, so that stdout stays the data's."""
    import structlog

    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            *first,
            *(_for_a_person() if sys.stderr.isatty() else [_json_line]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=cast("TextIO", LogFile(sys.stderr))),
    )


def log_of_a_command() -> None:
    """Send warnings to stderr; that rules cannot be read is one sentence, however many they are."""
    from structlog import DropEvent

    told = list[str]()

    def in_a_sentence(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        if event["event"] not in _REFUSED:
            return event
        if not told:
            told.append(_KEPT)
            say(_KEPT, style="yellow")
        raise DropEvent

    log_to_stderr(logging.WARNING, [in_a_sentence])


def _for_a_person() -> list[Processor]:
    from structlog import dev, processors

    stamp = processors.TimeStamper(fmt="iso", utc=True)
    return [processors.add_log_level, stamp, _escaped, dev.ConsoleRenderer()]


def _json_line(logger: WrappedLogger, method: str, event: EventDict) -> str:
    """Render what structlog's own chain would, in half the time: each call has its line."""
    event["level"] = method
    event["timestamp"] = datetime.now(UTC).isoformat().removesuffix("+00:00") + "Z"
    return _encode(_traced(logger, method, event) if "exc_info" in event else event)


def _traced(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Show where an error came from, without the values there: they may be a customer's."""
    from structlog.processors import ExceptionRenderer
    from structlog.tracebacks import ExceptionDictTransformer

    return ExceptionRenderer(ExceptionDictTransformer(show_locals=False))(logger, method, event)


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
