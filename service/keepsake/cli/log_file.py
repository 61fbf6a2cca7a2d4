"""Where the log is written: a line at a time, and never at the price of a call."""

from __future__ import annotations

import io
import os
from typing import TextIO


class LogFile(io.TextIOBase):
    """A file that takes each line in one piece, since workers share it, and never raises.

    Whoever read the log may be gone, or the disk may be full: callers are answered all the same.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, line: str) -> int:
        """Write a line, if it can be written; nothing is kept back to be flushed."""
        left = line.encode(errors="backslashreplace")
        try:
            while left:
                left = left[os.write(self._file.fileno(), left) :]
        except (OSError, ValueError):
            pass
        return len(line)
