"""`keepsake intake memo`: pasted memos and tables of memos, shown as they were read, and sent."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from keepsake.cli.console import AsJson, ExitCode, Refusal, out, say, show
from keepsake.cli.decision_view import decision_view
from keepsake.cli.service import Service, open_service
from keepsake.cli.settings_options import settings_with
from keepsake.cli.tables import open_table
from keepsake.cli.target import Target, reaches_service
from keepsake.intake.memo_request import NEEDED, Desk, lacking, memo_request
from keepsake.intake.memo_rows import read_rows
from keepsake.intake.memo_text import Memo, Seen, read_memo

STDIN = "-"
MAPPING = "debit-memos"


@reaches_service
def memo(
    file: Annotated[
        str, typer.Argument(help="The text of one memo, a .csv of many, or - for what is pasted.")
    ],
    *,
    send: Annotated[bool, typer.Option("--send", help="Have the service decide it.")] = False,
    said: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="What you know: memo.country=DE"),
    ] = None,
    target: Target,
    as_json: AsJson = False,
) -> None:
    """Read a debit memo and print what was read, and what is in doubt and why.

    Nothing is asked and nothing is guessed: what is in doubt is not sent unless --set says it.
    Beside facts, --set takes pack (travel), case (that it belongs to), language, and mapping (a
    file that says which column of a .csv is which fact).
    """
    named = dict(map(_named, said or ()))
    mapping, desk = named.pop("mapping", ""), _desk(named)
    memos = memos_of(file, mapping, desk.pack)
    if not send:
        show([_data(one, desk) for one in memos], _view(memos, desk), as_json=as_json)
        return
    with open_service(target) as service:
        unsent = [number for number, one in enumerate(memos, 1)
                  if not _send(one, desk, service, number=number, as_json=as_json)]  # fmt: skip
    if unsent:
        raise typer.Exit(ExitCode.FOUND)


def _named(text: str) -> tuple[str, str]:
    name, is_said, value = text.partition("=")
    if not is_said or not value.strip():
        raise Refusal(f"--set {text}", "write a name and a value: --set memo.country=DE")
    return name.strip(), value.strip()


def _desk(named: dict[str, str]) -> Desk:
    pack, case = named.pop("pack", "travel"), named.pop("case", "")
    language = named.pop("language", "")
    for name in named:
        if "." not in name:
            raise Refusal(f"no fact is called {name}", f"did you mean memo.{name}?")
    return Desk(pack=pack, case_id=case, language=language, said=named)


def memos_of(file: str, mapping: str, pack: str) -> Sequence[Memo]:
    """Return the memos of a text, of a table, or of what is pasted; refuse what is no file."""
    if file == STDIN:
        return [read_memo(sys.stdin.read())]
    path = Path(file)
    if not path.is_file():
        raise Refusal(f"{file} is no file", "name a text or a .csv, or - for what is pasted")
    if path.name.removesuffix(".gz").endswith(".csv"):
        return _rows(path, mapping, pack)
    return [read_memo(path.read_text(encoding="utf-8", errors="replace"))]


def _rows(path: Path, mapping: str, pack: str) -> Sequence[Memo]:
    from keepsake.packs.mappings import (
        find_mapping,
        read_mapping,
    )

    known = Path(mapping) if mapping else find_mapping(settings_with({}).rules_dir, pack, MAPPING)
    declared = read_mapping(known)
    with open_table(path) as table:
        lack = sorted(declared.columns() - set(table.columns))
        if len(lack) == len(declared.columns()):
            raise Refusal(f"{path} has none of the columns of the mapping {declared.name}")
        for column in lack:
            say(f"{path} has no column {column}", style="yellow")
        return list(read_rows(list(table.rows()), declared))


def _send(one: Memo, desk: Desk, service: Service, *, number: int, as_json: bool) -> bool:
    """Have one memo decided and shown; tell what must be said first, and whether it was sent."""
    if lack := lacking(one, desk):
        told = f"say {', '.join(lack)} by --set NAME=VALUE"
        say(told, lead=f"memo {number} was not sent:", style="red")
        return False
    decision = service.recommend(memo_request(one, desk)).decision
    if not as_json:
        out().print(_one(one, desk))
    show(decision, decision_view(decision), as_json=as_json)
    return True


def _data(one: Memo, desk: Desk) -> dict[str, object]:
    return {
        "fields": [field._asdict() for field in one.fields],
        "said": dict(desk.said),
        "documents": list(one.documents),
        "reason_text": one.reason_text,
        "lacking": list(lacking(one, desk)),
    }


def _view(memos: Sequence[Memo], desk: Desk) -> RenderableType:
    return Group(*(_one(one, desk) for one in memos))


def _one(one: Memo, desk: Desk) -> RenderableType:
    table = Table("field", "read", "stands there", "in doubt because", box=None, padding=(0, 2))
    for field in one.fields:
        value = desk.said.get(field.name, field.value)
        sure = field.name in desk.said or not field.doubt
        style = "" if sure else "yellow"
        why = "said by you" if field.name in desk.said else field.doubt
        cells = map(Text, (field.name, value or "?", _short(field), why))
        table.add_row(*cells, style=style)
    for name in sorted(desk.said.keys() - {field.name for field in one.fields}):
        table.add_row(Text(name), Text(desk.said[name]), "", "said by you")
    tickets = ", ".join(one.documents) or "none found"
    lack = [name for name in NEEDED if name in lacking(one, desk)]
    last = f"to send it, say {', '.join(lack)}" if lack else "it can be sent: --send"
    return Group(table, Text(f"tickets: {tickets}"), Text(last), Text(""))


def _short(field: Seen, most: int = 32) -> str:
    return field.text if len(field.text) <= most else field.text[: most - 1] + "…"
