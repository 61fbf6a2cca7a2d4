"""`keepsake outcomes import`: how cases ended, from a file of the CRM."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.markup import escape

from keepsake.cli.console import AsJson, ExitCode, Refusal, say, show
from keepsake.cli.outcome_rows import COLUMNS, Row, WrongField, read_row
from keepsake.cli.service import Service, open_service
from keepsake.cli.tables import open_table
from keepsake.cli.target import Target, reaches_service
from keepsake.v1.case_pb2 import ValidateOutcomeRequest

outcomes = typer.Typer(no_args_is_help=True, help="How cases ended.")
_AT_ONCE = 200
_SHOWN = 20
_COLUMNS = "\n\n".join(f"`{name}` {told}." for name, told in COLUMNS.items())


@dataclass(slots=True)
class Tally:
    """What became of the rows so far; `done` is the line up to which all is told."""

    done: int = 1
    recorded: int = 0
    validated: int = 0
    refused: list[dict[str, object]] = field(default_factory=list)

    def refuse(self, line: int, case_id: str, *, reason: str, error: str) -> None:
        """Note a row that the service refused for good."""
        told: dict[str, object] = {"line": line, "case_id": case_id}
        told |= {"reason": reason, "error": error}
        self.refused.append(told)


@outcomes.command("import", epilog=f"Columns of the file:\n\n{_COLUMNS}")
@reaches_service
def import_outcomes(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="A CSV file, plain or gzipped.")
    ],
    *,
    from_line: Annotated[
        int, typer.Option("--from-line", min=2, help="Go on here, where an import broke off.")
    ] = 2,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Read every line, and send nothing.")
    ] = False,
    target: Target,
    as_json: AsJson = False,
) -> None:
    """Tell the service how cases ended, and whether saves still hold: one line each.

    Cases of the control group belong into the file, too: no agent reports them. If any line cannot
    be read, nothing is sent, and every such line is told. The same file may be imported again: what
    was recorded stays as it is. A line that is changed corrects what it said before.
    """
    rows = _read(file, from_line)
    if dry_run:
        say(f"{len(rows):,} lines can be read; nothing was sent")
        show({"readable": len(rows)}, f"{len(rows):,} lines", as_json=as_json)
        return
    tally = Tally(done=from_line - 1)
    with open_service(target) as service:
        try:
            for part in _parts(rows):
                _send(part, service, tally)
        except Refusal as refusal:
            hint = f"go on with --from-line {tally.done + 1}"
            raise Refusal(refusal.message, hint, code=refusal.code) from refusal
    data = {"recorded": tally.recorded, "validated": tally.validated, "refused": tally.refused}
    show(data, _view(tally, file), as_json=as_json)
    if tally.refused:
        raise typer.Exit(ExitCode.FOUND)


def _read(file: Path, from_line: int) -> list[Row]:
    """Read the rows from a line on; refuse the file with every line that cannot be read."""
    rows, wrong = [], []
    with open_table(file) as table:
        if "case_id" not in table.columns:
            raise Refusal(f"{file}:1: no column case_id", f"columns are {', '.join(COLUMNS)}")
        for fields in table.rows():
            if table.line < from_line:
                continue
            try:
                rows.append(read_row(table.line, fields))
            except WrongField as problem:
                wrong.append(f"{file}:{table.line}: {problem}")
    if wrong:
        more = [f"and {len(wrong) - _SHOWN:,} more lines"] if len(wrong) > _SHOWN else []
        told = "\n  ".join((*wrong[:_SHOWN], *more))
        raise Refusal(f"{len(wrong):,} lines cannot be read, so nothing was sent\n  {told}")
    return rows


def _parts(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """Yield rows that go together; what still holds of a case is asked after how it ended."""
    for start in range(0, len(rows), _AT_ONCE):
        yield rows[start : start + _AT_ONCE]


def _send(part: Sequence[Row], service: Service, tally: Tally) -> None:
    """Send a part, and note what became of each row; refuse where it is to be sent again."""
    told = [(row, row.outcome) for row in part if row.outcome is not None]
    results = service.record_outcomes([outcome for _, outcome in told])
    for (row, outcome), result in zip(told, results, strict=True):
        if result.retryable:
            raise Refusal(result.error, code=ExitCode.UNAVAILABLE)
        tally.recorded += result.recorded
        if not result.recorded:
            tally.refuse(row.line, outcome.case_id, reason=result.reason, error=result.error)
    for row in part:
        if row.validation is not None:
            _validate(row.line, row.validation, service, tally=tally)
    tally.done = part[-1].line


def _validate(
    line: int, validation: ValidateOutcomeRequest, service: Service, *, tally: Tally
) -> None:
    try:
        service.validate_outcome(validation)
    except Refusal as refusal:
        if refusal.code is not ExitCode.REFUSED:
            raise
        tally.refuse(line, validation.case_id, reason="REFUSED", error=refusal.message)
    else:
        tally.validated += 1


def _view(tally: Tally, file: Path) -> RenderableType:
    lines = [
        f"[green]{tally.recorded:,} outcomes recorded, {tally.validated:,} looked at again.[/]"
    ]
    if tally.refused:
        lines.append(f"[red]{len(tally.refused):,} lines were refused:[/]")
        lines += [
            escape(f"  {file}:{one['line']}: {one['error']}") for one in tally.refused[:_SHOWN]
        ]
        if len(tally.refused) > _SHOWN:
            lines.append(f"  and {len(tally.refused) - _SHOWN:,} more (--json lists them)")
    return Group(*lines)
