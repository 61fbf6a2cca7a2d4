"""Where the command line speaks: data to stdout, talk to stderr, and never a traceback."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import Annotated, NoReturn

import typer
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from rich.console import Console, RenderableType
from rich.text import Text

from keepsake.core.errors import (
    BundleError,
    DeadlineTooShort,
    KeepsakeError,
    PackError,
    StoreUnavailable,
    TooMuch,
)

AsJson = Annotated[bool, typer.Option("--json", help="Print the data as JSON.")]
Address = Annotated[
    str,
    typer.Option(
        "--address",
        envvar="KEEPSAKE_ADDRESS",
        metavar="HOST:PORT",
        help="Where the service listens.",
    ),
]
WIDTH = 100
DEFAULT_ADDRESS = "127.0.0.1:50051"


class ExitCode(IntEnum):
    """What a script can tell from the way a command ended."""

    DONE = 0
    FOUND = 1
    USAGE = 2
    REFUSED = 3
    UNAVAILABLE = 4
    LACKING = 5
    DEFECT = 70
    INTERRUPTED = 130


class Refusal(Exception):
    """A command that cannot be done: what is wrong, what to do, and the exit code."""

    def __init__(self, message: str, hint: str = "", *, code: ExitCode = ExitCode.USAGE) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code


def out() -> Console:
    """Return the console for data; `COLUMNS` sets its width where there is no terminal."""
    is_wide = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(file=sys.stdout, highlight=False, emoji=False, width=None if is_wide else WIDTH)


def err() -> Console:
    """Return the console for talk."""
    is_wide = sys.stderr.isatty() or "COLUMNS" in os.environ
    return Console(file=sys.stderr, highlight=False, emoji=False, width=None if is_wide else WIDTH)


def say(text: str, *, lead: str = "", style: str = "") -> None:
    """Tell the person at the terminal something that is no data.

    It is printed as it is: markup in it may be somebody's words. A style is the lead's where there
    is one, else of all.
    """
    told = Text.assemble((lead, style), " ", text) if lead else Text(text, style)
    err().print(told)


def show(data: object, view: RenderableType, *, as_json: bool) -> None:
    """Print the data of a command: as JSON for a program, or as a view for a person."""
    if as_json:
        print_json(data)
    else:
        out().print(view)


def print_json(data: object) -> None:
    """Print one JSON document to stdout; a protobuf message in its proto3 JSON form."""
    sys.stdout.write(json.dumps(data, indent=2, ensure_ascii=False, default=_plain) + "\n")


def print_line(data: object) -> None:
    """Print one JSON document to stdout on a line of its own, one of many."""
    sys.stdout.write(json.dumps(data, ensure_ascii=False, default=_plain) + "\n")


def _plain(value: object) -> object:
    if isinstance(value, Message):
        return MessageToDict(value)
    return str(value)


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turn whatever goes wrong inside into a sentence on stderr and an exit code.

    A defect of Keepsake itself is one sentence too; `KEEPSAKE_TRACEBACK=1` shows where it is.
    """
    try:
        yield
    except Refusal as refusal:
        _stop(refusal)
    except KeepsakeError as error:
        _stop(Refusal(error.message, code=_code(error)))
    except KeyboardInterrupt:
        sys.exit(ExitCode.INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(ExitCode.DONE)
    except Exception as defect:
        if os.environ.get("KEEPSAKE_TRACEBACK"):
            raise
        _stop(
            Refusal(
                f"a defect in Keepsake: {type(defect).__name__}: {defect}",
                "KEEPSAKE_TRACEBACK=1 shows where it is; please report it with that output",
                code=ExitCode.DEFECT,
            )
        )


def _code(error: KeepsakeError) -> ExitCode:
    if isinstance(error, PackError | BundleError):
        return ExitCode.FOUND
    if isinstance(error, StoreUnavailable | TooMuch | DeadlineTooShort):
        return ExitCode.UNAVAILABLE
    return ExitCode.REFUSED


def _stop(refusal: Refusal) -> NoReturn:
    console = err()
    console.print(Text.assemble(("error:", "bold red"), " ", refusal.message), soft_wrap=True)
    if refusal.hint:
        console.print(Text.assemble((" hint:", "bold"), " ", refusal.hint), soft_wrap=True)
    sys.exit(refusal.code)
