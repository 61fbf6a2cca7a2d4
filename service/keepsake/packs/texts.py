"""Checks the texts of a pack: there in every language, quoting only what exists."""

from __future__ import annotations

import re
from collections.abc import Iterable

from keepsake.core.pack import Texts
from keepsake.packs.draft import Draft
from keepsake.packs.tree import Path

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


class TextCheck:
    """Checks the texts of one pack; mistakes are noted in the document."""

    def __init__(self, draft: Draft) -> None:
        self._shape = draft.shape
        self._document = draft.document
        self._vocabulary = draft.vocabulary

    def check(self, texts: Texts, path: Path, own: Iterable[str] = ()) -> None:
        """Check that a text is there in every language, and that what it quotes exists."""
        if not texts:
            return
        for language in self._shape.languages:
            if language not in texts:
                self._document.refuse(path, f"is missing in {language}", f"add {language}: ...")
        for language, text in texts.items():
            for quoted in _PLACEHOLDER.findall(text):
                if quoted not in own and quoted not in self._vocabulary:
                    known = {*own, *self._vocabulary}
                    self._document.refuse_name(
                        (*path, language), quoted, known, what="fact to quote"
                    )
            if re.search(r"[{}]", _PLACEHOLDER.sub("", text)):
                self._document.refuse((*path, language), "has a brace without its partner")

    def check_others(self) -> None:
        """Check the texts that no other part reads."""
        self.check(self._shape.title, ("title",))
        for section in ("playbooks", "budgets"):
            for name, shape in getattr(self._shape, section).items():
                self.check(shape.title, (section, name, "title"))
                self.check(shape.text, (section, name, "text"))
