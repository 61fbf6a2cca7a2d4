"""Raw tables of somebody's own as cases, read through a mapping that the pack declares.

For a save model a row is a case, what was tried in it, and whether the sale was kept. Its facts are
completed as the service completes those of a request.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from keepsake.core.errors import NotFound
from keepsake.core.facts import FactKind, Facts, FactValue, Vocabulary
from keepsake.core.mapping import DAY_SECONDS, RawRow, TableMapping, label_of, map_row, to_facts
from keepsake.core.models import Arm
from keepsake.core.pack import Pack
from keepsake.packs.completion import FactCompletion
from keepsake.packs.mappings import MAPPINGS_FOLDER, read_mapping

from keepsake_training.data import Labels, Progress, raw_rows
from keepsake_training.wrong_data import WrongData, readable

LEVER, GENEROSITY = "arm.lever", "arm.generosity"
NOT_LABELLED_YES = frozenset({"0", "false", "no"})
SHOWN = 5
AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Tries:
    """Cases with what was tried in each, and whether the sale was kept."""

    rows: list[Facts]
    arms: list[Arm]
    labels: Labels


def mapping_for(
    rules: Path, pack: str, data: Path, *, event: str, facts: Collection[str] | None = None
) -> TableMapping:
    """Return the pack's mapping that reads the file's columns and labels the event.

    With `facts`, it reads no others, and the file need not have their columns. Raise WrongData with
    what each mapping lacks.
    """
    with readable(data):
        header = next(raw_rows(data), None)
    if header is None:
        raise WrongData(data, "holds no rows")
    folder = rules / pack / MAPPINGS_FOLDER
    mappings = [read_mapping(path) for path in sorted(folder.glob("*.yaml"))]
    meant = [_reading(one, facts) for one in mappings if one.label and one.event == event]
    if not meant:
        raise NotFound("mapping", event, f"no mapping in {folder} labels what was {event}")
    lacking = {one.name: (one.columns() | {one.label}) - header.keys() for one in meant}
    for mapping in meant:
        if not lacking[mapping.name]:
            return mapping
    said = (f"mapping {name} needs {', '.join(sorted(lacks))}" for name, lacks in lacking.items())
    raise WrongData(data, f"lacks columns: {'; '.join(said)}")


def _reading(mapping: TableMapping, facts: Collection[str] | None) -> TableMapping:
    """Return a mapping that reads only these facts, or all."""
    if facts is None:
        return mapping
    return replace(mapping, fields=tuple(spec for spec in mapping.fields if spec.fact in facts))


def check_labels(mapping: TableMapping, data: Path) -> None:
    """Raise WrongData for a label that is neither yes nor no, and where all are the same."""
    with readable(data):
        found = {row[mapping.label].strip() for row in raw_rows(data)} - mapping.missing
    known = mapping.positive | NOT_LABELLED_YES
    strange = sorted(word for word in found if word not in known and word.lower() not in known)
    if strange:
        listed = ", ".join(map(repr, strange[:SHOWN]))
        yes = " or ".join(sorted(mapping.positive))
        raise WrongData(
            data, f"column {mapping.label!r}: {listed} is no label; {yes} is {mapping.event}, 0 not"
        )
    if len({word in mapping.positive for word in found}) < len(("yes", "no")):
        why = f"column {mapping.label!r} labels every row the same: nothing can be measured"
        raise WrongData(data, why)


def read_tries(data: Path, mapping: TableMapping, pack: Pack, *, progress: Progress) -> Tries:
    """Read every labelled row as the service would read a request at the time of the row."""
    completion = FactCompletion(pack.vocabulary)
    rows: list[Facts] = []
    arms: list[Arm] = []
    labels: list[bool] = []
    with readable(data):
        raws = list(raw_rows(data))
    for number, raw in enumerate(raws, start=1):
        label = label_of(mapping, raw)
        if label is not None:
            facts = _facts(raw, mapping, pack.rates.rates, where=(data, number))
            arms.append(_arm(facts))
            completion.complete(facts, as_of=_time_of(facts, mapping, where=(data, number)))
            _check_words(facts, pack.vocabulary, where=(data, number))
            rows.append(facts)
            labels.append(label)
        if number % AT_ONCE == 0 or number == len(raws):
            progress(f"read {data.name}", number, len(raws))
    return Tries(rows, arms, np.array(labels, dtype=np.bool_))


Where = tuple[Path, int]


def _facts(
    raw: RawRow, mapping: TableMapping, rates: Mapping[str, float], *, where: Where
) -> dict[str, FactValue]:
    with readable(where[0].with_name(f"{where[0].name}, row {where[1]}")):
        return to_facts(map_row(mapping, raw).values(), rates)


def _arm(facts: dict[str, FactValue]) -> Arm:
    """Take what was tried out of the facts."""
    lever, generosity = facts.pop(LEVER, None), facts.pop(GENEROSITY, 0.0)
    if lever is None or lever == Arm().lever:
        return Arm()
    return Arm(str(lever), str(lever), str(lever), float(generosity))


def _time_of(facts: Facts, mapping: TableMapping, *, where: Where) -> float:
    """Return when the case was asked about, in seconds since 1970."""
    if mapping.occurred not in facts:
        raise WrongData(where[0], f"row {where[1]}: {mapping.occurred} is missing")
    kinds = {spec.fact: spec.kind for spec in mapping.fields}
    when = float(facts[mapping.occurred])
    return when * DAY_SECONDS if kinds[mapping.occurred] is FactKind.DATE else when


def _check_words(facts: Facts, vocabulary: Vocabulary, *, where: Where) -> None:
    """Raise WrongData for a word that the service would refuse."""
    for name, value in facts.items():
        words = vocabulary[name].words if name in vocabulary else ()
        if words and isinstance(value, str) and value not in words:
            why = f"row {where[1]}: {value!r} is no {name}; one of {', '.join(words)}"
            raise WrongData(where[0], why)
