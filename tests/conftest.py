"""What holds for all tests."""

import sys

import pytest
import structlog
from hypothesis import settings

settings.register_profile("search", deadline=None)  # the machine may be busy
settings.register_profile("keepsake", settings.get_profile("search"), derandomize=True)
settings.load_profile("keepsake")


class _Stderr:
    """Writes to what stderr is at that moment: pytest exchanges it for each test."""

    def write(self, text):
        return sys.stderr.write(text)

    def flush(self):
        sys.stderr.flush()


def _log_to_stderr():
    """Keep the log of servers in this process out of stdout, which is the data's."""
    structlog.reset_defaults()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(_Stderr()))


_log_to_stderr()


@pytest.fixture(autouse=True)
def _log_as_it_was():
    """Undo what a command under test made of the log, so that the next test can look at it."""
    yield
    _log_to_stderr()
