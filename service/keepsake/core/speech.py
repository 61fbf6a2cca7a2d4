"""What is said beside offers: legal notices, advice, playbooks; and the way out that is open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from keepsake.core.conditions import Truth
from keepsake.core.pack import Pack, WayOut
from keepsake.core.rules import Advise, Notify, OpenWayOut, Play, Rule

_FALSE, _UNKNOWN, _TRUE = Truth  # members of an enum are slow to reach by name


class Spoken(NamedTuple):
    """A law or rule whose effect applies; `assumed` when it was unknown and applied to be safe."""

    rule: Rule
    name: str
    assumed: bool


class Said(NamedTuple):
    """All that is said in a case, each once, in the order of the files."""

    notices: tuple[Spoken, ...]
    advice: tuple[Spoken, ...]
    playbooks: tuple[Spoken, ...]


class _Saying(NamedTuple):
    """One effect that speaks: its place among all, its kind (a place in `Said`) and its word."""

    place: int
    kind: int
    word: str
    rule: Rule


_NOTICE, _ADVICE, _PLAYBOOK = range(3)


class Speech:
    """Finds what is said, by the rules of one pack; looks only at rules that are not false."""

    def __init__(self, pack: Pack) -> None:
        self._sayings: defaultdict[str, list[_Saying]] = defaultdict(list)
        ways: list[tuple[Rule, WayOut]] = []
        for stratum in pack.rulebook.strata:
            for rule in stratum:
                self._add(rule)
                effects = (each for each in rule.effects if isinstance(each, OpenWayOut))
                ways += [(rule, pack.ways_out[effect.way_out]) for effect in effects]
        order = {way_out: place for place, way_out in enumerate(pack.ways_out)}
        self._ways_out = sorted(ways, key=lambda way: order[way[1].id])

    def _add(self, rule: Rule) -> None:
        for effect in rule.effects:
            match effect:
                case Notify(word):
                    kind = _NOTICE
                case Advise(word):
                    kind = _ADVICE
                case Play(word):
                    kind = _PLAYBOOK
                case _:
                    continue
            place = sum(map(len, self._sayings.values()))
            self._sayings[rule.id].append(_Saying(place, kind, word, rule))

    def said(self, truths: Mapping[str, Truth]) -> Said:
        """Return the notices, advice and playbooks that apply; a playbook only when it is sure."""
        sayings = self._sayings
        heard = [each for rule in truths.keys() & sayings.keys() for each in sayings[rule]]
        found: tuple[dict[str, Spoken], ...] = ({}, {}, {})
        for _, kind, word, rule in sorted(heard):
            truth = truths[rule.id]
            is_sure = truth is _TRUE
            if is_sure or (truth and kind != _PLAYBOOK and rule.if_missing_apply):
                found[kind].setdefault(word, Spoken(rule, word, not is_sure))
        return Said(*(tuple(spoken.values()) for spoken in found))

    def way_out(self, truths: Mapping[str, Truth]) -> tuple[Rule, WayOut, tuple[Rule, ...]]:
        """Return the first open way out, and the better ones that could not be told."""
        unknown: list[Rule] = []
        for rule, way_out in self._ways_out:
            truth = truths.get(rule.id, _FALSE)
            if truth is _TRUE:
                return rule, way_out, tuple(unknown)
            if truth is _UNKNOWN:
                unknown.append(rule)
        rule, way_out = self._ways_out[-1]
        return rule, way_out, tuple(unknown)
