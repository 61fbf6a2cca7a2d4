"""Named tuples made many at a time."""

from keepsake.core.candidates import Candidate
from keepsake.core.rows import column, rows

from tests.fakes.small_pack import small_pack


def test_rows_are_what_their_constructor_makes():
    """Catches rows whose fields stand in another order, or that are no named tuples."""
    offer = small_pack().offers["discount"]

    made = rows(Candidate, [offer, offer], [5.0, 10.0], [0.0, 0.0], [50.0, None], [5.0, 10.0])

    assert [Candidate(offer, 5.0, 0.0, 50.0, 5.0), Candidate(offer, 10.0, 0.0, None, 10.0)] == made
    assert [Candidate, Candidate] == [type(one) for one in made]
    assert [5.0, 10.0] == column(Candidate, "depth")(made)
