import re
from pathlib import Path

from keepsake.client import Answer
from keepsake.core.errors import KeepsakeError
from keepsake.rpc.options import Limits
from keepsake.rpc.status import TABLE
from keepsake.rpc.validation import violations
from keepsake.v1.decision_pb2 import Decision, LetGo, Recommendation

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


def test_the_sample_asks_rightly_and_shows_what_the_agent_must_know(monkeypatch, capsys):
    """A sample is copied as it stands: what it leaves out, every CRM leaves out."""
    sample, *_ = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    offer = Recommendation(rank=1, title="An offer", note="for whom offers")
    told = Decision(recommendations=[offer], let_go=LetGo(text="Leave", note="for whom lets go"))
    asked = []

    class Telling:
        def __init__(self, target):
            self.target = target

        def recommend_or_let_go(self, request, *, seconds):
            asked.append((request, seconds))
            return Answer(told)

        __enter__ = __exit__ = lambda self, *_: self

    monkeypatch.setattr("keepsake.client.KeepsakeClient", Telling)
    exec(sample, {})  # noqa: S102  # our own page

    shown = capsys.readouterr().out
    texts = ("An offer", "for whom offers", "Leave", "for whom lets go")
    assert [] == [text for text in texts if text not in shown]
    assert () == violations(asked[0][0])
    assert asked[0][0].intercept.order.HasField("margin")
    assert asked[0][0].intercept.feasibility
