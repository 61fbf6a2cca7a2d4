"""What a scan found: how many of each band and tenth, and how many of them really cancelled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rich import box
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from keepsake.cli import figures
from keepsake.v1.intercept_pb2 import HazardScore

TENTHS = 10


@dataclass
class Count:
    """Rows of one group: all, those with a label, and those that really cancelled."""

    rows: int = 0
    labelled: int = 0
    cancelled: int = 0
    hazard: float = 0.0

    def add(self, hazard: float, label: bool | None) -> None:  # noqa: FBT001 - the third answer is None
        """Count one row."""
        self.rows += 1
        self.hazard += hazard
        self.labelled += label is not None
        self.cancelled += label is True


@dataclass
class Tally:
    """The rows of a scan by band and by tenth of hazard."""

    bands: dict[str, Count] = field(default_factory=dict)
    tenths: list[Count] = field(default_factory=lambda: [Count() for _ in range(TENTHS)])
    total: Count = field(default_factory=Count)

    def add(self, scores: Iterable[HazardScore], labels: Iterable[bool | None]) -> None:
        """Count the scores of one batch with the labels of the same rows."""
        for score, label in zip(scores, labels, strict=True):
            tenth = min(int(score.hazard * TENTHS), TENTHS - 1)
            for count in (
                self.bands.setdefault(score.band, Count()),
                self.tenths[tenth],
                self.total,
            ):
                count.add(score.hazard, label)

    def by_hazard(self) -> Mapping[str, Count]:
        """Return the bands from the lowest mean hazard to the highest."""
        mean = {band: count.hazard / count.rows for band, count in self.bands.items()}
        return {band: self.bands[band] for band in sorted(mean, key=mean.__getitem__)}

    def as_data(self) -> dict[str, object]:
        """Return the summary for a program."""
        return {
            "rows": self.total.rows,
            "bands": {band: _data(count) for band, count in self.by_hazard().items()},
            "tenths": [_data(count) for count in self.tenths],
        }


def scan_view(tally: Tally, label: str) -> RenderableType:
    """Return both charts; `label` is the column that says what happened, or empty."""
    has_label = tally.total.labelled > 0
    bands = _table("band", has_label=has_label)
    for band, count in tally.by_hazard().items():
        style = figures.BAND_STYLES.get(band, "")
        bands.add_row(*_row(f"[{style or 'bold'}]{band}[/]", count, tally.total, style=style))
    tenths = _table("hazard", has_label=has_label)
    for place, count in enumerate(tally.tenths):
        name = f"{place / TENTHS:.1f} to {(place + 1) / TENTHS:.1f}"
        tenths.add_row(*_row(name, count, tally.total, style="cyan"))
    parts: list[RenderableType] = [bands, "", tenths]
    if has_label:
        parts.append(
            f"[dim]“really cancelled” is the column {escape(label)} of the file. Where the model "
            "learned from the same rows it flatters the model; its card says on which rows it is "
            "honest.[/]"
        )
    return Group(*parts)


def _table(name: str, *, has_label: bool) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False, show_edge=False)
    table.add_column(name)
    table.add_column("rows", justify="right")
    table.add_column("share")
    table.add_column("mean hazard", justify="right")
    if has_label:
        table.add_column("really cancelled", justify="right")
        table.add_column("")
    return table


def _row(name: str, count: Count, total: Count, *, style: str) -> list[str]:
    share = count.rows / total.rows if total.rows else 0.0
    mean = f"{count.hazard / count.rows:.2f}" if count.rows else "-"
    drawn = f"[{style}]{figures.bar(share)}[/]" if style else figures.bar(share)
    cells = [name, f"{count.rows:,}", f"{drawn} {figures.chance(share):>5}", mean]
    if total.labelled:
        cells += _cancelled(count)
    return cells


def _cancelled(count: Count) -> list[str]:
    if not count.labelled:
        return ["-", ""]
    share = count.cancelled / count.labelled
    return [f"{count.cancelled:,}", f"{figures.bar(share, 10)} {figures.chance(share):>5}"]


def _data(count: Count) -> dict[str, float]:
    data: dict[str, float] = {"rows": count.rows}
    if count.rows:
        data["mean_hazard"] = round(count.hazard / count.rows, 6)
    if count.labelled:
        data |= {"labelled": count.labelled, "cancelled": count.cancelled}
    return data
