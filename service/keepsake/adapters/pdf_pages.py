"""Pages of PDF files that others made, by pypdf: counted, freed of what could act, and joined."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterable

from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import NameObject

_MOST_PAGES = 500
_ACTS = ("/AA", "/Annots", "/Metadata", "/PieceInfo")
_BROKEN = (
    *(PyPdfError, RecursionError, ValueError, TypeError, KeyError, AttributeError, IndexError),
    *(OSError, OverflowError, MemoryError, NotImplementedError, AssertionError),
)
"""What a broken file makes its reader raise."""

logging.getLogger("pypdf").setLevel(logging.ERROR)


def pages_of(data: bytes) -> int:
    """Return how many pages a PDF has; raise ValueError for one that cannot be read."""
    reader = _read(data)
    try:
        count = len(reader.pages)
        if count:
            reader.pages[0].mediabox  # noqa: B018 - a broken page shows here
    except _BROKEN as error:
        message = "is no PDF that can be read"
        raise ValueError(message) from error
    if not 0 < count <= _MOST_PAGES:
        message = f"has {count} pages"
        raise ValueError(message)
    return count


def merged(parts: Iterable[tuple[str, bytes]], title: str) -> bytes:
    """Return one PDF of the pages of others, each part with its title as a bookmark.

    Scripts, links and attachments of the parts are left behind: pages are all that is wanted.
    """
    writer = PdfWriter()
    for name, data in parts:
        first = len(writer.pages)
        for page in _read(data).pages:
            for key in _ACTS:
                if key in page:
                    del page[NameObject(key)]
            writer.add_page(page)
        writer.add_outline_item(title=name, page_number=first)
    writer.metadata = {"/Title": title, "/Producer": "Keepsake"}
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _read(data: bytes) -> PdfReader:
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
    except _BROKEN as error:
        message = "is no PDF that can be read"
        raise ValueError(message) from error
    if reader.is_encrypted:
        message = "is locked with a password"
        raise ValueError(message)
    return reader
