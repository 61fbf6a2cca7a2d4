"""Requests in files: proto3 JSON, as examples/ holds them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from google.protobuf.json_format import Parse, ParseError

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


def read_examples(folder: Path) -> list[Example]:
    """Return the requests of a folder in the order of their names."""
    files = sorted(folder.glob("*.json"))
    if not files:
        raise Refusal(
            f"no example intercepts in {folder.resolve()}",
            "run this in the folder of the project, or name another with --examples",
        )
    return [read_example(file) for file in files]
