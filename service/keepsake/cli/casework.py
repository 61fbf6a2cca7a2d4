"""Commands about cases: what follows a decision, until it is closed."""

from __future__ import annotations

from typing import Annotated

import typer

from keepsake.cli.case_view import case_view
from keepsake.cli.console import AsJson, show
from keepsake.cli.service import open_service
from keepsake.cli.target import Target, reaches_service

CaseId = Annotated[
    str, typer.Argument(metavar="CASE", help="The id of a case, as a decision tells it.")
]


@reaches_service
def case(case_id: CaseId, *, target: Target, as_json: AsJson = False) -> None:
    """Show a case: its offers, all that happened, and the note for the CRM."""
    with open_service(target) as service:
        answer = service.case(case_id)
    show(answer, case_view(answer), as_json=as_json)
