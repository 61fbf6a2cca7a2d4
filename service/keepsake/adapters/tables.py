"""Reads tables of items: CSV, plain or gzipped, and Parquet, as text by column name."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from keepsake.core.errors import PackError, Problem
from keepsake.core.facts import Source
from keepsake.core.mapping import RawRow

MAX_BYTES = 100_000_000
_PARQUET = ".parquet"
_GZIP = b"\x1f\x8b"


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a table; raise PackError for one that is not there or too large."""
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise refusal(path, f"cannot be read: {error.strerror}") from error
    if len(data) > MAX_BYTES:
        raise refusal(path, f"is larger than {MAX_BYTES} bytes")
    return data


def rows_of(path: Path, data: bytes) -> Iterator[tuple[int, RawRow]]:
    """Yield each row with its line in the file; raise PackError for what is no table.

    Parquet has no lines: its first row is line 2, as it would be in a CSV file.
    """
    if path.suffix == _PARQUET:
        yield from enumerate(_parquet_rows(path, data), 2)
        return
    try:
        text = io.StringIO(_plain(data).decode("utf-8-sig"), newline="")
        reader = csv.DictReader(text, restval="", strict=True)
        for row in reader:
            row.pop(None, None)  # fields beyond the header
            yield reader.line_num, row
    except (csv.Error, UnicodeDecodeError, EOFError, OSError) as error:
        raise refusal(path, f"is no CSV file in UTF-8: {error}") from error


def _plain(data: bytes) -> bytes:
    """Return the bytes unpacked; a little file that unpacks to more than the most is refused."""
    if not data.startswith(_GZIP):
        return data
    with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
        plain = packed.read(MAX_BYTES + 1)
    if len(plain) > MAX_BYTES:
        raise EOFError(f"unpacks to more than {MAX_BYTES} bytes")
    return plain


def _parquet_rows(path: Path, data: bytes) -> Iterator[RawRow]:
    try:
        import polars as pl  # noqa: PLC0415 - only who keeps catalogues as Parquet needs it
    except ImportError as error:
        raise refusal(path, "is Parquet, which needs polars",
                      "pip install keepsake[parquet], or save it as CSV") from error  # fmt: skip
    try:
        table: Any = pl.read_parquet(io.BytesIO(data))
    except (pl.exceptions.PolarsError, OSError) as error:
        raise refusal(path, f"is no Parquet file: {error}") from error
    for row in table.iter_rows(named=True):
        yield {name: _text(value) for name, value in row.items()}


def _text(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def refusal(path: Path, message: str, suggestion: str = "") -> PackError:
    """Return what refuses a whole file."""
    return PackError((Problem(Source(str(path), 1), "", "", message, suggestion),))
