"""Templates of the note that a CRM keeps of a case: `notes/case.<language>.j2` of a pack.

They run in a sandbox, and are linted when the pack loads: they may name what `core.notes` declares
and nothing else, so that no note has a gap that nobody sees.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from keepsake.core.errors import Problem
from keepsake.core.facts import Source, nearest
from keepsake.core.notes import EMPTY, EXAMPLE, NAMES, PARTS, CaseNote
from keepsake.packs.draft import Draft
from keepsake.packs.files import PackFiles

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
            where = files.location(file)
            draft.document.problems += [
                replace(wrong, source=Source(where, wrong.source.line)) for wrong in _mistakes(text)
            ]
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


@lru_cache(maxsize=64)
def _mistakes(text: str) -> tuple[Problem, ...]:
    """Return what is wrong with a template, by its lines; what is known is not tried again."""
    try:
        tree = _STRICT.parse(text)
    except TemplateSyntaxError as error:
        return (_problem(error.lineno, f"{error.message}"),)
    return tuple(_wrong_names(tree)) or tuple(_tried(tree))


def _problem(line: int, message: str, *, value: str = "", suggestion: str = "") -> Problem:
    return Problem(Source("", line), "notes", value, message, suggestion)


def _wrong_names(tree: nodes.Template) -> Iterator[Problem]:
    for name, line, known in _unknown(tree):
        near = nearest(name, known)
        hint = f"did you mean {near}?" if near else f"known: {', '.join(known)}"
        yield _problem(line, "no note has that", value=name, suggestion=hint)


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


def _tried(tree: nodes.Template) -> Iterator[Problem]:
    """Yield what goes wrong with a case in which everything happened, or nothing yet."""
    try:
        template = _STRICT.from_string(tree)
        for example in (EXAMPLE, EMPTY):
            template.render(example.values())
    except (TemplateError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        yield _problem(0, f"cannot be rendered: {error}")
