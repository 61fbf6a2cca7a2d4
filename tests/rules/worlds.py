"""Random worlds: vocabularies, rules as they would be written, and facts to try them on."""

from __future__ import annotations

import random
from dataclasses import dataclass

from keepsake.core.facts import FactKind, FactType, Source, Vocabulary
from keepsake.core.literals import Dialect
from keepsake.core.parse import parse_when
from keepsake.core.rules import Derive, Rule
from keepsake.core.strata import build_rulebook

from tests.rules.naive import World

NUMBERS = [-1000.5, -2.0, -0.1, -0.000001, 0.0, 0.000001, 0.1, 0.3, 1.0, 2.5, 14.0, 150.0, 1e9]
WORDS = ["ant", "bee", "cat", "dog", "eel"]
DATES = {"2026-05-11": 20584.0, "2026-05-12": 20585.0, "2027-01-01": 20819.0}
LISTS = {"PETS": ["cat", "dog"], "ALL_BUT_ANTS": ["bee", "cat", "dog", "eel"]}
UNITS = {"money": " USD", "percent": " percent", "days": " days", "hours": " hours", "number": ""}
ORDER = ["==", "!=", "<", "<=", ">", ">="]
KINDS = [*UNITS, "flag", "one_of", "ordered", "date", "time", "open"]


@dataclass
class Grower:
    """Grows worlds from a source of chance (a seeded one, or one that hypothesis drives)."""

    chance: random.Random

    def world(self, rules=12, facts=8):
        """Return a world with up to so many rules and facts."""
        declared = {}
        for place in range(self.chance.randint(1, facts)):
            kind = self.chance.choice(KINDS)
            declared[f"f{place}.x"] = self.declaration(kind)
        base = list(declared)
        declared["risk"] = {"kind": "number"}
        derived = [f"d{place}" for place in range(self.chance.randint(0, 3))]
        for name in derived:
            declared[name] = self.derived_declaration()
        grown = World(declared, {}, LISTS)
        for place in range(self.chance.randint(1, rules)):
            self.add_rule(grown, base, derived, place)
        return grown

    def declaration(self, kind):
        """Return what a pack says of a fact of this kind."""
        if kind in ("one_of", "ordered"):
            return {"kind": kind, "words": WORDS}
        return {"kind": "one_of", "words": []} if kind == "open" else {"kind": kind}

    def derived_declaration(self):
        """Return what a pack says of a derived fact."""
        if self.chance.random() < 0.6:
            return {"kind": "flag", "default": self.chance.choice([None, False, True])}
        return {"kind": "ordered", "words": WORDS, "default": self.chance.choice([None, "bee"])}

    def add_rule(self, grown, base, derived, place):
        """Add a rule; it reads only derived facts that stand before the one it sets."""
        is_law = self.chance.random() < 0.2
        level = 0 if is_law else self.chance.randint(0, len(derived))
        readable = base + derived[:level] + ([] if is_law else ["risk"])
        rule = {"when": self.items(grown, readable, depth=2), "derive": {}}
        if not is_law and level < len(derived) and self.chance.random() < 0.6:
            target = self.chance.choice(derived[level:])
            kind = grown.facts[target]["kind"]
            values = WORDS if kind == "ordered" else [True, True, False]
            rule["derive"][target] = self.chance.choice(values)
        grown.rules[f"{'law' if is_law else 'rule'}:{place}"] = rule

    def items(self, grown, readable, depth):
        """Return the items of a list of conditions."""
        count = self.chance.randint(0 if depth == 2 else 1, 4)
        return [self.item(grown, readable, depth) for _ in range(count)]

    def item(self, grown, readable, depth):
        """Return a condition, or a list of them under any or all."""
        if depth and self.chance.random() < 0.3:
            return {self.chance.choice(["any", "all"]): self.items(grown, readable, depth - 1)}
        return self.condition(grown, self.chance.choice(readable), readable)

    def condition(self, grown, name, readable):
        """Return a condition on a fact, as a person would write it."""
        fact = grown.facts[name]
        if self.chance.random() < 0.12:
            return f"{name} is {self.chance.choice(['missing', 'present'])}"
        alike = [other for other in readable if grown.facts[other] == fact]
        if self.chance.random() < 0.15 and fact["kind"] != "flag":
            return f"{name} {self.chance.choice(self.signs(fact))} {self.chance.choice(alike)}"
        if fact["kind"] != "flag" and self.chance.random() < 0.2:
            return f"{name} {self.chance.choice(['in', 'not in'])} {self.listed(fact)}"
        return f"{name} {self.chance.choice(self.signs(fact))} {self.constant(fact)}"

    def signs(self, fact):
        """Return the operators that a fact takes."""
        if fact["kind"] in ("flag", "one_of"):
            return ["==", "!="]
        turning = ["before", "after"] if fact["kind"] in ("ordered", "date", "time") else []
        return ORDER + turning

    def listed(self, fact):
        """Return a list as it stands after `in`."""
        if fact["kind"] in ("one_of", "ordered") and self.chance.random() < 0.4:
            return self.chance.choice(list(LISTS))
        constants = [self.constant(fact) for _ in range(self.chance.randint(1, 3))]
        return f"[{', '.join(constants)}]"

    def constant(self, fact):
        """Return a constant as a person would write it."""
        kind = fact["kind"]
        if kind == "flag":
            return self.chance.choice(["true", "false"])
        if kind in ("one_of", "ordered"):
            return self.chance.choice(WORDS)
        if kind in ("date", "time"):
            return self.chance.choice(list(DATES))
        number = f"{self.chance.choice(NUMBERS):.6f}".rstrip("0").rstrip(".")
        if kind == "money" and self.chance.random() < 0.3:
            return f"{number} EUR"
        return number + UNITS[kind]

    def facts(self, grown):
        """Return facts for a world: some missing, a few not of their kind, most on a bound."""
        missing = self.chance.choice([0.0, 0.1, 0.4])
        return {
            name: self.value(fact)
            for name, fact in grown.facts.items()
            if not name.startswith("d") and self.chance.random() >= missing
        }

    def value(self, fact):
        """Return a value as a request would carry it, rarely one of another kind."""
        if self.chance.random() < 0.02:
            return self.chance.choice(["", "no such word", "0.3", float("nan"), float("inf"), True])
        kind = fact["kind"]
        if kind == "flag":
            return self.chance.choice([True, False])
        if kind in ("one_of", "ordered"):
            return self.chance.choice(WORDS)
        if kind in ("date", "time"):
            day = self.chance.choice(list(DATES.values()))
            return day if kind == "date" else day * 86400.0
        number = self.chance.choice(NUMBERS)
        return round(number * self.chance.choice([1, 1, 1.1]), 6) + 0.0


def vocabulary_of(world):
    """Return a world's facts as the service types them."""
    derived = {fact for rule in world.rules.values() for fact in rule["derive"]}
    return Vocabulary(
        FactType(
            name,
            FactKind(fact["kind"]),
            words=tuple(fact.get("words", ())),
            default=fact.get("default"),
            derived=name in derived or name.startswith("d"),
        )
        for name, fact in world.facts.items()
    )


def rulebook_of(world, vocabulary):
    """Return a world's rules as the service compiles them."""
    lists = {name: tuple(words) for name, words in world.lists.items()}
    dialect = Dialect(vocabulary, lists, "USD", world.rates)
    return build_rulebook(
        [
            Rule(
                rule_id,
                parse_when(rule["when"], dialect, key=rule_id, locate=lambda _: Source()),
                tuple(Derive(fact, value) for fact, value in rule["derive"].items()),
            )
            for rule_id, rule in world.rules.items()
        ],
        vocabulary,
    )
