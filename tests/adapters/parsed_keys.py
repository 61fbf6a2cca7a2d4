"""Keys of the store taken apart, apart from the code that builds them."""

import re
from dataclasses import dataclass

from keepsake.adapters.keys import FAMILIES, Bucket

_KEY = re.compile(
    r"k1:\{(?P<pack>[a-z][a-z0-9_-]*):(?P<slot>l?[0-9]{2}|all)\}"
    r":(?P<family>[a-z]+)(?::(?P<name>[\w.:=-]+))?",
    re.ASCII,
)


@dataclass(frozen=True)
class ParsedKey:
    """A key taken apart."""

    bucket: Bucket
    family: str
    name: str


def parse(key):
    """Take a key apart, or return None if it is none of a bucket's."""
    match = _KEY.fullmatch(key)
    if match is None or match["family"] not in FAMILIES:
        return None
    return ParsedKey(Bucket(match["pack"], match["slot"]), match["family"], match["name"] or "")
