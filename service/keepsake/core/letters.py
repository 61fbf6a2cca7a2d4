"""Letters: the text of a document taken apart into what stands on paper.

Texts are plain, so that they can also be sent as they are. What a reader sees in them is read here
by fixed rules: a line in capitals is a heading, `- ` begins an item, and lines of the form
`label: value` stand in two columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

_ROW = re.compile(r"(.{2,60}?): (\S.*)")
_ITEM = re.compile(r"[-\u2022] +(\S.*)")
_LEAST_ROWS = 2
_LEAST_LETTERS = 3


class Unwritable(Exception):
    """A letter that paper of ours cannot show in full; the message names what it lacks."""


class BlockKind(Enum):
    """What a stretch of a letter is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    ROWS = "rows"


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of a letter; only rows have more than one line of two columns."""

    kind: BlockKind
    lines: tuple[str, ...]

    @property
    def rows(self) -> tuple[tuple[str, str], ...]:
        """Return the columns of rows."""
        return tuple(
            (label, value) for label, _, value in (line.partition(": ") for line in self.lines)
        )


@dataclass(frozen=True, slots=True)
class Letter:
    """A document on paper: who writes, what it is, its text, and what stands at the edge.

    `mark` says that it is no final one. `day` is when it was staged or confirmed.
    """

    business: str
    title: str
    text: str
    reference: str
    day: str
    language: str = "en"
    mark: str = ""
    time_ms: int = 0

    def blocks(self) -> Iterator[Block]:
        """Yield the stretches of the text in their order."""
        for stretch in re.split(r"\n{2,}", self.text.strip()):
            yield from _blocks([line.strip() for line in stretch.splitlines() if line.strip()])


def _blocks(lines: list[str]) -> Iterator[Block]:
    place = 0
    while place < len(lines):
        kind = _kind(lines, place)
        end = place + 1
        while end < len(lines) and kind in (BlockKind.ROWS, BlockKind.PARAGRAPH):
            if _kind(lines, end, within=kind) is not kind:
                break
            end += 1
        yield Block(kind, tuple(_plain(line, kind) for line in lines[place:end]))
        place = end


def _kind(lines: list[str], place: int, *, within: BlockKind | None = None) -> BlockKind:
    line = lines[place]
    if _ITEM.match(line):
        return BlockKind.ITEM
    if _is_heading(line):
        return BlockKind.HEADING
    around = sum(1 for each in lines[place : place + _LEAST_ROWS] if _ROW.fullmatch(each))
    if _ROW.fullmatch(line) and (around >= _LEAST_ROWS or within is BlockKind.ROWS):
        return BlockKind.ROWS
    return BlockKind.PARAGRAPH


def _is_heading(line: str) -> bool:
    letters = [letter for letter in line if letter.isalpha()]
    return len(letters) >= _LEAST_LETTERS and line == line.upper() and line[-1:].isalpha()


def _plain(line: str, kind: BlockKind) -> str:
    match = _ITEM.match(line) if kind is BlockKind.ITEM else None
    return match[1] if match else line
