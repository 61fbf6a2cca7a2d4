"""Packs and models on disk: loaded as one tuple, and kept whole under their digests."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from keepsake.adapters.bundles import find_bundle, load_bundle
from keepsake.core.errors import BundleError, KeepsakeError, NotFound, NotReady
from keepsake.core.pack import Pack
from keepsake.packs.archive import keep, keep_whole, load_kept
from keepsake.packs.files import PackFiles, read_files
from keepsake.packs.load import open_pack
from keepsake.shelves import Places, ShelfReader, Shelves
from keepsake.snapshot import Models

if TYPE_CHECKING:
    from keepsake.core.models import HazardModel, ReasonModel, SaveModel, WinModel


@dataclass(frozen=True, slots=True)
class Loaded:
    """A pack and its models, checked against each other; nothing of it is in force yet."""

    pack: Pack
    files: PackFiles
    models: Models
    bundles: Sequence[tuple[str, Path]]
    shelves: Shelves | None = None
    others: Mapping[str, Models] = field(default_factory=dict)


class Kept:
    """Reads packs and models from their folders, and keeps what was in force."""

    def __init__(
        self, rules: Path, models: Path, kept: Path, *, places: Places | None = None
    ) -> None:
        self._rules = rules
        self._models = models
        self._packs_kept = kept / "packs"
        self._models_kept = kept / "models"
        self._last = kept / "last"
        self.shelves = ShelfReader(rules, kept, places or {})

    def load(self, pack: str) -> Loaded:
        """Read the newest edit of a pack and the models it pins; raise what is wrong with it."""
        folder = self._rules / pack
        if not folder.is_dir():
            raise NotFound("pack folder", str(folder))
        loaded = self._loaded(read_files(folder), (self._models, self._models_kept))
        return replace(loaded, shelves=self.shelves.read(loaded.pack))

    def version(self, pack: str, digest: str, models: Mapping[str, str]) -> Loaded:
        """Return a version kept under its digest.

        Raise NotReady when it is not kept whole, or no longer loads: it was changed, or this
        release of Keepsake refuses it.
        """
        try:
            loaded = self._loaded(
                load_kept(self._packs_kept, digest), (self._models_kept, self._models)
            )
        except (KeepsakeError, OSError) as error:
            message = f"version {digest[:12]} of pack {pack!r} is not kept whole here"
            raise NotReady(message, f"pack/{pack}/{digest}") from error
        if dict(models) not in map(_digests, (loaded.models, *loaded.others.values())):
            message = f"the models that went with version {digest[:12]} are not kept here"
            raise NotReady(message, f"pack/{pack}/{digest}/models")
        return loaded

    def last_good(self, pack: str) -> Loaded:
        """Return the version that was in force last; raise NotFound when there was none."""
        try:
            digest = (self._last / pack).read_text().strip()
        except OSError as error:
            raise NotFound("last good version of pack", pack) from error
        roots = (self._models_kept, self._models)
        loaded = self._loaded(load_kept(self._packs_kept, digest), roots)
        return replace(loaded, shelves=self.shelves.read_what_is_good(loaded.pack))

    def keep(self, loaded: Loaded) -> None:
        """Keep a version whole, under the digests of its pack and models."""
        try:
            keep(loaded.files, self._packs_kept)
            for name, path in loaded.bundles:
                keep_whole(self._models_kept / loaded.pack.id / name / path.name, _files(path))
        except OSError as error:
            raise _unkept(loaded.pack) from error

    def note_last_good(self, pack: Pack) -> None:
        """Note a version as the last good one of its pack; raise NotReady if the disk fails."""
        draft = self._last / f".{pack.id}.{os.getpid()}"
        try:
            self._last.mkdir(parents=True, exist_ok=True)
            draft.write_text(pack.digest)
            draft.replace(self._last / pack.id)
        except OSError as error:
            raise _unkept(pack) from error

    def _loaded(self, files: PackFiles, roots: tuple[Path, ...]) -> Loaded:
        pack = open_pack(files).pack
        bundles, others = _bundles(pack, roots), dict[str, Models]()
        found = [*bundles.items()]
        for kind, other in pack.others.items():
            its = _bundles(other, roots)
            others[kind] = _models(other, its)
            found += its.items()
        return Loaded(pack, files, _models(pack, bundles), found, others=others)


def _bundles(pack: Pack, roots: tuple[Path, ...]) -> Mapping[str, Path]:
    """Return the bundles that a pack pins for one kind."""
    return {
        name: _find(roots, pack.id, name=name, digest=digest)
        for name, digest in pack.models.items()
    }


def _digests(models: Models) -> Mapping[str, str]:
    return {name: model.digest for name, model in models.named().items()}


def _unkept(pack: Pack) -> NotReady:
    return NotReady(f"pack {pack.id!r} cannot be kept on this disk", f"pack/{pack.id}")


def _find(roots: tuple[Path, ...], pack: str, *, name: str, digest: str) -> Path:
    for root in roots[:-1]:
        with suppress(BundleError):
            return find_bundle(root, pack, name, digest=digest)
    return find_bundle(roots[-1], pack, name, digest=digest)


def _models(pack: Pack, bundles: Mapping[str, Path]) -> Models:
    loaded = {name: load_bundle(path, pack.vocabulary, kind=name) for name, path in bundles.items()}
    return Models(
        save=cast("SaveModel | None", loaded.get("save")),
        reason=cast("ReasonModel | None", loaded.get("reason")),
        hazard=cast("HazardModel | None", loaded.get("hazard")),
        win=cast("WinModel | None", loaded.get("win")),
    )


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path.read_bytes()
