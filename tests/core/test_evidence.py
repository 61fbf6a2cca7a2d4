"""Evidence: what a processor would refuse."""

import pytest
from keepsake.core.evidence import EvidenceLimits, evidence_mistakes

BOTH = {"note": "x" * 10, "other": "x" * 9}
KINDS = {"note": "text", "other": "text", "receipt": "file", "enhanced": "object"}


@pytest.mark.parametrize(
    ("evidence", "told"),
    [
        ({"note": "x" * 10, "receipt": "file_1NBkw", "enhanced": {"a": 1}}, []),
        ({"not": "x"}, ["not is no field of the processor"]),
        ({"note": "x" * 11}, ["note has 11 characters, allowed 10"]),
        (
            {"note": "x" * 10, "other": "x" * 9},
            ["all texts together have 19 characters, allowed 15"],
        ),
        ({"receipt": "my receipt.pdf"}, ["receipt must be the id of a file that was uploaded"]),
        ({"enhanced": "x"}, ["enhanced must be an object"]),
        ({"note": ""}, ["note must be a text"]),
        ({"note": 3}, ["note must be a text"]),
    ],
)
def test_what_a_processor_would_refuse_is_told_before_it_is_sent(evidence, told):
    """Catches evidence that is refused on the last day, after the only try."""
    assert told == list(evidence_mistakes(evidence, KINDS, one=10, total=15))


def test_a_network_that_takes_fewer_pages_counts():
    """Catches twenty pages for a network that reads eighteen."""
    limits = EvidenceLimits(10, 15, 100, 49, "network", {"mastercard": 18})

    pages = [limits.pages_for({"network": each}) for each in ("mastercard", "visa")]

    assert [18, 49] == pages
    assert 49 == limits.pages_for({})
