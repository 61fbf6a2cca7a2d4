"""Composes the nodes of a YAML file: by libyaml where both of our readers must agree, else plainly.

`ruamel.yaml` reads YAML 1.2 and says well what is wrong, and takes a second for the packs here.
libyaml takes a thirtieth of that. It reads the file first; whatever it refuses, and whatever the
two could read in two ways, is left to `ruamel.yaml`. What a plain word means, a number or a text,
is always said by `ruamel.yaml`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode
from ruamel.yaml.resolver import VersionedResolver
from yaml import nodes as plain
from yaml.cyaml import CParser
from yaml.error import YAMLError

_UNUSUAL = re.compile(
    r"""[^\n -~\xa0-\u2027\u2030-\ud7ff]  # a tab, a strange break of lines, a mark of byte order
    | ^%                                # a directive may name another version of YAML
    | (?: ^ | [-:?,\[{] )[ ]* (?: [&*]\S | ! )  # an anchor, an alias or a tag: refused in packs
    | (?: ^ | [-:?,\[{] )[ ]* [?](?:\s|$)  # a key with a mark of its own
    | [|>]\S{0,3}\#                      # a block text whose comment stands too close
    | (?: [-:][ ] ){20}                 # so deep in one line
    """,
    re.MULTILINE | re.VERBOSE,
)
_BRACKETS = re.compile(r"[\[\]{}]")
_KEPT = 4096
"""Of how many words it is kept what they are; a pack says the same ones again and again."""
_DEEPEST = 100
"""Brackets within brackets; libyaml's stack bears some ten thousand, and breaks without a word."""
_KINDS = {
    plain.ScalarNode: ScalarNode,
    plain.SequenceNode: SequenceNode,
    plain.MappingNode: MappingNode,
}


def compose(text: str) -> Any:
    """Return the root node, None for an empty file; raise ruamel.yaml's YAMLError.

    Of a node only `id`, `tag`, `value` and `start_mark` may be relied on, and `anchor` if there.
    """
    if not (_UNUSUAL.search(text) or _is_deep(text)):
        try:
            return _Quick(text).get_single_node()
        except (YAMLError, ValueError):
            pass  # ruamel.yaml says why
    return compose_plainly(text)


def _is_deep(text: str) -> bool:
    """Tell whether brackets may stand too deep in each other; those within quotes count too."""
    depth = deepest = 0
    for bracket in _BRACKETS.findall(text):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest > _DEEPEST


def compose_plainly(text: str) -> Any:
    """Return the root node, as `ruamel.yaml` alone reads it."""
    return YAML(typ="safe", pure=True).compose(text)


class _Rules(VersionedResolver):
    """What a plain word is in YAML 1.2; to look each time which version it is takes longer."""

    processing_version = (1, 2)


_RULES: Any = _Rules()


@lru_cache(maxsize=_KEPT)
def _tag(kind: type, value: str, implicit: tuple[bool, bool]) -> Any:
    return _RULES.resolve(kind, value, implicit)


class _Quick(CParser):  # type: ignore[misc]  # without types
    """libyaml's parser, with the rules of YAML 1.2 for what a plain word is."""

    def resolve(self, kind: type, value: str, implicit: tuple[bool, bool]) -> Any:
        """Return the tag of a node that has none."""
        return _tag(_KINDS[kind], value, implicit)

    def descend_resolver(self, *_path: object) -> None:
        """Go down to a node; no rule here depends on where it stands."""

    def ascend_resolver(self) -> None:
        """Go up again."""
