"""The compiled form of a pack's rules: what both engines evaluate.

A rule is conditions and effects. An offer's `when` is a rule too (`offer:expedite`), so are a law
(`law:US-MN-ARL`) and a way out (`way_out:free`). Rules that derive facts stand in an earlier
stratum than the rules that read them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from keepsake.core.conditions import AllOf, Truth
from keepsake.core.facts import Facts, FactValue, Source


@dataclass(frozen=True, slots=True)
class MakeEligible:
    """Makes an offer eligible when the rule is true."""

    offer: str


@dataclass(frozen=True, slots=True)
class OpenWayOut:
    """Opens a way out when the rule is true; the first open one in file order counts."""

    way_out: str


@dataclass(frozen=True, slots=True)
class Withhold:
    """Withholds offers when the rule is true or unknown."""

    offers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Bar:
    """Bars offers by law when the rule is true or unknown."""

    offers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Cap:
    """Limits the terms of offers, in percent, when the rule is true or unknown."""

    offers: frozenset[str]
    percent: float


@dataclass(frozen=True, slots=True)
class AskApproval:
    """Asks for a tier when the rule is true or unknown; above a depth where `above` is given."""

    offers: frozenset[str]
    tier: int
    above: float | None = None


@dataclass(frozen=True, slots=True)
class Derive:
    """Sets a derived fact when the rule is true."""

    fact: str
    value: FactValue


@dataclass(frozen=True, slots=True)
class Advise:
    """Adds a word of advice (`let_go`, `human`) when the rule is true or unknown."""

    advice: str


@dataclass(frozen=True, slots=True)
class Play:
    """Names a playbook when the rule is true."""

    playbook: str


@dataclass(frozen=True, slots=True)
class Notify:
    """Adds the legal notice of the rule's law when the rule is true or unknown."""

    law: str


Effect = (
    MakeEligible | OpenWayOut | Withhold | Bar | Cap | AskApproval | Derive | Advise | Play | Notify
)


@dataclass(frozen=True, slots=True)
class Rule:
    """Conditions and effects under one id.

    `if_missing_apply` says whether restricting effects apply when the conditions are unknown.
    Effective dates are conditions on the fact `today`.
    """

    id: str
    when: AllOf
    effects: tuple[Effect, ...]
    if_missing_apply: bool = True
    source: Source = Source()


@dataclass(frozen=True, slots=True)
class Derivation:
    """How one derived fact is settled: its rules by the strength of the value they set.

    Among true rules the strongest value counts: true over false, a later word over an earlier.
    """

    fact: str
    by_strength: tuple[tuple[str, FactValue], ...]
    default: FactValue | None = None


@dataclass(frozen=True, slots=True)
class RuleBook:
    """The rules of one pack by stratum, as `core.strata.build_rulebook` makes them.

    The first `law_strata` strata hold law alone. The first `scored_after` strata read no score, so
    scores are made after them and before the rest. `derivations` are the facts that are settled
    once a stratum is evaluated, by stratum.
    """

    strata: tuple[tuple[Rule, ...], ...]
    law_strata: int = 0
    scored_after: int = 0
    derivations: tuple[tuple[Derivation, ...], ...] = ()

    def settled_after(self, stratum: int) -> tuple[Derivation, ...]:
        """Return the facts that are settled once this stratum is evaluated."""
        return self.derivations[stratum] if stratum < len(self.derivations) else ()

    def rule(self, rule_id: str) -> Rule:
        """Return the rule with this id; raise KeyError if there is none."""
        for stratum in self.strata:
            for rule in stratum:
                if rule.id == rule_id:
                    return rule
        raise KeyError(rule_id)


class Evaluating(Protocol):
    """One case before an engine. All its strata are evaluated, in order, each once."""

    def evaluate(self, stratum: int) -> Mapping[str, Truth]:
        """Return the truth of each rule of the stratum that is not false, by rule id."""
        ...


class RuleEngine(Protocol):
    """Evaluates the rules of one rule book, case by case."""

    def begin(self, facts: Facts) -> Evaluating:
        """Return what evaluates one case.

        The facts stay the caller's, who puts in what becomes known on the way: derived facts once
        their stratum is evaluated, and scores before the strata that may read them. Nothing else
        may change.
        """
        ...

    def close(self) -> None:
        """Release what the engine holds."""
        ...
