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


@pytest.fixture(scope="module")
async def bench(tmp_path_factory):
    """Open apps on one embedded store; everything is closed at the end of the file."""
    async with AsyncExitStack() as stack:
        yield Bench(tmp_path_factory.mktemp("bench"), stack)


@pytest.fixture(scope="module")
async def served(bench):
    """One app that all tests of a file share; its store may be killed, and is revived by each."""
    return await bench.serve()


@pytest.fixture(scope="module")
async def other(bench):
    """Another app on the same store, as a second worker would be."""
    return await bench.serve()
