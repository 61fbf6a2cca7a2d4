import re
from pathlib import Path

from keepsake.core.errors import KeepsakeError
from keepsake.rpc.options import Limits
from keepsake.rpc.status import TABLE

PAGE = (Path(__file__).parents[2] / "docs" / "integrator.md").read_text("utf-8")


def test_the_page_names_every_error_and_no_other():
    """A CRM is written by this table, so it may not differ from what the server answers."""
    expected = {(entry.code.name, entry.reason) for entry in TABLE.values()}

    actual = set(re.findall(r"^\| ([A-Z_]+) \| ([A-Z_]+) \|", PAGE, re.MULTILINE))

    assert expected == actual
    assert KeepsakeError in TABLE


def test_the_page_names_the_limits_that_are_shipped():
    """Seconds and bytes of the page are the defaults of the server."""
    limits = Limits()
    calls = f"| {limits.call_seconds:g} s | {limits.call_bytes // 1024} KiB |"
    scans = f"| {limits.scan_seconds:g} s | {limits.scan_bytes // 1024**2} MiB |"

    assert [True, True] == [calls in PAGE, scans in PAGE]


def test_the_files_that_the_page_names_are_there():
    """A command that is copied from the page must find its file."""
    root = Path(__file__).parents[2]
    named = set(re.findall(r"examples/[\w-]+\.json|protos/keepsake/v1|service/[\w/]+\.json", PAGE))

    missing = {path for path in named if not (root / path).exists()}

    assert set() == missing
    assert 3 == len(named)
