"""One request being read: the facts so far, and every field that is wrong."""

from __future__ import annotations

from typing import Any

from keepsake.core.errors import FieldViolation, InvalidRequest
from keepsake.core.facts import FactValue, quantise
from keepsake.packs.converters import SECONDS_PER_DAY, Convert, Refused


class Reading:
    """The facts of one request so far, and every field that is wrong."""

    def __init__(self, root: str, server_time: float, occurred: float) -> None:
        self.root = root
        self.violations: list[FieldViolation] = []
        self.facts: dict[str, FactValue] = {
            "now": quantise(server_time),
            "today": float(server_time // SECONDS_PER_DAY),
            "occurred": occurred,
        }

    def refuse(self, path: str, value: str, allowed: str) -> None:
        """Note a wrong field."""
        self.violations.append(FieldViolation(f"{self.root}.{path}", value, allowed))

    def take(self, fact: str, path: str, convert: Convert, *, value: Any) -> None:
        """Read one value."""
        try:
            self.facts[fact] = convert(value)
        except Refused as refused:
            self.refuse(path, refused.value, refused.allowed)

    def result(self) -> dict[str, FactValue]:
        """Return the facts; raise InvalidRequest with every wrong field."""
        if self.violations:
            raise InvalidRequest(tuple(self.violations))
        return self.facts
