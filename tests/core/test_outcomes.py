import pytest
from keepsake.core.outcomes import Ending, endings, why_not_kept


@pytest.mark.law(11)
@pytest.mark.parametrize(
    ("ending", "kept", "at_stake", "told"),
    [
        ("saved", 790_000, 790_000, None),
        ("saved", 1_000, 790_000, "7900.00, which was at stake; what is kept in part is modified"),
        ("saved", 1_000, None, None),
        ("modified", 400_000, 790_000, None),
        ("modified", 9_999_900, 790_000, "at most 7900.00, which was at stake"),
        ("won", 400_000, 790_000, None),
        ("replaced", 900_000, 790_000, None),
        ("lost", 0, 790_000, None),
        ("lost", 400_000, 790_000, "nothing: lost keeps nothing"),
        ("withdrawn", 790_000, 790_000, None),
        ("part_won", 300_000, 790_000, None),
        ("expired", 1, None, "nothing: expired keeps nothing"),
        ("no_answer", 1, None, "nothing: no_answer keeps nothing"),
    ],
)
def test_what_is_kept_fits_how_it_ended(ending, kept, at_stake, told):
    """Would catch a slip of the pen that becomes the greatest save of the year."""
    assert told == why_not_kept(Ending(ending), kept, at_stake)


@pytest.mark.parametrize(
    ("declared", "has_folder", "is_dispute", "ending", "may"),
    [
        (("won", "expired"), True, True, "expired", True),
        (("won", "expired"), True, True, "accepted", False),
        ((), True, False, "withdrawn", True),
        ((), False, True, "part_won", True),
        ((), False, False, "won", False),
        ((), False, False, "expired", False),
        ((), False, False, "saved", True),
    ],
)
def test_a_case_ends_as_its_kind_declares(declared, has_folder, is_dispute, ending, may):
    """Would catch a cancellation that somebody calls won, and a dispute that ends like a sale."""
    found = endings(declared, has_folder=has_folder, is_dispute=is_dispute)

    assert may is (Ending(ending) in found)
