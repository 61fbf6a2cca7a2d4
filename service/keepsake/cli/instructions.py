"""How to call the service that runs, in lines that work as they are printed."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.syntax import Syntax

from keepsake.v1.decision_pb2 import Decision

_CURL = "curl --protocol grpc --http2-prior-knowledge"


def instructions(address: str, examples: Path, decisions: Mapping[str, Decision]) -> RenderableType:
    """Return what to type for a call, a look at a decision, and a health check."""
    name = next(iter(decisions))
    file, decision = examples / f"{name}.json", decisions[name]
    lines = [
        "# one intercept, from the command line",
        f"{_tool('keepsake')} recommend {file} --new-id --address {address}",
        f"{_tool('keepsake')} explain {decision.decision_id} --address {address}",
        "# from Python",
        f"{_tool('python')} -c '{python_line(address, decision.decision_id)}'",
        "# from anything that speaks gRPC",
        f"{_tool('buf')} {_CURL} -d @{file} \\",
        f"    http://{address}/keepsake.v1.InterceptService/Recommend",
        "# is it well?",
        f"{_tool('buf')} {_CURL} -d '{{}}' http://{address}/grpc.health.v1.Health/Check",
    ]
    code = Syntax("\n".join(lines), "bash", background_color="default", word_wrap=False)
    return Group(Rule("[bold]How to call it[/]", align="left", style="dim", characters="━"), code)


def python_line(address: str, decision_id: str) -> str:
    """Return one line of Python that asks for a decision and prints it."""
    return (
        "from keepsake.client import KeepsakeClient as Client; "
        "from keepsake.v1.intercept_pb2 import GetDecisionRequest as Get; "
        f'c = Client("{address}"); '
        f'print(c.call(c.intercepts.GetDecision, Get(decision_id="{decision_id}")))'
    )


def _tool(name: str) -> str:
    """Return how to start a program of this environment from the folder we are in."""
    tool = Path(sys.executable).parent / name
    return os.path.relpath(tool) if tool.is_relative_to(Path.cwd()) else str(tool)
