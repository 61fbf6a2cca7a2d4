"""The source of Keepsake, parsed: what the architecture test looks at."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
GENERATED = ("keepsake/v1/", "buf/")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One hand-written file: its place, its text and its tree."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """Return the dotted name it is imported by."""
        parts = self.path.with_suffix("").parts[1:]
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def lines(self) -> int:
        """Return how many lines it has."""
        return len(self.text.splitlines())

    def imports(self) -> frozenset[str]:
        """Return every module that is imported anywhere in the file."""
        return frozenset(_imports(self.tree))

    def functions(self) -> Iterator[Function]:
        """Yield every function and method, nested ones too."""
        yield from (node for node in ast.walk(self.tree) if isinstance(node, Function))


@cache
def modules(root: str) -> tuple[Module, ...]:
    """Return the hand-written modules under a source root: `service`, `training`, `tests`."""
    files = sorted((ROOT / root).rglob("*.py"))
    relative = [file.relative_to(ROOT) for file in files]
    return tuple(
        Module(path, text := (ROOT / path).read_text(encoding="utf-8"), ast.parse(text))
        for path in relative
        if not any(part in path.as_posix() for part in GENERATED)
    )


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
