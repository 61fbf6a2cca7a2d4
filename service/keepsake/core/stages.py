"""Stages: where the subject of a case may stand, and what may follow, as a pack declares it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Stages = Mapping[str, tuple[str, ...]]
"""What may follow each stage; the first is where a subject begins."""


def every_stage(declared: Mapping[str, Sequence[str]]) -> Stages:
    """Return the table with every stage that it names, those at which all ends included."""
    named = [*declared, *(stage for after in declared.values() for stage in after)]
    return {stage: tuple(declared.get(stage, ())) for stage in dict.fromkeys(named)}


def stages_after(stages: Stages, stage: str) -> frozenset[str]:
    """Return all stages that a subject may come to from one, however long that takes."""
    found, next_ones = set[str](), {*stages.get(stage, ())}
    while next_ones:
        found |= next_ones
        next_ones = {after for each in next_ones for after in stages.get(each, ())} - found
    return frozenset(found)
