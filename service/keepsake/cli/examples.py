"""Requests in files: proto3 JSON, as examples/ holds them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from google.protobuf.json_format import Parse, ParseError
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from google.type.date_pb2 import Date

from keepsake.cli.console import Refusal
from keepsake.v1.intercept_pb2 import RecommendRequest


@dataclass(frozen=True)
class Example:
    """One request, and the name of the file it stands in."""

    name: str
    request: RecommendRequest

    @property
    def title(self) -> str:
        """Return a heading: what it shows, the pack, the kind and the channel."""
        intercept = self.request.intercept
        name = self.name.removeprefix(f"{self.request.pack}-").replace("-", " ")
        spoken = f"{name[:1].upper()}{name[1:]}"
        return f"{spoken} · {self.request.pack}, {intercept.kind} by {intercept.channel}"


def read_example(file: Path) -> Example:
    """Return the request in a file; refuse a file that holds none, naming the field."""
    try:
        request = Parse(file.read_text(encoding="utf-8"), RecommendRequest())
    except (ParseError, UnicodeDecodeError) as error:
        raise Refusal(
            f"{file} is no RecommendRequest in proto3 JSON: {error}",
            "compare it with a file in examples/; docs/integrator.md names every field",
        ) from error
    return Example(file.stem, request)


def moved(request: RecommendRequest, today: date) -> RecommendRequest:
    """Return a request with all its days moved, so that it happens today.

    What was three weeks ago still was, and what is due in ten days still is: an example with days
    of its own would be overdue some months after it was written.
    """
    made = RecommendRequest.FromString(request.SerializeToString())
    if made.intercept.HasField("occurred_time"):
        _move(made, today - made.intercept.occurred_time.ToDatetime(UTC).date())
    return made


def _move(message: Message, by: timedelta) -> None:
    if isinstance(message, Timestamp):
        message.seconds += round(by.total_seconds())
    elif isinstance(message, Date):
        day = date(message.year, message.month, message.day) + by
        message.year, message.month, message.day = day.year, day.month, day.day
    else:
        for part in _parts(message):
            _move(part, by)


def _parts(message: Message) -> Iterator[Message]:
    """Yield the messages within a message: its fields, their items, the values of its maps."""
    for _, value in message.ListFields():
        items = value.values() if isinstance(value, Mapping) else value
        if isinstance(value, Message):
            yield value
        elif isinstance(items, Iterable) and not isinstance(items, (str, bytes)):
            yield from (each for each in items if isinstance(each, Message))


def today_s(example: Example) -> Example:
    """Return an example as it would happen today."""
    return replace(example, request=moved(example.request, datetime.now(UTC).date()))


def read_examples(folder: Path) -> list[Example]:
    """Return the requests of a folder in the order of their names."""
    files = sorted(folder.glob("*.json"))
    if not files:
        raise Refusal(
            f"no example intercepts in {folder.resolve()}",
            "run this in the folder of the project, or name another with --examples",
        )
    return [today_s(read_example(file)) for file in files]
