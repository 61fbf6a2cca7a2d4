import json
import logging
import re

import pytest
import structlog
from keepsake.cli.logs import log_of_a_command, log_to_stderr
from structlog import processors
from structlog.tracebacks import ExceptionDictTransformer

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z")
CHAIN = (
    structlog.contextvars.merge_contextvars,
    processors.add_log_level,
    processors.TimeStamper(fmt="iso", utc=True),
    processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
    processors.JSONRenderer(),
)


def logged_with(chain, log):
    """Log by this chain, or by what stands configured; return what was rendered."""
    if chain:
        structlog.configure(processors=list(chain))
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    line = json.loads(log(structlog.get_logger()))
    assert TIME.fullmatch(line.pop("timestamp"))
    return line


def fails(logger, words="my grandmother died"):
    """Log an error with its trace."""
    try:
        len(words) / 0
    except ZeroDivisionError:
        return logger.exception("spool_not_drained", told="it stays")


@pytest.mark.parametrize(
    "log",
    [
        lambda logger: logger.info("call", method="/a/B", code="OK", ms=1.25),
        lambda logger: logger.warning("refused", cause=["ValueError at x"], why=KeyError("é")),
        fails,
    ],
    ids=["call", "warning", "trace"],
)
def test_a_line_reads_as_structlog_itself_would_write_it(log):
    """Would catch a field lost, renamed or moved where the line is rendered faster."""
    log_to_stderr(logging.INFO)
    written = logged_with((), log)

    expected = logged_with(CHAIN, log)

    assert list(expected.items()) == list(written.items())


def test_a_trace_shows_no_values():
    """Would catch a customer's facts in the log, as the variables of what failed."""
    log_to_stderr(logging.INFO)

    written = logged_with((), fails)

    assert "ZeroDivisionError" == written["exception"][0]["exc_type"]
    assert "grandmother" not in repr(written)


def test_rules_that_cannot_be_read_are_one_sentence_to_who_types_a_command(capsys):
    """Catches lines for a program in front of an answer, one for each pack."""
    log_of_a_command()
    logger = structlog.get_logger()

    logger.error("pack_refused", pack="travel", problems=("pack.yaml",))
    logger.error("pack_refused", pack="jeweller", problems=("pack.yaml",))
    logger.warning("pack_not_serving", pack="jeweller")
    logger.warning("catalogue_refused", catalogue="stones", why="no file")
    logger.info("store_opened")
    structlog.reset_defaults()

    told = " ".join(capsys.readouterr().err.split())
    assert told.startswith("rules or catalogues cannot be read here")
    assert told.count("only what is kept can answer") == 1
    assert "{" not in told


def test_another_warning_of_a_command_stays_in_the_log():
    """Catches a filter that hides what nobody thought of."""
    log_of_a_command()
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())

    line = structlog.get_logger().warning("spool_not_drained")
    structlog.reset_defaults()

    assert "spool_not_drained" in line
