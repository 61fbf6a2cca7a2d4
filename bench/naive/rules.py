"""The pack's rules as one decision table of zen-engine: a row each, all that hold are collected."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import zen
from keepsake.core.conditions import AllOf, Comparison, Condition, FactRef, Operator
from keepsake.core.facts import FactKind
from keepsake.core.pack import Pack

MISSING = -1
_SIGNS = {Operator.EQUAL: "==", Operator.NOT_EQUAL: "!=", Operator.IN: "in"}
_WORDED = frozenset({FactKind.ONE_OF, FactKind.ORDERED, FactKind.FLAG})


class Rules:
    """Evaluates every rule of a pack at once."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._decision = zen.ZenEngine().create_decision(json.dumps(self._graph()))
        self._numbers = {
            _name(fact): MISSING for fact, one in pack.vocabulary.items() if one.kind not in _WORDED
        }

    def holding(self, facts: Mapping[str, Any]) -> set[str]:
        """Return the ids of the rules that hold; numbers that nobody gave are -1."""
        found = self._decision.evaluate({**self._numbers, **facts})["result"]
        return {row["rule"] for row in found}

    def _graph(self) -> dict[str, Any]:
        rules = [rule for stratum in self._pack.rulebook.strata for rule in stratum]
        rows = [
            {"_id": rule.id, "when": self._text(rule.when) or "true", "rule": json.dumps(rule.id)}
            for rule in rules
        ]
        table = {
            "hitPolicy": "collect",
            "inputs": [{"id": "when", "name": "when"}],
            "outputs": [{"id": "rule", "name": "rule", "field": "rule"}],
            "rules": rows,
        }
        nodes = (
            ("in", "inputNode", {}),
            ("t", "decisionTableNode", table),
            ("out", "outputNode", {}),
        )
        return {
            "nodes": [
                {"id": name, "name": name, "type": kind, "content": content}
                | {"position": {"x": 0, "y": 0}}
                for name, kind, content in nodes
            ],
            "edges": [
                {"id": f"{one}-{other}", "type": "edge", "sourceId": one, "targetId": other}
                for one, other in (("in", "t"), ("t", "out"))
            ],
        }

    def _text(self, condition: Condition) -> str:
        if isinstance(condition, Comparison):
            return self._compared(condition)
        word = " and " if isinstance(condition, AllOf) else " or "
        return word.join(f"({self._text(one)})" for one in condition.conditions)

    def _compared(self, one: Comparison) -> str:
        fact, name = self._pack.vocabulary[one.fact], _name(one.fact)
        if one.operator in (Operator.IS_MISSING, Operator.IS_PRESENT):
            nothing = "null" if fact.kind in _WORDED else MISSING
            sign = "==" if one.operator is Operator.IS_MISSING else "!="
            return f"{name} {sign} {nothing}"
        if fact.kind is FactKind.ORDERED and one.operator not in _SIGNS:
            return f"{name} in {json.dumps(_reached(one, fact.words))}"
        if one.operator is Operator.NOT_IN:
            return f"not ({name} in {_value(one.operand)})"
        sign = {Operator.BEFORE: "<", Operator.AFTER: ">"}.get(one.operator, one.operator)
        return f"{name} {sign} {_value(one.operand)}"


def _reached(one: Comparison, words: tuple[str, ...]) -> list[str]:
    """Return the words of an ordered list that a comparison with one of them accepts."""
    place = words.index(str(one.operand))
    accepted = {
        Operator.BEFORE: words[:place],
        Operator.LESS: words[:place],
        Operator.AT_MOST: words[: place + 1],
        Operator.AFTER: words[place + 1 :],
        Operator.GREATER: words[place + 1 :],
        Operator.AT_LEAST: words[place:],
    }
    return list(accepted[one.operator])


def _name(fact: str) -> str:
    return fact.replace(".", "_")


def _value(operand: Any) -> str:
    if isinstance(operand, FactRef):
        return _name(operand.fact)
    if isinstance(operand, date | datetime):
        return str(operand.toordinal() - date(1970, 1, 1).toordinal())
    return json.dumps(list(operand) if isinstance(operand, tuple) else operand)
