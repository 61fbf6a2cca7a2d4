"""What the benchmark asks: intercepts of the jeweller's desk, each by another customer.

The cases are those of `examples/`, so law, rules and models have real work. Each mail is built of
the sentences of its example, in an order of its own, and has 300 characters; so nothing that reads
words meets the same text twice in a while.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from google.protobuf.json_format import Parse
from keepsake.v1.intercept_pb2 import RecommendRequest

ROOT = Path(__file__).parent.parent
EXAMPLES = (
    "budget-changed",
    "found-it-cheaper",
    "needed-for-the-proposal",
    "scratched-on-arrival",
    "sure-thing",
    "zweifel-am-stein",
)
"""The examples whose case is open: in the others law or grief leaves little to decide."""
CUSTOMERS = 5_000
CHARACTERS = 300
_PLACE = "bench-0000000000"
_SENTENCES = re.compile(r"(?<=[.!?]) +")


def intercepts(customers: int = CUSTOMERS) -> list[RecommendRequest]:
    """Return one request for each customer, with room for its request_id."""
    chance = random.Random(1)
    folder = ROOT / "examples"
    examples = [
        Parse((folder / f"jeweller-{name}.json").read_text(), RecommendRequest())
        for name in EXAMPLES
    ]
    return [_of_customer(number, examples, chance) for number in range(customers)]


def _of_customer(
    number: int, examples: list[RecommendRequest], chance: random.Random
) -> RecommendRequest:
    request = RecommendRequest()
    request.CopyFrom(examples[number % len(examples)])
    request.request_id = _PLACE
    intercept = request.intercept
    intercept.customer.id = f"C-{number:06d}"
    intercept.subject_id = f"SO-{number:06d}"
    intercept.order.value.units += chance.randrange(-200, 200)
    sentences = _SENTENCES.split(intercept.words)
    chance.shuffle(sentences)
    words = " ".join(sentences * (1 + CHARACTERS // len(intercept.words)))
    intercept.words = words[:CHARACTERS].ljust(CHARACTERS, ".")
    return request


class Bodies:
    """Serialised requests, each with a request_id that was never used before, from `first` on."""

    def __init__(self, requests: list[RecommendRequest], *, first: int = 0) -> None:
        whole = [request.SerializeToString() for request in requests]
        self._halves = [tuple(body.split(_PLACE.encode(), 1)) for body in whole]
        self._numbers: Iterator[int] = count(first)

    def next(self) -> bytes:
        """Return a request that is new, of the next customer."""
        number = next(self._numbers)
        before, after = self._halves[number % len(self._halves)]
        return b"%sbench-%010d%s" % (before, number, after)
