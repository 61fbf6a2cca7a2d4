"""Commands that ask the running service for one decision."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Annotated

import typer

from keepsake.cli.console import AsJson, out, say, show
from keepsake.cli.decision_view import decision_view, heading
from keepsake.cli.examples import read_example, today_s
from keepsake.cli.explain_view import explain_view
from keepsake.cli.service import open_service
from keepsake.cli.target import Target, reaches_service

DecisionId = Annotated[
    str, typer.Argument(metavar="DECISION", help="The id of a decision, as it was answered.")
]


@reaches_service
def recommend(
    file: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, help="A RecommendRequest in proto3 JSON."),
    ],
    *,
    target: Target,
    validate_only: Annotated[
        bool, typer.Option("--validate-only", help="Try the case; nothing is stored or counted.")
    ] = False,
    today: Annotated[
        bool,
        typer.Option("--today", help="As if it happened today: all days moved, a new request_id."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Decide the intercept in FILE and show the answer."""
    example = today_s(read_example(file)) if today else read_example(file)
    request = example.request
    if today or not request.request_id:
        request.request_id = str(uuid.uuid4())
        say(f"request_id {request.request_id}")
    request.validate_only = request.validate_only or validate_only
    with open_service(target) as service:
        decision = service.recommend(request).decision
    if not as_json:
        out().print(heading(example.title, request.intercept.words))
    show(decision, decision_view(decision), as_json=as_json)


@reaches_service
def decision(decision_id: DecisionId, *, target: Target, as_json: AsJson = False) -> None:
    """Show a stored decision as it was answered."""
    with open_service(target) as service:
        found = service.decision(decision_id).decision
    show(found, decision_view(found), as_json=as_json)


@reaches_service
def explain(
    decision_id: DecisionId,
    *,
    target: Target,
    offer: Annotated[str, typer.Option("--offer", help="One offer's id; else all.")] = "",
    full: Annotated[
        bool, typer.Option("--full", help="With --offer: also the rules that do not apply.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show why a decision came out as it did: each rule, condition and value, as a tree.

    With --offer what came of it and what would make it available come first, then the rules that
    bear on it. Without it a rule that did not hold shows only what failed first.
    """
    with open_service(target) as service:
        answer = service.explain(decision_id, offer)
    show(answer, explain_view(answer, offer, is_full=full), as_json=as_json)
