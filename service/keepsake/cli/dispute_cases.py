"""Which case each dispute is worked in: Keepsake keeps no id of a dispute, so the sender does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from keepsake.cli.console import Refusal


class Opened(NamedTuple):
    """The case of a dispute, and the event with which it was opened."""

    case_id: str
    event_id: str


class DisputeCases:
    """The cases of disputes in a file, one on a line, written before an event is answered."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._opened = dict(self._read()) if file.exists() else {}

    def case_of(self, dispute_id: str, event_id: str) -> str:
        """Return the case an event belongs to; empty for the event that opens it.

        The event that opened a case asks without it when it comes again, as it did at first:
        else it would be another question, and refused.
        """
        opened = self._opened.get(dispute_id)
        return "" if opened is None or opened.event_id == event_id else opened.case_id

    def opened(self, dispute_id: str, case_id: str, event_id: str) -> None:
        """Keep the first case of a dispute."""
        if dispute_id not in self._opened:
            self._opened[dispute_id] = Opened(case_id, event_id)
            with self._file.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps([dispute_id, case_id, event_id]) + "\n")

    def _read(self) -> dict[str, Opened]:
        found = {}
        for number, line in enumerate(self._file.read_text(encoding="utf-8").splitlines(), 1):
            try:
                dispute_id, case_id, event_id = json.loads(line)
            except ValueError as error:
                hint = "it is written by this command alone"
                raise Refusal(f"{self._file}:{number}: no case of a dispute", hint) from error
            found[dispute_id] = Opened(case_id, event_id)
        return found
