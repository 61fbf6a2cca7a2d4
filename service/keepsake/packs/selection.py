"""Which offers a rule means: all, some by id, or those of a class or a lever."""

from __future__ import annotations

from collections.abc import Iterable

from keepsake.packs.document import Document
from keepsake.packs.entries import Picked
from keepsake.packs.schema import PackShape
from keepsake.packs.tree import Path

ALL = "all"
REMEDY = "remedy"
_NOT_MEANT_BY_ALL = (REMEDY, "resolution")
"""What persuades nobody: what is owed, and the ways in which a matter is settled."""


class Selection:
    """Finds the offers meant; mistakes are noted in the document."""

    def __init__(self, shape: PackShape, document: Document) -> None:
        self._shape = shape
        self._document = document

    def pick(self, picked: str | list[str] | Picked, path: Path) -> frozenset[str]:
        """Return the offers meant. `all` means what persuades.

        Remedies are meant only when named by id or class, resolutions by these or by their lever.
        """
        if isinstance(picked, Picked):
            return self._by(picked, path)
        if picked == ALL:
            return frozenset(
                name for name, offer in self._shape.offers.items()
                if offer.class_ not in _NOT_MEANT_BY_ALL
            )  # fmt: skip
        return self._named(picked, path)

    def _by(self, picked: Picked, path: Path) -> frozenset[str]:
        said = [picked.offers, picked.class_, picked.lever]
        if sum(part is not None for part in said) != 1:
            self._document.refuse(path, "must hold exactly one of offers, class, lever")
            return frozenset()
        if picked.offers is not None:
            return self.pick(picked.offers, (*path, "offers"))
        key = "class" if picked.class_ else "lever"
        wanted = picked.class_ or picked.lever
        return self._all(key, str(wanted), (*path, key))

    def _all(self, key: str, wanted: str, path: Path) -> frozenset[str]:
        offers = self._shape.offers.items()
        if key == "class":
            found = {name for name, offer in offers if offer.class_ == wanted}
        else:
            found = {n for n, o in offers if o.lever == wanted and o.class_ != REMEDY}
        said = {entry.get(key) for entry in self._document.entries("offers")}
        if not found and wanted not in said and path[:2] not in self._document.borrowed:
            known = {offer.class_ if key == "class" else offer.lever for _, offer in offers}
            self._document.refuse_name(path, wanted, known, what=f"{key} of an offer")
        return frozenset(found)

    def _named(self, names: Iterable[str], path: Path) -> frozenset[str]:
        known = self._document.names("offers")
        for index, name in enumerate(names):
            if name not in known:
                self._document.refuse_name((*path, index), name, known, what="offer")
        return frozenset(name for name in names if name in known)
