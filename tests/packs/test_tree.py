from __future__ import annotations

import pytest
from keepsake.packs.tree import key_of, parse_tree


def test_the_country_code_of_norway_stays_a_word():
    """Would catch a YAML 1.1 reader, for which NO, yes and on are flags."""
    tree = parse_tree("a.yaml", b"countries: [NO, yes, on, true]")

    assert {"countries": ["NO", "yes", "on", True]} == tree.value


def test_a_day_stays_as_it_was_written():
    """Would catch a reader that turns days into objects before a fact's type is known."""
    tree = parse_tree("a.yaml", b"from: 2026-05-12")

    assert {"from": "2026-05-12"} == tree.value


def test_every_key_and_item_knows_its_line():
    """Would catch messages that name the line of the section and not of the mistake."""
    tree = parse_tree("a.yaml", b"a:\n  b:\n    - x\n    - y\n")

    expected = {(): 1, ("a",): 1, ("a", "b"): 2, ("a", "b", 0): 3, ("a", "b", 1): 4}
    assert expected == tree.lines


@pytest.mark.parametrize("bomb", [b"[" * 10_000, b"{a: " * 5_000])
def test_a_file_nested_without_end_is_refused(bomb):
    """Would catch a file that brings the process down instead of being refused."""
    tree = parse_tree("a.yaml", bomb)

    assert ["is nested too deeply"] == [problem.message for problem in tree.problems]


def test_a_bomb_of_aliases_is_refused_before_it_unfolds():
    """Would catch nine lines that unfold into a billion words."""
    lines = ["a: &a [x, x]"]
    lines += [
        f"{new}: &{new} [*{old}, *{old}]" for old, new in zip("abcdefg", "bcdefgh", strict=True)
    ]

    tree = parse_tree("a.yaml", "\n".join(lines).encode())

    assert {"anchors and aliases are not allowed"} == {p.message for p in tree.problems}


def test_a_file_that_is_no_utf_8_is_refused():
    """Would catch a crash on a file saved by an old editor."""
    tree = parse_tree("a.yaml", "über: 1".encode("latin-1"))

    assert ["is not UTF-8"] == [problem.message for problem in tree.problems]


@pytest.mark.parametrize(
    "number", [b".inf", b"-.inf", b".nan", b"1e999", b"-1e999", b"1" + b"0" * 400]
)
def test_what_is_no_finite_number_is_refused_in_its_line(number):
    """Would catch infinity reaching the rule engine, which refuses whole facts for it."""
    tree = parse_tree("a.yaml", b"b: 1\na: " + number)

    message = f"{number.decode()[:20]} is no number to count with"
    assert [("a.yaml:2", message)] == [(str(p.source), p.message) for p in tree.problems]


def test_a_path_is_written_as_people_write_it():
    """Would catch keys that a person cannot find in the file."""
    key = key_of(("offers", "expedite", "when", 0))

    assert key == "offers.expedite.when[0]"
