"""`keepsake intake complaint` and `review`: rows of a table or JSON, shown as read, or decided."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from google.protobuf.json_format import MessageToDict
from rich.text import Text

from keepsake.cli.console import AsJson, ExitCode, Refusal, say, show
from keepsake.cli.decision_view import decision_view
from keepsake.cli.service import Service, open_service
from keepsake.cli.settings_options import settings_with
from keepsake.cli.tables import open_table
from keepsake.cli.target import Target, reaches_service
from keepsake.core.booking_match import Match
from keepsake.core.errors import InvalidRequest
from keepsake.core.keyed import Keyed
from keepsake.intake.columns import flat
from keepsake.intake.complaint import COLUMNS as COMPLAINT_COLUMNS
from keepsake.intake.complaint import complaint_request
from keepsake.intake.feedback import Desk, Row
from keepsake.intake.review import BOOKING_COLUMNS, Read, read_review
from keepsake.intake.review import COLUMNS as REVIEW_COLUMNS
from keepsake.v1.intercept_pb2 import RecommendRequest

_BOOKINGS = "bookings"
_Read = TypeVar("_Read")
File = Annotated[
    Path,
    typer.Argument(
        exists=True, dir_okay=False, help="A .csv, or JSON: an object or a list of them."
    ),
]
Said = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="What you know: journey.fault=ours"),
]
Send = Annotated[bool, typer.Option("--send", help="Have the service decide it.")]


def _told(columns: Mapping[str, str]) -> str:
    return "\n\n".join(f"`{name}` {told}." for name, told in columns.items())


@reaches_service
def complaint(
    file: File, *, send: Send = False, said: Said = None, target: Target, as_json: AsJson = False
) -> None:
    """Read complaints and print the requests they become; with --send, have them decided.

    What a complaint is about, and signs of danger, are read from the words by lists of phrases,
    unless a column says it. A column may be called as any fact: booking.value, fee.disclosed.
    """
    desk, _ = _desk(said)
    read = [
        (line, Read(_tried(file, line, partial(complaint_request, row, desk))))
        for line, row in _rows(file)
    ]
    _answer(read, send=send, target=target, as_json=as_json)


@reaches_service
def review(
    file: File, *, send: Send = False, said: Said = None, target: Target, as_json: AsJson = False
) -> None:
    """Read reviews and print the requests they become; with --send, have them decided.

    The author's handle is replaced by a hash under this installation's secret. Bookings that a
    review may be about stand in a file that --set bookings=FILE names, or in a JSON review itself.
    How likely each is, by a formula that is not calibrated, is for you, and for no public text.
    """
    desk, file_of_bookings = _desk(said)
    keyed = Keyed(settings_with({}).secret_bytes())
    shared = [row for _, row in _rows(file_of_bookings)] if file_of_bookings else []

    def hide(platform: str, handle: str) -> str:
        return keyed.token("author", desk.pack, platform, handle)

    read = [
        (line, _tried(file, line, partial(read_review, row, own or shared, desk, hide=hide)))
        for line, row, own in _reviews(file)
    ]
    _answer(read, send=send, target=target, as_json=as_json)


COMPLAINT_EPILOG = f"Columns of the file:\n\n{_told(COMPLAINT_COLUMNS)}"
REVIEW_EPILOG = (
    f"Columns of the file:\n\n{_told(REVIEW_COLUMNS)}\n\n"
    f"Columns of the bookings:\n\n{_told(BOOKING_COLUMNS)}"
)


def _desk(said: list[str] | None) -> tuple[Desk, Path | None]:
    """Return what is said, and the file of bookings that is named."""
    named = dict(map(_named, said or ()))
    bookings = named.pop(_BOOKINGS, "")
    if bookings and not Path(bookings).is_file():
        raise Refusal(f"--set {_BOOKINGS}={bookings}", "name a .csv or a JSON file")
    taken = {
        name: named.pop(name) for name in ("pack", "jurisdiction", "language") if name in named
    }
    return Desk(**taken, said=named), Path(bookings) if bookings else None


def _named(text: str) -> tuple[str, str]:
    name, is_said, value = text.partition("=")
    if not is_said or not value.strip():
        raise Refusal(f"--set {text}", "write a name and a value: --set journey.fault=ours")
    return name.strip(), value.strip()


def _rows(file: Path) -> Iterator[tuple[int, Row]]:
    """Yield the rows of a file, each with its line, or its place in the JSON."""
    if file.name.removesuffix(".gz").endswith(".csv"):
        with open_table(file) as table:
            for row in table.rows():
                yield table.line, dict(flat(row))
        return
    for number, each in enumerate(_objects(file), 1):
        yield number, dict(flat({k: v for k, v in each.items() if k != _BOOKINGS}))


def _reviews(file: Path) -> Iterator[tuple[int, Row, Sequence[Row]]]:
    own: dict[int, Sequence[Row]] = {}
    if not file.name.removesuffix(".gz").endswith(".csv"):
        for number, row in enumerate(_objects(file), 1):
            own[number] = [dict(flat(booking)) for booking in row.get(_BOOKINGS, ())]
    for line, plain in _rows(file):
        yield line, plain, own.get(line, ())


def _objects(file: Path) -> list[dict[str, Any]]:
    try:
        read = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise Refusal(f"{file} is no JSON: {error}", "or let its name end in .csv") from error
    rows = read if isinstance(read, list) else [read]
    if not all(isinstance(row, dict) for row in rows):
        raise Refusal(f"{file} holds no objects", "write an object, or a list of them")
    return rows


def _tried(file: Path, line: int, read: Callable[[], _Read]) -> _Read:
    try:
        return read()
    except InvalidRequest as error:
        told = "; ".join(f"{v.field} {v.value!r}: {v.allowed}" for v in error.violations)
        raise Refusal(f"{file}:{line}: {told}") from error


def _answer(read: Sequence[tuple[int, Read]], *, send: bool, target: Target, as_json: bool) -> None:
    if not read:
        say("the file has no rows: there is nothing to read", style="yellow")
    if not send:
        show([_data(one) for _, one in read], Text(_shown(read)), as_json=as_json)
        return
    with open_service(target) as service:
        refused = [line for line, one in read if not _send(line, one, service, as_json=as_json)]
    if refused:
        raise typer.Exit(ExitCode.FOUND)


def _send(line: int, one: Read, service: Service, *, as_json: bool) -> bool:
    """Have one decided and shown; tell whether the service took it."""
    try:
        decision = service.recommend(one.request).decision
    except Refusal as refusal:
        if refusal.code is not ExitCode.REFUSED:
            raise
        say(refusal.message, lead=f"{line} was refused:", style="red")
        return False
    if one.matches and not as_json:
        say(_matched(one.matches))
    show(decision, decision_view(decision), as_json=as_json)
    return True


def _data(one: Read) -> dict[str, Any]:
    matches = [
        {"booking": each.id, "probability": each.probability, "aspects": dict(each.aspects)}
        for each in one.matches
    ]
    return {"request": MessageToDict(one.request), "matches": matches}


def _shown(read: Sequence[tuple[int, Read]]) -> str:
    return "\n\n".join(
        "\n".join((_one(one.request), *([_matched(one.matches)] if one.matches else ())))
        for _, one in read
    )


def _one(request: RecommendRequest) -> str:
    told = request.intercept
    attributes = MessageToDict(told)["attributes"]
    facts = [f"  {name} = {_value(attributes[name])}" for name in sorted(attributes)]
    head = f"{told.kind} {told.subject_id} by {told.channel}, {told.jurisdiction}"
    return "\n".join((head, f"  reason = {told.stated_reason or 'read from the words'}", *facts))


def _value(attribute: Mapping[str, Any]) -> str:
    value = next(iter(attribute.values()))
    if not isinstance(value, dict):
        return str(value)
    amount = float(value.get("units", 0)) + value.get("nanos", 0) / 1e9
    if "currencyCode" in value:
        return f"{amount:.2f} {value['currencyCode']}"
    return f"{value['year']}-{value['month']:02}-{value['day']:02}"


def _matched(matches: Sequence[Match]) -> str:
    """Return the likeliest bookings; what agrees is named, what differs is named as not."""
    lines = ["  may be about (not calibrated; for you, and for no public text):"]
    for each in matches[:3]:
        told = ", ".join(name if agrees else f"not {name}" for name, agrees in each.aspects.items())
        lines.append(f"    {each.id} {each.probability:.1%}  {told or 'nothing to compare'}")
    return "\n".join(lines)
