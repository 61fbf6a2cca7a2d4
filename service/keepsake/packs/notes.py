"""Templates of the note that a CRM keeps of a case: `notes/case.<language>.j2` of a pack.

They run in a sandbox, and are linted when the pack loads: they may name what `core.notes` declares
and nothing else, so that no note has a gap that nobody sees.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from keepsake.core.errors import Problem
from keepsake.core.facts import Source, nearest
from keepsake.core.notes import EMPTY, EXAMPLE, NAMES, PARTS, CaseNote
from keepsake.packs.draft import Draft
from keepsake.packs.files import PackFile, PackFiles

_FILE = re.compile(r"notes/case\.([a-z]{2})\.j2")
_MOST_CHARACTERS = 20_000
_LOOP = ("index", "first", "last", "length")
_SANDBOX = ImmutableSandboxedEnvironment(
    trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=False
)
_STRICT = _SANDBOX.overlay(undefined=StrictUndefined)


def read_notes(files: PackFiles, draft: Draft) -> Mapping[str, str]:
    """Return the templates by language; mistakes are noted in the document."""
    found = {}
    for file in files.files:
        match = _FILE.fullmatch(file.name)
        if match and file.folder == files.folder:
            text = file.data.decode("utf-8", "replace")
            found[match[1]] = text
            for problem in _mistakes(text, file, files):
                draft.document.problems.append(problem)
    for language in draft.shape.languages:
        if found and language not in found:
            message = f"there is no notes/case.{language}.j2"
            draft.document.refuse(("languages",), message, "write one, or take the others away")
    return found


def rendered(template: str, note: CaseNote) -> str:
    """Return a note as text."""
    return _compiled(template).render(note.values()).strip()[:_MOST_CHARACTERS]


@lru_cache(maxsize=64)
def _compiled(template: str) -> Template:
    return _SANDBOX.from_string(template)


def _mistakes(text: str, file: PackFile, files: PackFiles) -> Iterator[Problem]:
    """Yield what is wrong with a template; where its names are right, it is tried."""
    where = files.location(file)
    try:
        tree = _STRICT.parse(text)
    except TemplateSyntaxError as error:
        yield Problem(Source(where, error.lineno), "notes", "", f"{error.message}", "")
        return
    unknown = list(_unknown(tree))
    for name, line, known in unknown:
        near = nearest(name, known)
        hint = f"did you mean {near}?" if near else f"known: {', '.join(known)}"
        yield Problem(Source(where, line), "notes", name, "no note has that", hint)
    if not unknown:
        yield from _tried(text, where)


def _unknown(tree: nodes.Template) -> Iterator[tuple[str, int, tuple[str, ...]]]:
    missing = meta.find_undeclared_variables(tree) - set(NAMES)
    for name in tree.find_all(nodes.Name):
        if name.name in missing:
            yield name.name, name.lineno, NAMES
    for part in tree.find_all(nodes.Getattr):
        of_loop = isinstance(part.node, nodes.Name) and part.node.name == "loop"
        known = _LOOP if of_loop else PARTS
        if part.attr not in known:
            yield part.attr, part.lineno, known


def _tried(text: str, where: str) -> Iterator[Problem]:
    """Yield what goes wrong with a case in which everything happened, or nothing yet."""
    try:
        template = _STRICT.from_string(text)
        for example in (EXAMPLE, EMPTY):
            template.render(example.values())
    except (TemplateError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        yield Problem(Source(where, 0), "notes", "", f"cannot be rendered: {error}", "")
