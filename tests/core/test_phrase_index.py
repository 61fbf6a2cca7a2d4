"""Many phrases found in a text at once."""

import pytest
from keepsake.core.phrase_index import PhraseIndex

INDEX = PhraseIndex([("not", "only"), ("larg*",), ("not",), ("large", "stone")])


@pytest.mark.parametrize(
    ("text", "standing"),
    [
        ("a larger one", [(1, 1)]),
        ("not only a large stone", [(0, 0), (1, 3), (2, 0), (3, 3)]),
        ("a stone not", [(2, 2)]),
        ("nothing else", []),
        ("", []),
    ],
)
def test_each_phrase_is_found_where_it_stands(text, standing):
    """Catches a phrase that is missed by its first word, or found where only part of it stands."""
    tokens = tuple(text.split())

    found = INDEX.standing(tokens)

    assert standing == found


def test_the_first_phrase_of_the_list_counts_where_several_stand():
    """Catches an order by place or length where that of the pack is meant."""
    assert 2 == INDEX.first_at(("not", "only"), 0)
    assert 1 == INDEX.first_at(("large", "stone"), 0)
    assert 0 == INDEX.first_at(("stone",), 0)
