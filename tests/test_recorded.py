"""Facts as they are recorded."""

import pytest
from keepsake.recorded import facts_of, in_columns, record
from keepsake.v1.journal_pb2 import Facts

FACTS = {
    "order.value": 1000.5,
    "never_save": False,
    "reason": "found_cheaper",
    "today": 20000.0,
    "contract.consumer": True,
    "kind": "cancellation",
}


@pytest.mark.law(4)
@pytest.mark.parametrize("left", range(len(FACTS) + 1))
def test_facts_are_what_they_were_before_they_were_recorded(left):
    """Catches a value under the name of another, and columns kept for other facts or types."""
    facts = dict(list(FACTS.items())[:left])

    recorded = record(facts)

    assert facts == facts_of(recorded)
    assert {name: type(value) for name, value in facts.items()} == {
        name: type(value) for name, value in facts_of(recorded).items()
    }
    assert recorded.SerializeToString(deterministic=True) == in_columns(facts)


def test_the_same_fact_may_be_of_another_type_the_next_time():
    """Catches columns that go by the names alone."""
    first, second = {"delay": 3.0, "late": True}, {"delay": "long", "late": False}

    assert first == facts_of(record(first))
    assert second == facts_of(record(second))
    assert Facts(word_names=["delay"], words=["long"], lowered=["late"]) == record(second)
