"""Where the log is written: a line at a time, and never at the price of a call."""

from __future__ import annotations

import io
from contextlib import suppress
from typing import TextIO


class LogFile(io.TextIOBase):
    """A file that takes each line in one piece, since workers share it, and never raises.

    Whoever read the log may be gone, or the disk may be full: callers are answered all the same.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, line: str) -> int:
        """Write a line, if it can be written."""
        with suppress(OSError, ValueError):
            self._file.write(line)
        return len(line)

    def flush(self) -> None:
        """Let the line out, if it can be let out."""
        with suppress(OSError, ValueError):
            self._file.flush()
