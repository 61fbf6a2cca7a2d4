"""The catalogues of a pack on their shelves: read from their files, checked, kept, searched."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from keepsake.adapters.catalogue import Shelf
from keepsake.adapters.tables import read_bytes, rows_of
from keepsake.core.catalogue import Catalogue, Place, read_place
from keepsake.core.errors import PackError, Problem
from keepsake.core.facts import Source, nearest
from keepsake.core.pack import Pack
from keepsake.core.picker import Picker
from keepsake.packs.archive import keep_whole
from keepsake.packs.items import ItemReader, fitted
from keepsake.packs.load import load_pack
from keepsake.packs.mappings import find_mapping, read_mapping

log = structlog.get_logger()

Places = Mapping[tuple[str, str], Place]
"""Where catalogues lie that are not in their pack's folder, by pack and catalogue."""


@dataclass(frozen=True, slots=True)
class Shelves:
    """The catalogues of one pack, those that could be read, and for which offers to search them."""

    picker: Picker
    by_name: Mapping[str, Shelf] = field(default_factory=dict)


class ShelfReader:
    """Reads catalogues; each file that was ever read is kept under its digest."""

    def __init__(self, rules: Path, kept: Path, places: Places) -> None:
        self._rules = rules
        self._kept = kept / "catalogues"
        self._places = places

    def read(self, pack: Pack) -> Shelves:
        """Return all catalogues of a pack; raise PackError with what is wrong in any."""
        problems = list(self._misplaced(pack))
        shelves = {}
        for catalogue in pack.catalogues.values():
            try:
                shelves[catalogue.id] = self._shelf(catalogue, pack)
            except PackError as error:
                problems += error.problems
        if problems:
            raise PackError(tuple(problems))
        return Shelves(Picker(pack), shelves)

    def read_what_is_good(self, pack: Pack) -> Shelves:
        """Return the catalogues that can be read; offers from the others are not made."""
        shelves = {}
        for catalogue in pack.catalogues.values():
            try:
                shelves[catalogue.id] = self._shelf(catalogue, pack)
            except PackError as error:
                log.warning("catalogue_refused", catalogue=catalogue.id, why=str(error))
        return Shelves(Picker(pack), shelves)

    def _misplaced(self, pack: Pack) -> Iterator[Problem]:
        for own, name in self._places:
            if own == pack.id and name not in pack.catalogues:
                near = nearest(name, pack.catalogues)
                hint = f"did you mean {near}?" if near else ""
                where = Source("KEEPSAKE_CATALOGUES", 1)
                yield Problem(where, f"{own}/{name}", "", "no such catalogue", hint)

    def _shelf(self, catalogue: Catalogue, pack: Pack) -> Shelf:
        place = self._places.get((pack.id, catalogue.id))
        path = Path(place.path) if place else self._rules / pack.id / catalogue.file
        mapping = (place.mapping if place else "") or catalogue.mapping
        data, how, table = read_bytes(path), b"", None
        if mapping:
            file = find_mapping(self._rules, pack.id, mapping)
            how, table = file.read_bytes(), fitted(read_mapping(file), catalogue, file)
        items = ItemReader(catalogue, pack, str(path), mapping=table).read(rows_of(path, data))
        digest = hashlib.sha256(data + b"\0" + how).hexdigest()
        self._keep(digest, ((path.name, data), *(((f"{mapping}.yaml", how),) if mapping else ())))
        return Shelf(catalogue, items, digest)

    def _keep(self, digest: str, files: tuple[tuple[str, bytes], ...]) -> None:
        try:
            keep_whole(self._kept / digest, files)
        except OSError as error:
            where = Source(str(self._kept), 1)
            problem = Problem(where, digest, "", f"cannot be kept: {error.strerror}")
            raise PackError((problem,)) from error


def wrong_in(folder: Path) -> tuple[Problem, ...]:
    """Return what is wrong in the catalogues of a pack's folder, unless the pack itself is."""
    try:
        pack = load_pack(folder)
    except PackError:
        return ()
    with TemporaryDirectory() as kept:
        try:
            ShelfReader(folder.resolve().parent, Path(kept), {}).read(pack)
        except PackError as error:
            return error.problems
    return ()


def places_of(written: tuple[str, ...]) -> Places:
    """Return where catalogues lie, as the setting says; raise ValueError for what is no place."""
    return dict(map(read_place, written))
