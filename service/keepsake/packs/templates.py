"""Templates of documents: what they may say, judged when a pack loads, and how they are drafted.

A template states nothing by itself that only a fact can know: it prints declared facts, fills and
words, and asks plain questions of facts. There is no way to write a value that stands in for one
that is missing, and where a question cannot be answered neither branch is told: a gap shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from jinja2 import Template, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from keepsake.core.documents import COLUMNS, FILL, Drafted, Sources, gap

KNOWN, YES, NO = "known", "yes", "no"
FILTERS = ("upper", "lower", "capitalize", "title")
_UNCLEAR, _GAPS = "unclear", "gaps"
_MOST_CHARACTERS = 100_000


class Part:
    """A name in a template as far as it is written: what it stands for, or where others begin.

    Each comparison with what is missing is false; so nothing is ever said because a fact is absent.
    """

    __slots__ = ("_name", "_page")

    def __init__(self, name: str, page: _Page) -> None:
        self._name = name
        self._page = page

    def __getitem__(self, part: object) -> Part:
        return Part(f"{self._name}.{part}", self._page)

    def __str__(self) -> str:
        return self._page.told(self._name)

    def __bool__(self) -> bool:
        return self._page.value(self._name) is True

    def __eq__(self, other: object) -> bool:
        value = self._page.value(self._name)
        return value is not None and value == other

    def __ne__(self, other: object) -> bool:
        value = self._page.value(self._name)
        return value is not None and value != other

    def __lt__(self, other: float) -> bool:
        return self._number(other) < 0

    def __gt__(self, other: float) -> bool:
        return self._number(other) > 0

    def __le__(self, other: float) -> bool:
        return self == other or self < other

    def __ge__(self, other: float) -> bool:
        return self == other or self > other

    def __hash__(self) -> int:
        return hash(self._name)

    def _number(self, other: float) -> float:
        """Return how much more it is; not a number, so neither more nor less, where it is none."""
        value = self._page.value(self._name)
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return value - other if is_number else float("nan")


class _Page:
    """One draft while it is written: what it may say, what it said, and what it lacked."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self.used = dict[str, None]()
        self.gaps = dict[str, None]()

    def value(self, name: str) -> Any:
        """Return what is known by a name, None where nothing is."""
        if name.startswith(f"{FILL}."):
            return self._sources.fills.get(name.removeprefix(f"{FILL}.")) or None
        value = self._sources.values.get(name)
        return self._sources.words.get(name) or None if value is None else value

    def told(self, name: str) -> str:
        """Return what stands in the text for a name; what is no fact stands before one so called.

        `today` is the day of the draft, and `reason` what people call it.
        """
        word = self._sources.words.get(name)
        if word:
            return word
        value = self.value(name)
        if value is None:
            self.gaps.setdefault(name)
            return gap(name)
        if name in self._sources.facts:
            self.used.setdefault(name)
            return self._sources.facts[name]
        return str(value)


def drafted(template: str, sources: Sources) -> Drafted:
    """Return the draft of a document."""
    page = _Page(sources)
    names = top_names(template)
    context: dict[str, Any] = {name: Part(name, page) for name in names}
    context |= {"timeline": sources.rows.get("timeline", ())}
    context["checklist"] = {
        name.partition(".")[2]: rows
        for name, rows in sources.rows.items()
        if name.startswith("checklist.")
    }
    text = _compiled(template).render(context)[:_MOST_CHARACTERS]
    lines = (line.rstrip() for line in text.strip().splitlines())
    return Drafted(_spaced(lines), tuple(page.used), tuple(page.gaps))


def parsed(template: str) -> nodes.Template:
    """Return the tree of a template; raise TemplateSyntaxError for what cannot be read."""
    return _SANDBOX.parse(template)


@lru_cache(maxsize=256)
def top_names(template: str) -> tuple[str, ...]:
    """Return with what the names of a template begin."""
    names = (node for node in parsed(template).find_all(nodes.Name) if node.ctx == "load")
    return tuple(dict.fromkeys(node.name for node in names if node.name not in ("loop", *COLUMNS)))


def path_of(node: nodes.Node) -> str | None:
    """Return the name that a node writes, such as `order.value`; None for what is no name."""
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        before = path_of(node.node)
        return None if before is None else f"{before}.{node.attr}"
    return None


def names_of(node: nodes.Node) -> Iterator[nodes.Expr]:
    """Yield each whole name within a node."""
    if path_of(node) is not None:
        yield node  # type: ignore[misc]  # a Name or a Getattr
        return
    for child in node.iter_child_nodes():
        yield from names_of(child)


def asked_of(test: nodes.Node) -> Iterator[nodes.Expr]:
    """Yield the names that a question compares, without those of which it asks if they are known.

    Whoever asks that has thought of the other case.
    """
    known = {path_of(node.node) for node in test.find_all(nodes.Test) if node.name == KNOWN}
    if isinstance(test, nodes.Test) and test.name == KNOWN:
        known.add(path_of(test.node))
    for name in names_of(test):
        if path_of(name) not in known and not _is_row(name):
            yield name


def _is_row(name: nodes.Expr) -> bool:
    return str(path_of(name)).partition(".")[0] in ("loop", "each")


def _with_gaps(tree: nodes.Template) -> nodes.Template:
    """Return a template in which no `else` is told where its question has no answer."""
    for node in tree.find_all(nodes.If):
        _mend(node, [])
    return tree


def _mend(node: nodes.If, before: list[nodes.Expr]) -> None:
    if not node.else_:
        return
    tests = [node.test, *(each.test for each in node.elif_)]
    asked = [*before, *(name for test in tests for name in asked_of(test))]
    if not asked:
        return
    told = nodes.List(asked, lineno=node.lineno)
    unclear = nodes.Test(told, _UNCLEAR, [], [], None, None, lineno=node.lineno)
    gaps = nodes.Filter(told, _GAPS, [], [], None, None, lineno=node.lineno)
    end = nodes.TemplateData("\n", lineno=node.lineno)
    shown: list[nodes.Node] = [nodes.Output([gaps, end], lineno=node.lineno)]
    node.elif_ = [*node.elif_, nodes.If(unclear, shown, [], [], lineno=node.lineno)]


@lru_cache(maxsize=256)
def _compiled(template: str) -> Template:
    return _SANDBOX.from_string(_with_gaps(parsed(template)))


def _known(part: object) -> bool:
    return part._page.value(part._name) is not None if isinstance(part, Part) else bool(part)  # noqa: SLF001 - its own module


def _unclear(parts: Iterable[object]) -> bool:
    return not all(map(_known, parts))


def _told_gaps(parts: Iterable[object]) -> str:
    return " ".join(dict.fromkeys(str(part) for part in parts if not _known(part)))


def _of_what_is_known(told: Callable[[str], str]) -> Callable[[object], str]:
    """Return a filter that leaves a gap as it is."""
    return lambda part: told(str(part)) if _known(part) else str(part)


def _spaced(lines: Iterable[str]) -> str:
    """Return lines with at most one empty one between two others."""
    kept = list[str]()
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip()


def _sandbox() -> ImmutableSandboxedEnvironment:
    sandbox = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=False
    )
    kept = {name: _of_what_is_known(sandbox.filters[name]) for name in FILTERS}
    sandbox.filters = {**kept, _GAPS: _told_gaps}
    tests: Mapping[str, Any] = {
        KNOWN: _known,
        YES: lambda part: part == True,  # noqa: E712 - a Part compares what it stands for
        NO: lambda part: part == False,  # noqa: E712 - the same
        _UNCLEAR: _unclear,
    }
    sandbox.tests = dict(tests)
    sandbox.globals = {}
    return sandbox


_SANDBOX = _sandbox()
