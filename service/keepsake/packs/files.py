"""The files of a pack and of the libraries it includes, as bytes under one digest."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from keepsake.core.errors import PackError, Problem
from keepsake.core.facts import Source, nearest
from keepsake.packs.tree import parse_tree

CASES_FOLDER = "cases"
KINDS_FOLDER = "kinds"
TABLES_FOLDER = "tables"
MAPPINGS_FOLDER = "mappings"  # of raw tables; no part of the rules, see mappings.py
SUFFIXES = (".yaml", ".md", ".txt", ".j2")
TABLE_SUFFIX = ".csv"
MAX_FILES = 200
MAX_FILE_BYTES = 256 * 1024
MAX_BYTES = 1_000_000
"""The largest pack here has 0.2 MB, its largest file 40 KB."""
MARKS = b",:[{\n"
MAX_MARKS = 20_000
"""What makes YAML slow to read are its parts, not its bytes: so many take some seconds."""
_COPY = "put the files themselves here"
_INCLUDES = re.compile(rb"^includes\s*:", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class PackFile:
    """One file: the folder it belongs to, its path inside, and its bytes."""

    folder: str
    name: str
    data: bytes

    @property
    def path(self) -> str:
        """Return the path from the folder that holds all packs."""
        return f"{self.folder}/{self.name}"

    @property
    def kind(self) -> str:
        """Return the kind of intercept whose folder it is in; empty for the pack's own files."""
        folder, _, rest = self.name.partition("/")
        return rest.partition("/")[0] if folder == KINDS_FOLDER and "/" in rest else ""

    @property
    def inner_name(self) -> str:
        """Return the path inside the folder of its kind, or of the pack."""
        return self.name.removeprefix(f"{KINDS_FOLDER}/{self.kind}/") if self.kind else self.name

    @property
    def is_cases(self) -> bool:
        """Tell whether this file holds rule cases."""
        return self.inner_name.startswith(f"{CASES_FOLDER}/")

    @property
    def holds_sections(self) -> bool:
        """Tell whether this file is merged; files of other folders only belong to the pack."""
        return self.name.endswith(".yaml") and ("/" not in self.inner_name or self.is_cases)


@dataclass(frozen=True)
class PackFiles:
    """All files a pack is made of. `root` is the name of the folder that holds all packs."""

    root: str
    folders: tuple[str, ...]
    files: tuple[PackFile, ...]

    @property
    def folder(self) -> str:
        """Return the name of the pack's own folder."""
        return self.folders[0]

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return the kinds of intercept that have a folder of their own, sorted."""
        own = (file.kind for file in self.files if file.folder == self.folder)
        return tuple(sorted({kind for kind in own if kind}))

    def of_kind(self, kind: str, inner_name: str) -> PackFile | None:
        """Return a file of a kind's folder, or of the pack's own where `kind` is empty."""
        for file in self.files:
            if (file.folder, file.kind, file.inner_name) == (self.folder, kind, inner_name):
                return file
        return None

    @cached_property
    def digest(self) -> str:
        """Return the SHA-256 over the sorted paths and bytes of all files."""
        digest = hashlib.sha256()
        for file in sorted(self.files, key=lambda file: file.path):
            head = f"{file.path}\0{len(file.data)}\0"
            digest.update(head.encode() + file.data)
        return digest.hexdigest()

    def location(self, file: PackFile) -> str:
        """Return how messages name a file, the same wherever the packs stand."""
        return f"{self.root}/{file.path}"


def read_files(folder: Path) -> PackFiles:
    """Read a pack's folder and the libraries it includes; raise PackError."""
    folder = folder.resolve()
    root, names, files = folder.parent, [folder.name], list[PackFile]()
    for name in names:  # grows while includes are found
        found = _read_folder(root, name)
        files += found
        names += [extra for extra in _includes(root, found) if extra not in names]
    read = PackFiles(root.name, tuple(names), tuple(files))
    if sum(len(file.data) for file in files) > MAX_BYTES:
        raise _refusal(f"{root.name}/{folder.name}", f"is larger than {MAX_BYTES} bytes")
    return read


def _read_folder(root: Path, name: str) -> list[PackFile]:
    folder = root / name
    if folder.is_symlink():
        raise _refusal(f"{root.name}/{name}", "is a link", _COPY)
    if not folder.is_dir():
        raise _refusal(f"{root.name}/{name}", "is no folder")
    found = sorted(path for path in folder.rglob("*") if _is_shown(path.relative_to(folder)))
    _refuse_links(root, found)
    paths = [path for path in found if _belongs(path) and path.is_file()]
    if len(paths) > MAX_FILES:
        raise _refusal(f"{root.name}/{name}", f"holds more than {MAX_FILES} files")
    return [_read_file(root, name, path) for path in paths]


def _is_shown(path: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.parts)
    return not hidden and path.parts[0] != MAPPINGS_FOLDER


def _belongs(path: Path) -> bool:
    """Tell whether a file is of the pack: data of catalogues is not, decision tables are."""
    is_table = path.suffix == TABLE_SUFFIX and path.parent.name == TABLES_FOLDER
    return is_table or path.suffix in (*SUFFIXES, ".yml")


def _refuse_links(root: Path, paths: list[Path]) -> None:
    """Refuse what lies elsewhere: it could change, or be another's, and not be seen here."""
    for path in paths:
        if path.is_symlink():
            raise _refusal(_named(root, path), "is a link", _COPY)


def _named(root: Path, path: Path) -> str:
    """Return how messages name a path, whatever bytes it is made of."""
    name = f"{root.name}/{path.relative_to(root).as_posix()}"
    return name.encode(errors="backslashreplace").decode()


def _read_file(root: Path, folder: str, path: Path) -> PackFile:
    name = path.relative_to(root / folder).as_posix()
    location = _named(root, path)
    if location != f"{root.name}/{folder}/{name}":
        raise _refusal(location, "has a name that is not UTF-8", "rename it")
    if path.suffix == ".yml":
        raise _refusal(location, "ends in .yml", "rename it to .yaml")
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise _refusal(location, f"cannot be read: {error.strerror}") from error
    if len(data) > MAX_FILE_BYTES:
        raise _refusal(location, f"is larger than {MAX_FILE_BYTES} bytes")
    if sum(map(data.count, MARKS)) > MAX_MARKS:
        raise _refusal(location, f"has more than {MAX_MARKS} parts", "split it")
    return PackFile(folder, name, data)


def _includes(root: Path, files: list[PackFile]) -> list[str]:
    """Return the names of the folders that these files include, all beside the pack's own."""
    names = list[str]()
    for file in files:
        if "/" in file.name or not file.holds_sections or not _INCLUDES.search(file.data):
            continue
        tree = parse_tree(f"{root.name}/{file.path}", file.data)
        written = tree.value.get("includes") if isinstance(tree.value, dict) else None
        for index, include in enumerate(written if isinstance(written, list) else ()):
            source = Source(tree.file, tree.lines[("includes", index)])
            names.append(_beside(root, str(include), source))
    return names


def _beside(root: Path, include: str, source: Source) -> str:
    if not re.fullmatch(r"\.\./[\w-]+", include):
        message = "must name a folder beside the pack's"
        raise PackError((Problem(source, "includes", include, message, "write ../<folder>"),))
    name = include.removeprefix("../")
    if not (root / name).is_dir():
        near = nearest(name, [path.name for path in root.iterdir() if path.is_dir()])
        hint = f"did you mean ../{near}?" if near else ""
        raise PackError((Problem(source, "includes", include, "is no folder", hint),))
    return name


def _refusal(location: str, message: str, suggestion: str = "") -> PackError:
    return PackError((Problem(Source(location, 1), "", "", message, suggestion),))
