"""Keyed hashes: ids, buckets and draws."""

import re
from itertools import product

import pytest
from keepsake.core.keyed import BUCKETS, Keyed, random_key

from tests.core.chances import chi_square_p

SECRET = b"thirty-two bytes, or some more of them"
KEYED = Keyed(SECRET)
DECISION_ID = re.compile(r"^[a-z][a-z0-9_-]{0,63}\.[0-9]{2}\.[a-z2-7]{26}$")  # as in the proto


def test_every_decision_id_fits_the_pattern_that_the_api_asks_for():
    """Catches an id that GetDecision would refuse."""
    ids = [
        KEYED.asked(pack, f"identity {place}", "r", bucket=7).decision_id
        for pack, place in product(("jeweller", "travel", "a-1_b"), range(200))
    ]

    assert [] == [each for each in ids if not DECISION_ID.fullmatch(each)]
    assert len(ids) == len(set(ids))


def test_a_decision_id_carries_the_bucket_of_its_customer():
    """Catches an id from which the store would look in another bucket."""
    bucket = KEYED.bucket("jeweller", "anna")

    asked = KEYED.asked("jeweller", "anna", "r-1", bucket=bucket)

    assert f"{bucket:02d}" == asked.decision_id.split(".")[1]


@pytest.mark.law(8)
def test_ids_and_draws_are_the_same_in_every_process_and_for_ever():
    """Catches a hash that depends on the process, the platform or a new release: retries differ."""
    other = Keyed(bytes(SECRET))

    asked = other.asked("jeweller", "anna", "r-1", bucket=27)
    assert "jeweller.27.g6mxbkyxtubtzct33f4nrnjjse" == asked.decision_id
    assert (0.8191094358401589, 0.9158211996163131) == (asked.choice, asked.check)
    assert 0.602181589769505 == other.draw("arm", "anna", "o-1")
    assert "c3e5cef69a817b3c56c2442aba8a1276" == other.token("customer", "jeweller", "anna")


def test_another_secret_gives_other_ids_and_draws():
    """Catches a hash that anybody could compute without the secret."""
    other = Keyed(SECRET + b"!")

    assert KEYED.draw("arm", "anna") != other.draw("arm", "anna")
    assert KEYED.token("customer", "anna") != other.token("customer", "anna")


def test_parts_are_framed_so_that_two_lists_never_run_together():
    """Catches parts that are only joined: ("ab", "c") and ("a", "bc") would be one customer."""
    assert KEYED.token("ab", "c") != KEYED.token("a", "bc")
    assert KEYED.token("a:b") != KEYED.token("a", "b")
    assert KEYED.draw("a", "") != KEYED.draw("a")


def test_a_short_secret_is_refused():
    """Catches a secret that could be guessed."""
    with pytest.raises(ValueError, match="32 bytes"):
        Keyed(b"short")


@pytest.mark.law(11)
def test_draws_are_uniform():
    """Catches draws that favour some customers."""
    counts = [0] * 20
    for place in range(40_000):
        counts[int(KEYED.draw("arm", str(place)) * 20)] += 1

    assert chi_square_p(counts, [0.05] * 20) > 1e-4


def test_customers_spread_evenly_over_the_buckets():
    """Catches a bucket that would hold much more than the others."""
    counts = [0] * BUCKETS
    for place in range(30_000):
        counts[KEYED.bucket("jeweller", str(place))] += 1

    assert chi_square_p(counts, [1 / BUCKETS] * BUCKETS) > 1e-4


def test_random_keys_differ_and_tell_nothing():
    """Catches a key that is made from the customer."""
    keys = {random_key() for _ in range(1000)}

    assert 1000 == len(keys)
    assert all(re.fullmatch(r"[0-9a-f]{26}", key) for key in keys)
