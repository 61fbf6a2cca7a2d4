"""How far long work is, and how fast it goes."""

from __future__ import annotations

from rich.progress import ProgressColumn, Task
from rich.text import Text


class CountAndRate(ProgressColumn):
    """Shows `task.fields["count"]` and how many come in a second: `12,000 rows, 8,000 a second`."""

    def __init__(self, what: str) -> None:
        super().__init__()
        self._what = what

    def render(self, task: Task) -> Text:
        """Return the words."""
        count = task.fields["count"]
        return Text(f"{count:,} {self._what}, {rate(count, task.elapsed or 0.0):,.0f} a second,")


class Rate(ProgressColumn):
    """Shows how many are done in a second, where it is at least one."""

    def render(self, task: Task) -> Text:
        """Return the words."""
        speed = rate(int(task.completed), task.elapsed or 0.0)
        return Text(f"{speed:,.0f} a second" if speed >= 1 else "")


def rate(count: int, seconds: float) -> float:
    """Return how many come in a second; 0 before time has passed."""
    return count / seconds if seconds else 0.0
