"""What holds for all tests."""

import pytest
import structlog
from hypothesis import settings

settings.register_profile("keepsake", deadline=None)  # the machine may be busy
settings.load_profile("keepsake")


@pytest.fixture(autouse=True)
def _log_as_it_was():
    """Undo what a command under test made of the log, so that the next test can look at it."""
    yield
    structlog.reset_defaults()
