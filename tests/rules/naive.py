"""A third reading of the rules: the text of the conditions, interpreted word by word.

It shares no code with the service, so that a mistake in the compiler or in an engine is not made
here too. True, False and None (cannot be told) are its three answers.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from datetime import datetime

SIGNS = ["==", "!=", "<=", ">=", "<", ">"]
WORDS = ["is missing", "is present", "not in", "in", "before", "after"]


@dataclass
class World:
    """What a pack says: `facts` by name as {"kind", "words", "default"}, rules by id as written."""

    facts: dict
    rules: dict
    lists: dict = field(default_factory=dict)
    rates: dict = field(default_factory=lambda: {"USD": 1.0, "EUR": 1.1})


@dataclass
class Case:
    """One set of facts, looked at under one world."""

    world: World
    facts: dict

    def verdict(self, rule_id):
        """Tell whether a rule holds."""
        return self.all_hold(self.world.rules[rule_id]["when"])

    def all_hold(self, items):
        """Tell whether every item holds: one no is enough for no."""
        answers = [self.item_holds(item) for item in items]
        if False in answers:
            return False
        return None if None in answers else True

    def any_holds(self, items):
        """Tell whether one item holds: one yes is enough for yes."""
        answers = [self.item_holds(item) for item in items]
        if True in answers:
            return True
        return None if None in answers else False

    def item_holds(self, item):
        """Tell whether one item of a `when` holds."""
        if isinstance(item, dict):
            return self.any_holds(item["any"]) if "any" in item else self.all_hold(item["all"])
        return self.condition_holds(item)

    def condition_holds(self, text):
        """Tell whether a condition as written holds."""
        name, sign, rest = split(text)
        left = self.value(name)
        if sign == "is missing":
            return left is None
        if sign == "is present":
            return left is not None
        rights = self.rights(name, rest, sign)
        if left is None or None in rights:
            return None
        if sign in ("in", "not in"):
            return (left in rights) is (sign == "in")
        return self.compared(name, left, sign, rights[0])

    def compared(self, name, left, sign, right):
        """Tell how two known values of one fact's kind stand to each other."""
        if self.world.facts[name]["kind"] == "ordered" and sign not in ("==", "!="):
            words = self.world.facts[name]["words"]
            left, right = words.index(left), words.index(right)
        return {
            "==": left == right,
            "!=": left != right,
            "<": sign == "<" and left < right,
            "before": sign == "before" and left < right,
            "<=": sign == "<=" and left <= right,
            ">": sign == ">" and left > right,
            "after": sign == "after" and left > right,
            ">=": sign == ">=" and left >= right,
        }[sign]

    def rights(self, name, rest, sign):
        """Return what stands on the right: one constant, another fact's value, or a list."""
        if sign in ("in", "not in"):
            texts = (
                [text.strip() for text in rest.strip("[]").split(",")]
                if rest.startswith("[")
                else self.world.lists[rest]
            )
            return [self.constant(name, text) for text in texts]
        if rest in self.world.facts and rest not in self.world.facts[name].get("words", []):
            return [self.value(rest)]
        return [self.constant(name, rest)]

    def constant(self, name, text):
        """Return a constant as a value of the fact's kind."""
        kind = self.world.facts[name]["kind"]
        if kind in ("one_of", "ordered"):
            return text
        if kind == "flag":
            return text == "true"
        if kind in ("date", "time"):
            stamp = datetime.fromisoformat(text + "T00:00+00:00").timestamp()
            return stamp / 86400 if kind == "date" else stamp
        number, _, unit = text.partition(" ")
        rate = self.world.rates[unit] if kind == "money" and unit else 1
        return round(float(number) * rate, 6)

    def value(self, name):
        """Return a fact's value; None when it is missing or not of its kind."""
        setters = {
            rule_id: rule["derive"][name]
            for rule_id, rule in self.world.rules.items()
            if name in rule.get("derive", {})
        }
        if setters:
            return self.derived(name, setters)
        value, fact = self.facts.get(name), self.world.facts[name]
        fits = {
            "flag": isinstance(value, bool),
            "ordered": value in fact.get("words", []),
            "one_of": value in fact["words"] if fact.get("words") else plain_word(value),
        }.get(fact["kind"], is_number(value))
        return value if fits else None

    def derived(self, name, setters):
        """Return the value that every way of settling the unknown rules leads to, else None."""
        verdicts = {rule_id: self.verdict(rule_id) for rule_id in setters}
        unknown = [rule_id for rule_id, verdict in verdicts.items() if verdict is None]
        outcomes = set()
        for mask in range(2 ** len(unknown)):
            true = [rule_id for rule_id, verdict in verdicts.items() if verdict is True]
            true += [rule_id for place, rule_id in enumerate(unknown) if mask >> place & 1]
            outcomes.add(self.strongest(name, [setters[rule_id] for rule_id in true]))
        return outcomes.pop() if len(outcomes) == 1 else None

    def strongest(self, name, values):
        """Return the strongest of the values, or the fact's default."""
        fact = self.world.facts[name]
        order = fact["words"] if fact["kind"] == "ordered" else [False, True]
        return max(values, key=order.index) if values else fact.get("default")


def split(text):
    """Return the fact, the operator and the rest of a condition."""
    for sign in SIGNS:
        if sign in text:
            name, _, rest = text.partition(sign)
            return name.strip(), sign, rest.strip()
    for word in WORDS:
        found = re.fullmatch(rf"(\S+) {word}( .*)?", text)
        if found:
            return found[1], word, (found[2] or "").strip()
    raise AssertionError(text)


def is_number(value):
    """Tell whether a value is a finite number."""
    return isinstance(value, float) and math.isfinite(value)


def plain_word(value):
    """Tell whether a value may stand for a word that no list declares."""
    if not isinstance(value, str) or not 0 < len(value) <= 64:
        return False
    head, body = value[0], value[1:]
    safe = all(letter.isascii() and (letter.isalnum() or letter in "_.-") for letter in body)
    return head.isascii() and head.isalnum() and safe
