"""How to call the service that runs, in lines that work as they are printed."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from rich.text import Text

from keepsake.cli.console import DEFAULT_ADDRESS
from keepsake.v1.decision_pb2 import Decision

_CURL = "curl --protocol grpc --http2-prior-knowledge"
_RECOMMEND = "keepsake.v1.InterceptService/Recommend"


def instructions(address: str, examples: Path, decisions: Mapping[str, Decision]) -> Text:
    """Return what to type for a call, a look at a decision, and a health check.

    A line is never cut or broken, so that it can be copied from any terminal.
    """
    name = _telling(decisions)
    file, decision_id = examples / f"{name}.json", decisions[name].decision_id
    there = "" if address == DEFAULT_ADDRESS else f" --address {address}"
    lines = [
        "# one intercept, from the command line",
        f"{_tool('keepsake')} recommend {file} --today{there}",
        f"{_tool('keepsake')} explain {decision_id}{there}",
        "# what became of it, and of others",
        f"{_tool('keepsake')} case {decisions[name].case_id}{there}",
        f"{_tool('keepsake')} cases {decisions[name].pack}{there}",
        "# from Python",
        f"{_tool('python')} -c '{python_line(address, decision_id)}'",
        "# from anything that speaks gRPC",
        f"{_tool('buf')} {_CURL} -d @{file} http://{address}/{_RECOMMEND}",
        "# is it well?",
        f"{_tool('buf')} {_CURL} -d '{{}}' http://{address}/grpc.health.v1.Health/Check",
    ]
    styled = (Text(line, style="dim" if line.startswith("#") else "bold") for line in lines)
    return Text("\n").join([Text("How to call it", style="bold cyan"), *styled, Text()])


def python_line(address: str, decision_id: str) -> str:
    """Return one line of Python that asks for a decision and prints it."""
    return (
        "from keepsake.client import KeepsakeClient as Client; "
        "from keepsake.v1.intercept_pb2 import GetDecisionRequest as Get; "
        f'call = Client("{address}").intercepts.GetDecision; '
        f'print(call(Get(decision_id="{decision_id}")))'
    )


def _telling(decisions: Mapping[str, Decision]) -> str:
    """Return an example in which something is offered, since it shows more."""
    first = (name for name, one in decisions.items() if one.recommendations[0].because.conditions)
    return next(first, next(iter(decisions)))


def _tool(name: str) -> str:
    """Return how to start a program of this environment from the folder we are in."""
    tool = Path(sys.executable).parent / name
    return os.path.relpath(tool) if tool.is_relative_to(Path.cwd()) else str(tool)
