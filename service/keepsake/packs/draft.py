"""A pack half read: what its parts are turned into values by."""

from __future__ import annotations

from dataclasses import dataclass

from keepsake.core.facts import Vocabulary
from keepsake.core.literals import Dialect
from keepsake.packs.amounts import AmountReader
from keepsake.packs.document import Document
from keepsake.packs.schema import PackShape


@dataclass(frozen=True, slots=True)
class Draft:
    """The shape of a pack, the document that mistakes are noted in, and how conditions read."""

    shape: PackShape
    document: Document
    dialect: Dialect

    @property
    def vocabulary(self) -> Vocabulary:
        """Return all facts of the pack."""
        return self.dialect.vocabulary

    @property
    def amounts(self) -> AmountReader:
        """Return what reads the amounts of the pack."""
        return AmountReader(self.document, self.dialect)
