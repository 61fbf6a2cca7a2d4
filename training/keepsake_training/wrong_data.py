"""The error for a file of the analyst's that cannot be used."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from keepsake.core.errors import KeepsakeError
from keepsake.core.mapping import MappingError
from polars.exceptions import PolarsError


class WrongData(KeepsakeError):
    """A file that cannot be learned from or measured on, and why."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path}: {why}")


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Say of a file that cannot be read what is wrong with it."""
    try:
        yield
    except (PolarsError, UnicodeDecodeError, OSError) as error:
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise WrongData(path, f"is no table that can be read: {said}") from error
    except MappingError as error:
        raise WrongData(path, str(error)) from error
