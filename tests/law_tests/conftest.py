"""The real packs and their real models, ready to decide; and whole apps on a real store."""

from __future__ import annotations

from contextlib import AsyncExitStack

import pytest

from tests.law_tests.deciding import Desk, load
from tests.law_tests.serving import Bench


@pytest.fixture(scope="session", params=["jeweller", "travel"])
def desk(request, tmp_path_factory) -> Desk:
    """One of the shipped packs in force, with what makes random intercepts for it."""
    return Desk(load(request.param, tmp_path_factory.mktemp("kept")))


@pytest.fixture
async def bench(tmp_path):
    """Open apps on one embedded store; everything is closed at the end."""
    async with AsyncExitStack() as stack:
        yield Bench(tmp_path, stack)
