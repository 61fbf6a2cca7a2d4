"""A draft as a person would want to read it before they change it, and what was written where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from keepsake.cli.decision_view import part
from keepsake.v1 import document_pb2 as pb

_GAP = r"\[\[[^\[\]]*\]\]"


def draft_view(draft: pb.DocumentDraft) -> RenderableType:
    """Return a draft with what is missing in it and what keeps it from going out."""
    return Group(*_parts(draft))


def written_view(files: Iterable[Mapping[str, Any]]) -> RenderableType:
    """Return a table of files."""
    table = Table.grid(padding=(0, 2))
    for each in files:
        pages = f"{each['pages']} pages" if each["pages"] else ""
        table.add_row(escape(each["file"]), f"[dim]{each['bytes']:,} bytes[/]", f"[dim]{pages}[/]")
    return table


def _parts(draft: pb.DocumentDraft) -> Iterator[RenderableType]:
    second = ", another person confirms it" if draft.second_person else ""
    once = ", it is submitted once" if draft.once else ""
    yield part(
        "Draft",
        f"[bold]{escape(draft.title)}[/]  [dim]{draft.language}, for {draft.audience}, "
        f"{draft.length} of {draft.limit} characters{second}{once}[/]",
    )
    text = Text(draft.text)
    text.highlight_regex(_GAP, "bold yellow")
    yield Padding(text, (1, 2))
    if draft.gaps:
        yield part("To fill", *(_gap(each) for each in draft.gaps))
    others = [each for each in draft.findings if each.rule != "gap"]
    if others:
        yield part("Wrong", *(_finding(each) for each in others))
    facts = ", ".join(f"{each.name} [dim]{escape(each.text)}[/]" for each in draft.facts)
    yield part("Facts", facts or "none")
    yield ""


def _gap(gap: pb.DocumentGap) -> str:
    title = f"  [dim]{escape(gap.title)}[/]" if gap.title else ""
    return f"[yellow]{escape(gap.name)}[/]{title}"


def _finding(finding: pb.DocumentFinding) -> str:
    place = f"line {finding.line}: " if finding.line else ""
    quoted = f" “{escape(finding.quoted)}”" if finding.quoted else ""
    sure = f" ({finding.confidence})" if finding.confidence else ""
    return f"[red]{finding.rule}[/] {place}{escape(finding.message)}{quoted}[dim]{sure}[/]"
