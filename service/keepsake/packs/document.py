"""All files of a pack merged into one document that remembers where each part was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from keepsake.core.errors import Problem
from keepsake.core.facts import Source, nearest
from keepsake.packs.files import KINDS_FOLDER, PackFile, PackFiles
from keepsake.packs.tree import Path, Tree, key_of, parse_tree

MOST_LISTED = 12
CASE_SECTIONS = ("typical", "cases")
LIBRARY_SECTIONS = ("facts", "lists", "laws", "playbooks", "feasibility", "wording")
OWN_SECTIONS = (
    *("kinds", "subjects", "models", "valuation", "reasons", "offers", "rules", "ways_out"),
    *(
        "tables",
        "dates",
        "flags",
        "checklists",
        "clocks",
        "clusters",
        "documents",
        "processors",
        "wishes",
        "conversation",
        *CASE_SECTIONS,
    ),
)
"""What stands at the top of a pack for its own kinds only; all else holds for every kind."""
KIND_SECTIONS = (
    *("kind", "facts", "lists", "feasibility", "playbooks", "reasons", "offers", "rules"),
    *(
        "ways_out",
        "tables",
        "dates",
        "flags",
        "checklists",
        "clocks",
        "clusters",
        "documents",
        "processors",
        *CASE_SECTIONS,
    ),
)
"""What may stand in the folder of a kind."""
UNIQUE_SECTIONS = ("facts", "reasons", "offers", "rules")
"""What is named once in the whole pack: a switch, a case or a report names it without its kind."""


@dataclass(slots=True)
class Document:
    """The merged sections, the place of every path, and what is wrong so far."""

    data: dict[str, Any] = field(default_factory=dict)
    places: dict[Path, Source] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    borrowed: set[Path] = field(default_factory=set)
    is_readable: bool = True
    refused: tuple[str, ...] = ()

    def where(self, path: Path) -> Source:
        """Return the place of a path, or of the nearest part around it."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.places:
                return self.places[path[:length]]
        return Source()

    def refuse(self, path: Path, message: str, suggestion: str = "", *, value: object = "") -> None:
        """Note a mistake at a path."""
        place = self.where(path)
        self.problems.append(Problem(place, key_of(path), _shown(value), message, suggestion))

    def warn(self, path: Path, message: str, suggestion: str = "", *, value: object = "") -> None:
        """Note what is allowed but hardly meant."""
        self.refuse(path, message, suggestion, value=value)
        self.problems.append(replace(self.problems.pop(), is_warning=True))

    def refuse_name(self, path: Path, name: str, known: Any, *, what: str) -> None:
        """Note that a name is not among the known ones, and suggest the nearest."""
        near = nearest(name, known)
        listed = ", ".join(sorted(known)) if 0 < len(known) <= MOST_LISTED else ""
        hint = f"did you mean {near}?" if near else f"known: {listed}" if listed else ""
        self.refuse(path, f"no such {what}", hint, value=name)

    def entries(self, *path: str) -> list[dict[str, Any]]:
        """Return the entries at a path that hold keys, well formed or not."""
        found: Any = self.data
        for part in path:
            found = found.get(part) if isinstance(found, dict) else None
        listed = found.values() if isinstance(found, dict) else found or ()
        return [entry for entry in listed if isinstance(entry, dict)]

    def names(self, section: str) -> tuple[str, ...]:
        """Return the names a section declares, well formed or not."""
        entries = self.data.get(section)
        return tuple(entries) if isinstance(entries, (dict, list)) else ()


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


class Part(NamedTuple):
    """How the files of one place are merged: what they may hold, and whether it is spread."""

    what: str
    sections: tuple[str, ...] = ()
    is_spread: bool = True
    is_borrowed: bool = False


_OWN = Part("the top of a pack", is_spread=False)
_SHARED = Part("the top of a pack", is_borrowed=True)
_LIBRARY = Part("a library", LIBRARY_SECTIONS, is_borrowed=True)
_CASES = Part("a file of cases", CASE_SECTIONS)
_OF_KIND = Part("the folder of a kind", KIND_SECTIONS)


class Merging:
    """The files of a pack, each read once, to be merged for its own kinds and for every other."""

    def __init__(self, files: PackFiles) -> None:
        self._files = files
        self._trees = [
            (file, parse_tree(files.location(file), file.data))
            for file in files.files
            if file.holds_sections
        ]

    def own(self) -> Document:
        """Return what holds for the pack's own kinds: all but the folders of other kinds."""
        document = self._begun("")
        for file, tree in self._trees:
            if not file.kind and not (self._is_library(file) and file.is_cases):
                is_library = self._is_library(file)
                part = _LIBRARY if is_library else _CASES if file.is_cases else _OWN
                _merge_file(document, tree, part)
        return _ended(document)

    def of(self, kind: str) -> Document:
        """Return what holds for a kind: its own folder, and what the top of the pack shares."""
        document = self._begun(f"/{KINDS_FOLDER}/{kind}")
        for file, tree in self._trees:
            if file.kind == kind and not self._is_library(file):
                _merge_file(document, tree, _CASES if file.is_cases else _OF_KIND)
            elif not file.kind and not file.is_cases:
                part = _LIBRARY if self._is_library(file) else _SHARED
                _merge_file(document, _without(tree, OWN_SECTIONS), part)
        return _ended(document)

    def _is_library(self, file: PackFile) -> bool:
        return file.folder != self._files.folder

    def _begun(self, inside: str) -> Document:
        document = Document()
        document.places[()] = Source(f"{self._files.root}/{self._files.folder}{inside}", 1)
        return document


def merge_files(files: PackFiles) -> Document:
    """Merge the YAML files of a pack's own kinds: each section in one file, but for cases."""
    return Merging(files).own()


def unique_among(own: Document, others: Mapping[str, Document]) -> list[Problem]:
    """Return a problem for each name that two kinds, or a kind and the top, both declare."""
    problems, places = list[Problem](), dict[Path, Source]()
    for document in (own, *others.values()):
        for section in UNIQUE_SECTIONS:
            for name in document.names(section):
                path: Path = (section, name)
                place = document.where(path)
                first = places.setdefault(path, place)
                if place != first:
                    hint = f"the first is {first}; names count for the whole pack"
                    key = key_of(path)
                    problems.append(Problem(place, key, "", "is declared twice", hint))
    return problems


def _ended(document: Document) -> Document:
    document.refused = tuple(problem.key for problem in document.problems)
    first = next((p for p in (("kind",), ("pack",)) if p in document.places), ())
    document.places[()] = Source(document.places[first].file, 1)
    return document


def _without(tree: Tree, sections: tuple[str, ...]) -> Tree:
    """Return a file without some sections."""
    if not isinstance(tree.value, dict):
        return tree
    value = {name: part for name, part in tree.value.items() if name not in sections}
    return replace(tree, value=value)


def _merge_file(document: Document, tree: Tree, part: Part) -> None:
    document.problems += tree.problems
    document.is_readable = document.is_readable and tree.is_readable
    if tree.value is not None and not isinstance(tree.value, dict):
        document.problems.append(
            Problem(Source(tree.file, 1), "", "", "must hold sections, each with a name")
        )
        return
    for section, content in (tree.value or {}).items():
        message = _refusal(section, part)
        if message:
            where = Source(tree.file, tree.lines[(section,)])
            document.problems.append(Problem(where, section, "", message))
            continue
        _merge_section(document, tree, section, spread=part.is_spread)
        if part.is_borrowed and isinstance(content, dict):
            document.borrowed |= {(section, name) for name in content}


def _refusal(section: str, part: Part) -> str:
    """Return why a file may not hold a section; empty when it may."""
    if part is _OWN and section == "kind":
        return f"stands only in a folder of {KINDS_FOLDER}/"
    if part.sections and section not in part.sections:
        return f"{part.what} holds only {', '.join(part.sections)}"
    return ""


def _merge_section(document: Document, tree: Tree, section: str, *, spread: bool) -> None:
    known, content = document.data.get(section), tree.value[section]
    if known is None:
        document.data[section] = content
    elif isinstance(known, dict) and isinstance(content, dict) and spread:
        _merge_entries(document, tree, section)
    elif isinstance(known, list) and isinstance(content, list) and spread:
        document.data[section] = known + [item for item in content if item not in known]
        return
    else:
        first = document.places[(section,)]
        line = tree.lines[(section,)]
        problem = Problem(Source(tree.file, line), section, "", "stands in two files",
                          f"the first is {first}; keep a section in one file")  # fmt: skip
        document.problems.append(problem)
        return
    _place(document, tree, section)


def _merge_entries(document: Document, tree: Tree, section: str) -> None:
    known = document.data[section] = dict(document.data[section])
    for name, entry in tree.value[section].items():
        if name in known:
            first = document.places[(section, name)]
            line = tree.lines[(section, name)]
            problem = Problem(Source(tree.file, line), f"{section}.{name}", "",
                              "is declared twice", f"the first is {first}")  # fmt: skip
            document.problems.append(problem)
        else:
            known[name] = entry


def _place(document: Document, tree: Tree, section: str) -> None:
    for path, line in tree.lines.items():
        if path[:1] == (section,):
            document.places.setdefault(path, Source(tree.file, line))
