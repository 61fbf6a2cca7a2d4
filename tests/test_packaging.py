"""What is built and installed holds all that the code reads, and asks for all that it imports."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from fnmatch import fnmatch
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCES = (ROOT / "service", ROOT / "training")
OURS = {"keepsake", "keepsake_training", "buf"}  # buf: generated beside keepsake/v1
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def sources(pattern):
    """Yield files of the code, without what Python and the build leave behind."""
    for folder in SOURCES:
        for file in folder.rglob(pattern):
            built = any(part.endswith(".egg-info") for part in file.parts)
            if file.is_file() and not built and "__pycache__" not in file.parts:
                yield file


def imported(file):
    """Return the outside packages that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found - OURS - set(sys.stdlib_module_names)


def declared():
    """Return the distributions that the project asks for, extras included."""
    extras = PROJECT["project"]["optional-dependencies"].values()
    listed = [*PROJECT["project"]["dependencies"], *(name for extra in extras for name in extra)]
    return {_plain(re.split(r"[\[<>=!~; ]", name)[0]) for name in listed}


def _plain(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_file_beside_the_code_is_built_into_the_package():
    """An installed package would train without its texts, or write cards without a template."""
    patterns = [*PROJECT["tool"]["setuptools"]["package-data"]["*"], "*.py"]

    left_out = [file for file in sources("*") if not any(fnmatch(file.name, p) for p in patterns)]

    assert [] == left_out


def test_every_library_that_is_imported_is_asked_for():
    """What comes along with another library goes away with it."""
    owners = packages_distributions()
    asked_for = declared()

    for file in sources("*.py"):
        for name in imported(file):
            if name in ("google", "durable"):  # many share a name; one is absent on new Pythons
                continue
            assert {_plain(owner) for owner in owners.get(name, [name])} & asked_for, (file, name)
