"""`keepsake intake disputes`: a processor's table of disputes, read and, if asked, decided."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from google.protobuf.json_format import MessageToDict
from rich.text import Text

from keepsake.cli.console import AsJson, ExitCode, Refusal, out, print_line, show
from keepsake.cli.decision_view import decision_view
from keepsake.cli.examples import read_example
from keepsake.cli.intake_stripe import Known
from keepsake.cli.service import open_service
from keepsake.cli.settings_options import settings_with
from keepsake.cli.tables import open_table
from keepsake.cli.target import Target, reaches_service
from keepsake.core.errors import InvalidRequest
from keepsake.core.mapping import TableMapping
from keepsake.intake.dispute import request_of
from keepsake.intake.dispute_rows import read_row
from keepsake.v1.intercept_pb2 import RecommendRequest

MAPPING = "disputes"


@reaches_service
def disputes(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="A CSV file, plain or gzipped.")
    ],
    *,
    known: Known,
    mapping: Annotated[
        Path | None,
        typer.Option("--mapping", exists=True, dir_okay=False, help="Which column is which fact."),
    ] = None,
    target: Target,
    as_json: AsJson = False,
) -> None:
    """Have a table of disputes decided, row by row; one mistake, and nothing is sent.

    Without --mapping it is read by `mappings/disputes.yaml` of the pack.
    """
    request = read_example(known).request
    asked = _requests(file, _mapping(mapping, request.pack), request)
    with open_service(target) as service:
        for each in asked:
            decision = service.recommend(each).decision
            if as_json:
                print_line(MessageToDict(decision))
                continue
            out().print(Text(each.intercept.subject_id, "bold"))
            show(decision, decision_view(decision), as_json=False)


def _mapping(named: Path | None, pack: str) -> TableMapping:
    from keepsake.packs.mappings import (
        find_mapping,
        read_mapping,
    )

    return read_mapping(named or find_mapping(settings_with({}).rules_dir, pack, MAPPING))


def _requests(file: Path, mapping: TableMapping, known: RecommendRequest) -> list[RecommendRequest]:
    """Return the request of each row; refuse the file with every row that cannot be read.

    Whose dispute it is only a row can say.
    """
    asked, wrong = [], []
    known.intercept.ClearField("customer")
    with open_table(file) as table:
        lacking = sorted(mapping.columns() - set(table.columns))
        if lacking:
            raise Refusal(f"{file} lacks the columns {', '.join(lacking)} of {mapping.name}")
        for row in table.rows():
            try:
                asked.append(request_of(read_row(row, mapping), known))
            except InvalidRequest as error:
                wrong += [f"{file}:{table.line}: {each}" for each in error.violations]
    if wrong:
        told = "\n  ".join(wrong)
        raise Refusal(f"nothing was sent\n  {told}", code=ExitCode.REFUSED)
    return asked
