"""The submission of a case: its letters and exhibits as files that can be sent, and a manifest.

Everything in it is PDF, in one order, under names that were made here: no file says what it was
called on somebody's desk. The same case gives the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from keepsake.adapters.pdf import check_picture, letter_pdf, picture_pdf, table_pdf
from keepsake.adapters.pdf_pages import merged, pages_of
from keepsake.core.letters import Letter

MOST_BYTES = 20_000_000
"""No exhibit larger than that is read at all."""
_SIGNS = {b"%PDF-": "pdf", b"\xff\xd8\xff": "jpeg", b"\x89PNG\r\n\x1a\n": "png"}
_DAY_ONE = (1980, 1, 1, 0, 0, 0)
_SHOWN = 12
_WORDS = {
    "en": ("Contents", "No.", "Document", "File", "Pages", "SHA-256 (first digits)", "Exhibit"),
    "de": ("Inhalt", "Nr.", "Dokument", "Datei", "Seiten", "SHA-256 (Anfang)", "Anlage"),
}


class NotAnExhibit(Exception):
    """A file that cannot be an exhibit; the message says why."""


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A file that somebody adds for an item of a checklist, as it was read."""

    item: str
    title: str
    kind: str
    data: bytes

    @property
    def digest(self) -> str:
        """Return the digest of the file as it was."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class Sheet:
    """One file of a submission: PDF, with how many pages, and what it was made of."""

    name: str
    title: str
    data: bytes
    pages: int
    item: str = ""
    original: str = ""

    @property
    def digest(self) -> str:
        """Return the digest of the file."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may be sent: bytes and pages of all exhibits together. 0 is no limit."""

    bytes: int = 0
    pages: int = 0


def read_exhibit(item: str, title: str, path: Path) -> Exhibit:
    """Read a file that is to be an exhibit; raise NotAnExhibit."""
    try:
        data = _bytes(path)
    except OSError as error:
        raise NotAnExhibit(f"cannot be read: {error.strerror}") from error
    if len(data) > MOST_BYTES:
        raise NotAnExhibit(f"has more than the {MOST_BYTES:,} bytes that are allowed")
    kind = next((kind for sign, kind in _SIGNS.items() if data.startswith(sign)), "")
    if not kind:
        raise NotAnExhibit("is no PDF, JPEG or PNG, whatever its name says")
    try:
        if kind == "pdf":
            pages_of(data)
        else:
            check_picture(data)
    except ValueError as error:
        raise NotAnExhibit(str(error)) from error
    return Exhibit(item, title, kind, data)


def _bytes(path: Path) -> bytes:
    """Return what a file holds, at most a byte more than allowed: a device has no size, no end."""
    size = path.stat().st_size
    if not path.is_file():
        raise NotAnExhibit("is no file")
    if size > MOST_BYTES:
        raise NotAnExhibit(f"has {size:,} bytes, allowed {MOST_BYTES:,}")
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)


def letters_of(letters: Mapping[str, Letter]) -> tuple[Sheet, ...]:
    """Return letters as files, by the names of their documents."""
    made = ((name, letter, letter_pdf(letter)) for name, letter in letters.items())
    return tuple(
        Sheet(f"{number:02d}-{slug(name)}.pdf", letter.title, data, pages_of(data))
        for number, (name, letter, data) in enumerate(made, 1)
    )


def exhibits_of(exhibits: Sequence[Exhibit], head: Letter) -> tuple[Sheet, ...]:
    """Return exhibits as files, in their order; a picture gets a page of its own."""
    word = _WORDS.get(head.language, _WORDS["en"])[-1]
    found = list[Sheet]()
    for number, each in enumerate(exhibits, 1):
        title = f"{word} {number}: {each.title}"
        if each.kind == "pdf":
            data = merged([(title, each.data)], title)
        else:
            data = picture_pdf(each.data, replace(head, title=title, text=""))
        name = f"exhibits/{number:02d}-{slug(each.item)}.pdf"
        found.append(Sheet(name, title, data, pages_of(data), each.item, each.digest))
    return tuple(found)


def too_much(exhibits: Sequence[Sheet], limits: Limits) -> tuple[str, ...]:
    """Return why exhibits would not be taken, empty where they would."""
    size, pages = sum(len(each.data) for each in exhibits), sum(each.pages for each in exhibits)
    told = list[str]()
    if limits.bytes and size > limits.bytes:
        told.append(f"the exhibits have {size:,} bytes together, allowed {limits.bytes:,}")
    if limits.pages and pages > limits.pages:
        told.append(f"the exhibits have {pages} pages together, allowed {limits.pages}")
    return tuple(told)


def bundle(sheets: Sequence[Sheet], head: Letter, about: Mapping[str, object]) -> bytes:
    """Return all as one ZIP: contents, each file, everything in one PDF, and a manifest."""
    contents = _contents(sheets, head)
    whole = merged([(each.title, each.data) for each in (contents, *sheets)], head.title)
    files = [contents, *sheets, Sheet("bundle.pdf", head.title, whole, pages_of(whole))]
    manifest = {**about, "files": [_listed(each) for each in files]}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for each in files:
            archive.writestr(_entry(each.name), each.data)
        text = json.dumps(manifest, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
        archive.writestr(_entry("manifest.json"), text.encode())
    return out.getvalue()


def slug(name: str) -> str:
    """Return a name that any system can keep a file under."""
    return re.sub(r"[^a-z0-9_-]+", "-", name.lower()).strip("-")[:60] or "file"


def _contents(sheets: Sequence[Sheet], head: Letter) -> Sheet:
    words = _WORDS.get(head.language, _WORDS["en"])
    rows = [
        (str(number), each.title, each.name, str(each.pages), each.digest[:_SHOWN])
        for number, each in enumerate(sheets, 1)
    ]
    letter = replace(head, title=f"{head.title}: {words[0]}")
    data = table_pdf(letter, words[1:6], rows)
    return Sheet("00-contents.pdf", words[0], data, pages_of(data))


def _listed(sheet: Sheet) -> dict[str, object]:
    told: dict[str, object] = {
        "name": sheet.name,
        "title": sheet.title,
        "sha256": sheet.digest,
        "bytes": len(sheet.data),
        "pages": sheet.pages,
    }
    made_of = {"item": sheet.item, "original_sha256": sheet.original} if sheet.item else {}
    return {**told, **made_of}


def _entry(name: str) -> zipfile.ZipInfo:
    """Return an entry whose time and rights say nothing of when and where it was made."""
    entry = zipfile.ZipInfo(name, _DAY_ONE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    entry.create_system = 3
    return entry
