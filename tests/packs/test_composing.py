"""libyaml is quick, ruamel.yaml is right: a file must read the same by both."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from keepsake.packs.composing import compose, compose_plainly
from ruamel.yaml.error import YAMLError

ROOT = Path(__file__).parent.parent.parent
FILES = sorted(ROOT.glob("rules/**/*.yaml"))
PARTS = st.sampled_from(
    [
        *("a", "b", "x:y", "yes", "no", "null", "~", "010", "1_000", "1e3", "1:30", "2020-01-01"),
        *(".inf", "0x1F", "'q'", '"d"', "# c", "|", ">-", "=", "<<", "@", "`", "%", "!t", "&n"),
        *("*n", "-", "?", ":", ",", "[", "]", "{", "}", "- ", ": ", "\n", "\n  ", "\n    "),
        *("\t", " ", "---", "...", "\x85", "\u2028", "\r", "\0", "\ufeff", "%YAML 1.1\n---\n"),
    ]
)


def read(composed, text):
    """Return what a reader makes of a text: its nodes with their lines, or what is wrong."""
    try:
        return _shown(composed(text))
    except YAMLError as error:
        return f"{type(error).__name__}: {error}"


def _shown(node):
    if node is None:
        return None
    said = node.value
    if node.id == "mapping":
        said = [(_shown(key), _shown(value)) for key, value in said]
    elif node.id == "sequence":
        said = [_shown(item) for item in said]
    line = node.start_mark.line if said else None  # where nothing stands, nobody looks
    return (node.id, str(node.tag), said, line, getattr(node, "anchor", None))


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_the_shipped_packs_read_the_same(file):
    """A word or a line that the two took for different things would change a pack."""
    text = file.read_text()

    assert read(compose_plainly, text) == read(compose, text)


@settings(deadline=None)  # ruamel.yaml takes its time
@given(st.lists(PARTS, max_size=14).map("".join))
@example("a:\t1")
@example("%YAML 1.1\n---\na: yes")
@example("a: &n 1\nb: *n")
@example("a: 1\n---\nb: 2")
def test_any_text_reads_the_same(text):
    """A text that only one of the two refuses would load by how it was installed."""
    assert read(compose_plainly, text) == read(compose, text)
