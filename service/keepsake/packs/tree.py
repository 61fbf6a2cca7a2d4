"""One YAML file as plain values, with the line of every key and item."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml.error import MarkedYAMLError, YAMLError

from keepsake.core.errors import Problem
from keepsake.core.facts import Source
from keepsake.packs.composing import compose

Path = tuple[str | int, ...]
MAX_DEPTH = 20
LARGEST = 1e18
"""No amount comes near; beyond it a number is a slip, or infinity by another name."""
_PLAIN_TAG = "tag:yaml.org,2002:"
_KNOWN_TAGS = {"str", "int", "float", "bool", "null", "timestamp", "map", "seq"}


@dataclass(slots=True)
class Tree:
    """What a file says: its value, the line of each path in it, and its mistakes of form."""

    file: str
    value: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    is_readable: bool = True

    def refuse(self, line: int, path: Path, message: str, *, suggestion: str = "") -> None:
        """Note a mistake of form."""
        where = Source(self.file, line)
        self.problems.append(Problem(where, key_of(path), "", message, suggestion))


def key_of(path: Path) -> str:
    """Write a path as people do: `offers.expedite.when[0]`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def parse_tree(file: str, data: bytes) -> Tree:
    """Read one file of YAML 1.2.

    Anchors, tags and duplicate keys are refused: a reader of a pack must be able to take each
    line as it stands, and an anchor can multiply itself into more than memory holds.
    """
    tree = Tree(file)
    try:
        node = compose(data.decode("utf-8"))
        if node is not None:
            tree.value = _value(tree, node, ())
    except UnicodeDecodeError as error:
        tree.refuse(
            1, (), "is not UTF-8", suggestion=f"byte {error.start} cannot be read; save it as UTF-8"
        )
    except RecursionError:
        tree.refuse(1, (), "is nested too deeply")
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = str(error.problem or error.context)
        tree.refuse(
            mark.line + 1 if mark else 1, (), f"is not YAML: {said}", suggestion=_hint(said)
        )
    except YAMLError as error:
        tree.refuse(1, (), f"is not YAML: {str(error).splitlines()[0]}")
    else:
        return tree
    tree.is_readable = False
    return tree


def _hint(said: str) -> str:
    """Return what helps with the mistakes people make most."""
    if "but got '['" in said:
        return "inside [...] quote what has brackets itself, or write one item a line after `- `"
    if "mapping values" in said or "expected <block end>" in said:
        return "look at the indentation, and quote a text that contains `: `"
    return ""


def _value(tree: Tree, node: Any, path: Path) -> Any:
    tree.lines.setdefault(path, node.start_mark.line + 1)
    if getattr(node, "anchor", None):
        tree.refuse(node.start_mark.line + 1, path, "anchors and aliases are not allowed",
                    suggestion="write it out, or declare it under `lists`")  # fmt: skip
        return None
    if len(path) > MAX_DEPTH:
        tree.refuse(node.start_mark.line + 1, path[:3], "is nested too deeply")
        return None
    tag = str(node.tag or "").removeprefix(_PLAIN_TAG)
    if tag not in _KNOWN_TAGS:
        tree.refuse(node.start_mark.line + 1, path, f"the tag {node.tag} is not allowed")
        return None
    if node.id == "mapping":
        return _mapping(tree, node, path)
    if node.id == "sequence":
        return [_value(tree, item, (*path, index)) for index, item in enumerate(node.value)]
    return _checked(tree, node, path, value=_scalar(str(node.value), tag))


def _checked(tree: Tree, node: Any, path: Path, *, value: Any) -> Any:
    if not isinstance(value, (int, float)) or abs(value) <= LARGEST:
        return value
    message = f"{node.value[:20]} is no number to count with"
    tree.refuse(node.start_mark.line + 1, path, message, suggestion="quote it if it is a word")
    return None


def _mapping(tree: Tree, node: Any, path: Path) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if key_node.id != "scalar":
            tree.refuse(line, path, "a key must be a plain word")
            continue
        key = str(key_node.value)
        if key in found:
            first = tree.lines[(*path, key)]
            tree.refuse(
                line, (*path, key), "is written twice", suggestion=f"the first is in line {first}"
            )
            continue
        tree.lines[(*path, key)] = line
        found[key] = _value(tree, value_node, (*path, key))
    return found


def _scalar(text: str, tag: str) -> Any:
    """Convert a plain value; days stay text."""
    if tag == "null":
        return None
    if tag == "bool":
        return text.lower() == "true"
    try:
        if tag == "int":
            return int(text.replace("_", ""), 0)
        if tag == "float":
            word = text.lower()
            return float(word.replace(".inf", "inf").replace(".nan", "nan").replace("_", ""))
    except ValueError:
        return text
    return text
