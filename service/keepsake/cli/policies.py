"""Commands about the policies in force: which packs serve, and what is stopped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Annotated

import typer

from keepsake.cli.budgets_view import budgets_view
from keepsake.cli.console import AsJson, Refusal, show
from keepsake.cli.packs_view import packs_view
from keepsake.cli.service import open_service
from keepsake.cli.target import Target, reaches_service
from keepsake.v1.policy_pb2 import GetBudgetsRequest, SetSwitchRequest

PackId = Annotated[str, typer.Argument(metavar="PACK", help="The pack: jeweller, travel.")]
_TARGETS = "offer:expedite, rule:no-rush-after-casting, lever:time, pack, exploration"
Switch = Annotated[str, typer.Argument(metavar="TARGET", help=f"What: {_TARGETS}.")]
Why = Annotated[str, typer.Option("--why", help="Why, in a sentence without personal data.")]


@reaches_service
def packs(*, target: Target, as_json: AsJson = False) -> None:
    """List the packs, the versions in force, and what is wrong with a refused edit."""
    with open_service(target) as service:
        answer = service.packs()
    show(answer, packs_view(answer), as_json=as_json)


@reaches_service
def budgets(
    pack: PackId,
    *,
    team: Annotated[str, typer.Option("--team", help="Whose, where teams have their own.")] = "",
    on: Annotated[str, typer.Option("--on", help="A day of the period, as 2026-07-14.")] = "",
    target: Target,
    as_json: AsJson = False,
) -> None:
    """Show what is left of the budgets in a period, and what moved on each day."""
    request = GetBudgetsRequest(pack=pack, team=team)
    if on:
        request.time.FromDatetime(_noon(on))
    with open_service(target) as service:
        answer = service.budgets(request)
    show(answer, budgets_view(answer), as_json=as_json)


@reaches_service
def kill(
    pack: PackId,
    switch: Switch,
    *,
    why: Why,
    target: Target,
    as_json: AsJson = False,
) -> None:
    """Stop an offer, a rule, a lever, all persuasion (pack) or exploration; say why."""
    request = SetSwitchRequest(pack=pack, target=switch, killed=True, why=why)
    _switch(request, target, as_json=as_json)


@reaches_service
def restore(
    pack: PackId,
    switch: Switch,
    *,
    why: Why,
    target: Target,
    as_json: AsJson = False,
) -> None:
    """Let what was stopped go on; say why."""
    request = SetSwitchRequest(pack=pack, target=switch, killed=False, why=why)
    _switch(request, target, as_json=as_json)


def _switch(request: SetSwitchRequest, target: Target, *, as_json: bool) -> None:
    with open_service(target) as service:
        answer = service.set_switch(request)
    show(answer, _stopped(request.pack, answer.killed), as_json=as_json)


def _noon(day: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(day), time(12), UTC)
    except ValueError as error:
        raise Refusal(f"{day!r} is no day", "write it as 2026-07-14") from error


def _stopped(pack: str, killed: Sequence[str]) -> str:
    if not killed:
        return f"Nothing of {pack} is stopped."
    return f"Stopped in {pack}: " + ", ".join(f"[bold]{target}[/]" for target in killed)
