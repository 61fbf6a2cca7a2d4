"""The command line: `keepsake`.

Data goes to stdout, talk to stderr, and `--json` prints the data as JSON. Exit codes:

0    done
1    done, and something was found: a pack is wrong, a replay differs
2    the command line, or a file named on it, is wrong
3    the service refused the request; asked again it will refuse again
4    the service is away or too busy; try again
5    a part of Keepsake that the command needs is not installed
70   a defect in Keepsake
130  interrupted
"""

from __future__ import annotations

from typing import Annotated

import typer

from keepsake.cli import (
    asking,
    auditing,
    casework,
    checking,
    desk_metrics,
    documents,
    intake,
    learning,
    memos,
    monitoring,
    outcomes,
    playing,
    policies,
    replaying,
    saves,
    scanning,
    serving,
    tokens,
    trends,
)
from keepsake.cli.console import told_plainly
from keepsake.version import VERSION

EXIT_CODES = "Exit codes:" + (__doc__ or "").partition("Exit codes:")[2]

app = typer.Typer(
    epilog=EXIT_CODES,
    no_args_is_help=True,
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
app.command(rich_help_panel="Run it")(serving.serve)
app.command(rich_help_panel="Run it")(playing.run)
app.command(rich_help_panel="Run it")(tokens.token)
app.command(rich_help_panel="Ask it")(asking.recommend)
app.command(rich_help_panel="Ask it")(asking.explain)
app.command(rich_help_panel="Ask it")(asking.decision)
app.command(rich_help_panel="Ask it")(scanning.scan)
app.add_typer(intake.intake, name="intake", rich_help_panel="Ask it")
_CASEWORK = (casework.due, casework.case, casework.cases, casework.approvals, casework.promises)
_PAPERS = (documents.draft, documents.documents, documents.evidence)
for command in (*_CASEWORK, *_PAPERS):
    app.command(rich_help_panel="Work its cases")(command)
app.add_typer(outcomes.outcomes, name="outcomes", rich_help_panel="Work its cases")
app.add_typer(memos.memos, name="memos", rich_help_panel="Work its cases")
app.command(rich_help_panel="Govern it")(saves.saves)
app.command(rich_help_panel="Govern it")(desk_metrics.metrics)
app.command(rich_help_panel="Govern it")(monitoring.monitor)
app.command(rich_help_panel="Govern it")(trends.trends)
app.command(rich_help_panel="Govern it")(trends.causes)
app.command("check", rich_help_panel="Govern it")(checking.check_packs)
app.command(rich_help_panel="Govern it")(policies.packs)
app.command(rich_help_panel="Govern it")(policies.budgets)
app.command(rich_help_panel="Govern it")(casework.forget)
app.command(rich_help_panel="Govern it")(policies.kill)
app.command(rich_help_panel="Govern it")(policies.restore)
app.command(rich_help_panel="Govern it")(auditing.audit)
app.command("replay", rich_help_panel="Govern it")(replaying.replay_decisions)
app.add_typer(learning.train, name="train", rich_help_panel="Teach it")
app.command(rich_help_panel="Teach it")(learning.simulate)
app.command(rich_help_panel="Teach it")(learning.evaluate)
app.command(rich_help_panel="Teach it")(learning.try_reasons)


@app.callback()
def keepsake(
    *,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Decide what to offer a customer who is about to be lost, and say why."""
    if version:
        typer.echo(VERSION)
        raise typer.Exit


def main() -> None:
    """Run the command that the arguments name."""
    with told_plainly():
        app(prog_name="keepsake")
