"""Reads the law that protects a customer: a country, or a part of it that has rules of its own."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from keepsake.core.facts import Facts, FactValue
from keepsake.core.rules import RuleBook
from keepsake.core.strata import comparisons
from keepsake.packs.converters import Refused
from keepsake.packs.countries import COUNTRIES, INSTEAD, SUBDIVISIONS

JURISDICTION = "jurisdiction"
COUNTRY = f"{JURISDICTION}.country"
_CODES = 1024  # more than there are, unless somebody makes them up


class Jurisdictions:
    """Knows which countries a pack's rules tell apart by their parts.

    `facts` returns the facts of a code, or raises Refused for one that nobody knows. A country
    alone, where a rule names one of its parts, leaves the part unknown: `US` is not "outside
    Minnesota".
    """

    def __init__(self, rulebook: RuleBook) -> None:
        self._divided = frozenset(_divided(rulebook))
        self.facts = lru_cache(_CODES)(self._facts)

    def _facts(self, code: str) -> Facts:
        country, _, part = code.partition("-")
        check_code(code)
        facts: dict[str, FactValue] = {COUNTRY: country}
        if part or country not in self._divided:
            facts[JURISDICTION] = code
        return facts


def _divided(rulebook: RuleBook) -> Iterator[str]:
    rules = (rule for stratum in rulebook.strata for rule in stratum)
    for read in (read for rule in rules for read in comparisons(rule.when)):
        if read.fact == JURISDICTION:
            words = read.operand if isinstance(read.operand, tuple) else (read.operand,)
            yield from (str(word).partition("-")[0] for word in words if "-" in str(word))


def check_code(code: str) -> None:
    """Raise Refused for a code of no country, or of no part of it."""
    country, _, part = code.partition("-")
    if country in INSTEAD:
        raise Refused(code, f"write {INSTEAD[country]}")
    if country not in COUNTRIES:
        raise Refused(code, "a country of ISO 3166-1 (`DE`), or one with its part (`US-CA`)")
    known = SUBDIVISIONS.get(country)
    if part and known and part not in known:
        allowed = ", ".join(f"{country}-{name}" for name in sorted(known))
        raise Refused(code, f"one of {allowed}")
