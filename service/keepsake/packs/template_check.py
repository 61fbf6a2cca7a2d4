"""Judges the template of a document: what it may not say is told with its line and a way out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from jinja2 import TemplateSyntaxError, nodes

from keepsake.core.errors import Problem
from keepsake.core.facts import Source, nearest
from keepsake.packs.templates import FILTERS, KNOWN, NO, YES, names_of, parsed, path_of

_TESTS = (KNOWN, YES, NO)
_ROW = "each"
_LOOP = ("loop.index", "loop.first", "loop.last")
_MOST_KNOWN = 12
_FIGURE = re.compile(
    r"\d[\d.,]* ?(?:%|percent|Prozent|EUR|USD|GBP|CHF|€|\$|£|days?|hours?|Tagen?|Stunden?)"
    r"|(?:EUR|USD|GBP|CHF|€|\$|£) ?\d|\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{4}-\d{2}-\d{2}"
    r"|\d{1,2}\.? (?:Jan|Feb|M[aä]r|Apr|Ma[iy]|Jun|Jul|Aug|Sep|O[ck]t|Nov|De[cz])"
)
_PLAIN: tuple[type[nodes.Node], ...] = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For, nodes.Name),
    *(nodes.Getattr, nodes.Filter, nodes.Compare, nodes.Operand, nodes.And, nodes.Or),
    *(nodes.Not, nodes.Test, nodes.Const, nodes.List, nodes.Tuple, nodes.Neg),
)
"""The parts of the language that can state nothing by themselves."""


@dataclass(frozen=True, slots=True)
class Names:
    """What a template may name: single values, flags among them, and lists with their columns.

    `private` are the values that may not be printed for these readers.
    """

    values: frozenset[str]
    flags: frozenset[str] = frozenset()
    rows: dict[str, Sequence[str]] = field(default_factory=dict)
    private: frozenset[str] = frozenset()


def mistakes(text: str, where: str, names: Names) -> Iterator[Problem]:
    """Yield what is wrong with a template."""
    try:
        tree = parsed(text)
    except TemplateSyntaxError as error:
        yield Problem(Source(where, error.lineno), "documents", "", f"{error.message}", "")
        return
    yield from _Check(where, names).walk(tree, {})


class _Check:
    """Walks one template; `within` are the columns of the rows that a loop goes through."""

    def __init__(self, where: str, names: Names) -> None:
        self._where = where
        self._names = names

    def walk(self, node: nodes.Node, within: dict[str, Sequence[str]]) -> Iterator[Problem]:
        """Yield what is wrong with a part, and with those inside it."""
        if not isinstance(node, _PLAIN):
            what = type(node).__name__.lower()
            yield self._wrong(
                node, what, "no template may do that", hint="print facts, or ask with if"
            )
        elif isinstance(node, nodes.For):
            yield from self._loop(node, within)
        elif isinstance(node, nodes.If):
            yield from self._asked(node.test, within)
            for part in (*node.body, *node.elif_, *node.else_):
                yield from self.walk(part, within)
        elif isinstance(node, nodes.Output):
            for part in node.nodes:
                yield from self._told(part, within)
        else:
            for part in node.iter_child_nodes():
                yield from self.walk(part, within)

    def _told(self, node: nodes.Node, within: dict[str, Sequence[str]]) -> Iterator[Problem]:
        """Yield what is wrong with what is printed: plain text, or one name with plain filters."""
        if isinstance(node, nodes.TemplateData):
            yield from self._stated(node)
            return
        while isinstance(node, nodes.Filter) and not node.args and not node.kwargs:
            if node.name not in FILTERS:
                hint = f"known: {', '.join(FILTERS)}"
                yield self._wrong(node, node.name, "no such filter", hint=hint)
            if node.node is None:
                return
            node = node.node
        name = path_of(node)
        if name is None:
            message = "prints what is no fact; a missing one would be made up"
            yield self._wrong(node, "", message, hint="print one name, and ask for others with if")
        elif name in self._names.private:
            message = "tells in public what somebody bought or who they are"
            yield self._wrong(node, name, message, hint="leave it out, or ask with if")
        else:
            yield from self._known(node, name, within)

    def _stated(self, node: nodes.TemplateData) -> Iterator[Problem]:
        for found in _FIGURE.finditer(node.data):
            line = node.lineno + node.data[: found.start()].count("\n")
            message = "states a figure that no fact tells"
            yield Problem(
                Source(self._where, line), "documents", found[0], message, "print a fact or a fill"
            )

    def _asked(self, node: nodes.Node, within: dict[str, Sequence[str]]) -> Iterator[Problem]:
        """Yield what is wrong with a question; none may be true because something is missing."""
        if isinstance(node, nodes.Not) and not _is_known(node.node):
            message = "would be true where the fact is missing"
            yield self._wrong(node, "not", message, hint="write `is no`, `!=` or `is not known`")
        name = path_of(node)
        if name is not None:
            yield from self._known(node, name, within)
            if name in self._names.values and name not in self._names.flags:
                yield self._wrong(
                    node, name, "is no yes or no", hint="write `is known`, or compare it"
                )
        elif isinstance(node, nodes.Compare | nodes.Test):
            yield from self._compared(node, within)
        elif not isinstance(node, nodes.And | nodes.Or | nodes.Not):
            yield self._wrong(node, type(node).__name__.lower(), "no question may do that", hint="")
        else:
            for part in node.iter_child_nodes():
                yield from self._asked(part, within)

    def _compared(
        self, node: nodes.Compare | nodes.Test, within: dict[str, Sequence[str]]
    ) -> Iterator[Problem]:
        """Yield what is wrong with a comparison: of names, with words and numbers as they stand."""
        if isinstance(node, nodes.Test) and node.name not in _TESTS:
            hint = f"known: {', '.join(_TESTS)}"
            yield self._wrong(node, node.name, "no such question", hint=hint)
        if isinstance(node, nodes.Compare) and any(one.op == "notin" for one in node.ops):
            message = "would be true where the fact is missing"
            yield self._wrong(
                node, "not in", message, hint="ask `is known` first, or list the others"
            )
        for name in names_of(node):
            yield from self._known(name, path_of(name) or "", within)
        for part in node.find_all(nodes.Node):
            if not isinstance(part, _PLAIN) or isinstance(part, nodes.Filter):
                what = type(part).__name__.lower()
                yield self._wrong(part, what, "no question may do that", hint="")

    def _loop(self, node: nodes.For, within: dict[str, Sequence[str]]) -> Iterator[Problem]:
        name = path_of(node.iter) or ""
        columns = self._names.rows.get(name)
        target = path_of(node.target)
        if columns is None:
            yield self._unknown(node, name, tuple(self._names.rows), what="list")
        elif target != _ROW or node.test is not None or node.else_ or node.recursive:
            yield self._wrong(
                node, "for", "goes through a list in another way", hint="for each in ..."
            )
        else:
            for part in node.body:
                yield from self.walk(part, {**within, _ROW: columns})

    def _known(
        self, node: nodes.Node, name: str, within: dict[str, Sequence[str]]
    ) -> Iterator[Problem]:
        first, _, rest = name.partition(".")
        if within and name in _LOOP:
            return
        if first in within:
            if rest not in within[first]:
                yield self._unknown(
                    node, name, [f"{first}.{one}" for one in within[first]], what="name"
                )
        elif name not in self._names.values:
            yield self._unknown(node, name, sorted(self._names.values), what="fact or fill")

    def _unknown(self, node: nodes.Node, name: str, known: Sequence[str], *, what: str) -> Problem:
        near = nearest(name, known)
        listed = ", ".join(known) if len(known) <= _MOST_KNOWN else ""
        hint = f"did you mean {near}?" if near else f"known: {listed}" if listed else ""
        return self._wrong(node, name, f"no such {what}", hint=hint)

    def _wrong(self, node: nodes.Node, value: str, message: str, *, hint: str = "") -> Problem:
        return Problem(Source(self._where, node.lineno), "documents", value, message, hint)


def _is_known(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Test) and node.name == KNOWN
