import pytest
from hypothesis import given
from hypothesis import strategies as st
from keepsake.adapters import keys
from keepsake.core.keyed import BUCKETS

from tests.adapters.parsed_keys import ParsedKey, parse

packs = st.from_regex(r"[a-z][a-z0-9_-]{0,20}", fullmatch=True)
numbers = st.integers(0, BUCKETS - 1)
hashes = st.from_regex(r"[0-9a-f]{32}", fullmatch=True)
names = st.from_regex(r"[a-z2-7]{26}", fullmatch=True)


@given(packs, numbers, hashes)
def test_a_key_taken_apart_is_what_it_was_built_from(pack, number, name):
    """Catches a family or a name that is built otherwise than it is documented."""
    bucket = keys.bucket(pack, number)

    parsed = [parse(key) for key in (bucket.request(name), bucket.customer(name))]

    assert [
        ParsedKey(bucket, "request", name),
        ParsedKey(bucket, "customer", name),
    ] == parsed


@given(packs, numbers, names)
def test_the_id_of_a_decision_leads_to_its_key(pack, number, name):
    """Catches an id whose bucket is not the one the decision was written to."""
    decision_id = f"{pack}.{number:02d}.{name}"

    assert keys.bucket(pack, number).decision(decision_id) == keys.decision_key(decision_id)


@given(packs, numbers, hashes, names)
def test_all_keys_of_a_bucket_are_in_one_slot(pack, number, name, decision):
    """Catches a key without the braces by which Redis Cluster keeps a script's keys together."""
    bucket = keys.bucket(pack, number)
    built = (
        bucket.request(name),
        bucket.decision(decision),
        bucket.customer(name),
        bucket.journal(),
        bucket.switches(),
    )

    tags = {key[key.index("{") : key.index("}") + 1] for key in built}

    assert {f"{{{pack}:{number:02d}}}"} == tags


@given(st.text())
def test_any_text_may_be_asked_for_as_a_decision(text):
    """Catches a caller's text that raises, or reaches the store as part of a key."""
    key = keys.decision_key(text)

    assert key is None or parse(key) is not None


@pytest.mark.parametrize("wrong", ["jeweller.64." + "a" * 26, "jeweller.07." + "A" * 26, "..", ""])
def test_an_impossible_id_has_no_key(wrong):
    """Catches a look-up for ids that Keepsake never gives out."""
    assert keys.decision_key(wrong) is None


def test_there_is_no_bucket_beyond_the_last():
    """Catches a bucket that a store with 64 of them would never look into."""
    with pytest.raises(ValueError, match="bucket 64 is not among the 64"):
        keys.bucket("jeweller", 64)
