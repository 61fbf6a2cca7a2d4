"""All files of a pack merged into one document that remembers where each part was written."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from keepsake.core.errors import Problem
from keepsake.core.facts import Source, nearest
from keepsake.packs.files import PackFile, PackFiles
from keepsake.packs.tree import Path, Tree, key_of, parse_tree

MOST_LISTED = 12
CASE_SECTIONS = ("typical", "cases")
LIBRARY_SECTIONS = ("facts", "lists", "laws", "playbooks", "feasibility")


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


def merge_files(files: PackFiles) -> Document:
    """Merge the YAML files: each section stands in one file, only cases may be spread."""
    document = Document()
    document.places[()] = Source(f"{files.root}/{files.folder}", 1)
    for file in files.files:
        if file.holds_sections:
            _merge_file(document, files, file)
    document.refused = tuple(problem.key for problem in document.problems)
    if ("pack",) in document.places:
        document.places[()] = Source(document.places[("pack",)].file, 1)
    return document


def _merge_file(document: Document, files: PackFiles, file: PackFile) -> None:
    tree = parse_tree(files.location(file), file.data)
    if tree.value is not None and not isinstance(tree.value, dict):
        tree.refuse(1, (), "must hold sections, each with a name")
    elif tree.value:
        _merge_tree(document, tree, file, is_library=file.folder != files.folder)
    document.problems += tree.problems
    document.is_readable = document.is_readable and tree.is_readable


def _merge_tree(document: Document, tree: Tree, file: PackFile, *, is_library: bool) -> None:
    if is_library and file.is_cases:
        return
    for section, content in tree.value.items():
        if _may_hold(tree, section, file, is_library=is_library):
            _merge_section(document, tree, section, spread=is_library or file.is_cases)
            if is_library and isinstance(content, dict):
                document.borrowed |= {(section, name) for name in content}


def _may_hold(tree: Tree, section: str, file: PackFile, *, is_library: bool) -> bool:
    if is_library and section not in LIBRARY_SECTIONS:
        message = f"a library holds only {', '.join(LIBRARY_SECTIONS)}"
    elif file.is_cases and section not in CASE_SECTIONS:
        message = f"a file of cases holds only {', '.join(CASE_SECTIONS)}"
    else:
        return True
    tree.refuse(tree.lines[(section,)], (section,), message)
    return False


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
