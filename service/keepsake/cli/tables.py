"""Tables in files: CSV, plain or gzipped, read row by row whatever their size."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from keepsake.cli.console import Refusal
from keepsake.core.mapping import RawRow

_GZIP = b"\x1f\x8b"


class Table:
    """An open CSV file: its columns, its rows, and how much of it was read."""

    def __init__(self, path: Path, raw: io.BufferedReader) -> None:
        self.path = path
        self._raw = raw
        packed = raw.peek(len(_GZIP)).startswith(_GZIP)
        plain = gzip.GzipFile(fileobj=raw) if packed else raw
        self._text = io.TextIOWrapper(plain, encoding="utf-8-sig", newline="")
        self._reader = csv.DictReader(self._text, restval="")
        with self._readable():
            self.columns = tuple(self._reader.fieldnames or ())

    @property
    def read_bytes(self) -> int:
        """Return how many bytes of the file were read, of `path.stat().st_size`."""
        return self._raw.tell()

    @property
    def line(self) -> int:
        """Return the line on which the last row ended."""
        return self._reader.line_num

    def rows(self) -> Iterator[RawRow]:
        """Yield the rows; refuse a file that is broken off or no text, naming the line."""
        with self._readable():
            for row in self._reader:
                row.pop(None, None)  # fields beyond the header
                yield row

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except (csv.Error, UnicodeDecodeError, EOFError, gzip.BadGzipFile) as error:
            line = self._reader.line_num + 1
            raise Refusal(
                f"{self.path}:{line}: {error}", "a CSV file in UTF-8, plain or gzipped, is needed"
            ) from error


@contextmanager
def open_table(path: Path) -> Iterator[Table]:
    """Open a CSV file, and close it at the end."""
    with path.open("rb") as raw:
        yield Table(path, raw)
