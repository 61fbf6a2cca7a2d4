"""The documents of a case as files in a folder."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from keepsake.cli.console import Refusal
from keepsake.core.facts import Vocabulary
from keepsake.core.letters import Letter, Unwritable
from keepsake.core.texts import Speaker
from keepsake.v1 import case_pb2, document_pb2

_CONFIRMED = document_pb2.DOCUMENT_STATE_CONFIRMED
_MARKS = {"en": "Draft, not confirmed", "de": "Entwurf, nicht bestätigt"}
_BUNDLES = {"en": "Response and evidence", "de": "Stellungnahme und Belege"}
_SECONDS_PER_DAY = 86_400


class Papers:
    """The staged and confirmed documents of one case, ready to be written."""

    def __init__(self, submission: ModuleType, answer: case_pb2.GetCaseResponse) -> None:
        self._submission = submission
        self.case = answer.case
        texts = {each.number: each.text for each in answer.events}
        self.letters = {
            each.document: _letter(each, texts[each.event], answer.case.case_id)
            for each in answer.case.documents
            if texts.get(each.event)
        }

    def write(
        self,
        folder: Path,
        exhibits: Sequence[Any],
        limits: document_pb2.EvidenceDraft | None,
        *,
        missing: Sequence[str] = (),
    ) -> list[dict[str, Any]]:
        """Write the letters, and with exhibits a bundle; return what was written.

        The manifest names what is `missing`, though the letters say that it is enclosed.
        """
        letters = self._letters()
        files = {each.name: each.data for each in letters}
        pages = {each.name: each.pages for each in letters}
        if exhibits:
            name = f"{self.case.case_id}.zip"
            files[name] = self._bundle(letters, exhibits, limits, missing=missing)
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            (folder / name).write_bytes(data)
        return [
            {"file": str(folder / name), "bytes": len(data), "pages": pages.get(name)}
            for name, data in files.items()
        ]

    def _letters(self) -> Sequence[Any]:
        """Return the letters as files; refuse names that the font would leave out."""
        try:
            made: Sequence[Any] = self._submission.letters_of(self.letters)
        except Unwritable as error:
            hint = "write them in Latin, Greek or Cyrillic letters, and stage the document again"
            raise Refusal(str(error), hint) from error
        return made

    def _bundle(
        self,
        letters: Sequence[Any],
        exhibits: Sequence[Any],
        limits: document_pb2.EvidenceDraft | None,
        *,
        missing: Sequence[str],
    ) -> bytes:
        head = self._head()
        sheets = self._submission.exhibits_of(exhibits, head)
        if limits is not None:
            allowed = self._submission.Limits(limits.bytes_limit, limits.pages_limit)
            told = self._submission.too_much(sheets, allowed)
            if told:
                raise Refusal("; ".join(told), "leave out what proves least, or scan it smaller")
        about = {
            "case": self.case.case_id,
            "documents": list(map(_about, self.case.documents)),
            "missing_exhibits": list(missing),
        }
        packed: bytes = self._submission.bundle([*letters, *sheets], head, about)
        return packed

    def _head(self) -> Letter:
        """Return the head of the sheets that are made here: that of the first letter."""
        letters = list(self.letters.values())
        first = letters[0]
        is_draft = any(each.mark for each in letters)
        return Letter(
            business=first.business,
            title=_BUNDLES.get(first.language, _BUNDLES["en"]),
            text="",
            reference=first.reference,
            day=max(letters, key=lambda each: each.time_ms).day,
            language=first.language,
            mark=_mark(first.language) if is_draft else "",
            time_ms=max(each.time_ms for each in letters),
        )


def _letter(document: document_pb2.CaseDocument, text: str, case_id: str) -> Letter:
    is_final = document.state == _CONFIRMED
    when = document.confirmed_time if is_final else document.staged_time
    say = Speaker(Vocabulary(()), document.language, "")
    return Letter(
        business=document.business,
        title=document.title,
        text=text,
        reference=case_id,
        day=say.day(when.seconds // _SECONDS_PER_DAY),
        language=document.language,
        mark="" if is_final else _mark(document.language),
        time_ms=when.ToMilliseconds(),
    )


def _mark(language: str) -> str:
    return _MARKS.get(language, _MARKS["en"])


def _about(document: document_pb2.CaseDocument) -> dict[str, Any]:
    """Return what a manifest says of a document; never who it is about, or who worked it."""
    is_final = document.state == _CONFIRMED
    when = document.confirmed_time if is_final else document.staged_time
    return {
        "document": document.document,
        "language": document.language,
        "sha256_of_text": document.digest,
        "state": "confirmed" if is_final else "staged",
        "time": datetime.fromtimestamp(when.seconds, UTC).isoformat(),
    }
