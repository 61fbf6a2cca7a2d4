"""Work: what the cases of a kind are worked by, beside offers and rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from keepsake.core.checklists import Checklist
from keepsake.core.clusters import ClusterRule
from keepsake.core.counted_dates import CountedDate, counted
from keepsake.core.decision_tables import DecisionTable
from keepsake.core.documents import Document, Wording
from keepsake.core.evidence import EvidenceForm
from keepsake.core.facts import Facts, FactValue
from keepsake.core.flags import Flag
from keepsake.core.kind_clocks import KindClock
from keepsake.core.strata import facts_read

Part = DecisionTable | CountedDate | Checklist
"""What gives facts out of facts."""


@dataclass(frozen=True)
class Work:
    """Tables, checklists, documents, stages and endings of one kind, or of the pack's own kinds.

    `kind` is empty for the pack's own. `stages` says what may follow each stage, the first first;
    `stage_fact` is where the subject stands. No `outcomes` means that a case may end in any way.
    `defaults` are what facts that tables give are where no table says more.
    """

    kind: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)
    stages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    stage_fact: str = ""
    outcomes: tuple[str, ...] = ()
    tables: Mapping[str, DecisionTable] = field(default_factory=dict)
    dates: tuple[CountedDate, ...] = ()
    flags: tuple[Flag, ...] = ()
    checklists: Mapping[str, Checklist] = field(default_factory=dict)
    clocks: tuple[KindClock, ...] = ()
    documents: Mapping[str, Document] = field(default_factory=dict)
    wordings: tuple[Wording, ...] = ()
    processors: Mapping[str, EvidenceForm] = field(default_factory=dict)
    clusters: tuple[ClusterRule, ...] = ()

    defaults: Mapping[str, FactValue] = field(default_factory=dict)

    @cached_property
    def facts_given(self) -> frozenset[str]:
        """Return every fact that tables and checklists give."""
        tables = {fact for table in self.tables.values() for fact in table.facts_given}
        lists = {name for c in self.checklists.values() for name in (c.completeness, c.missing)}
        return frozenset(tables | counted(self.dates) | lists - {""})

    @property
    def facts_read(self) -> frozenset[str]:
        """Return every fact by which rows are chosen, clocks and dates run, flags are raised."""
        keys: list[DecisionTable | Checklist] = [*self.tables.values(), *self.checklists.values()]
        read = {fact for each in self.dates for fact in each.facts_read}
        for clock in self.clocks:
            read |= {*clock.moment, *clock.begins, *facts_read(clock.when)}
            read |= {clock.length.fact} if clock.length else set()
        for flag in self.flags:
            read |= facts_read(flag.when)
        return frozenset({key for each in keys for key in each.keys} | read)

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Return what gives facts, in its order: tables and checklists as they are written.

        A table that is looked up by how complete a checklist is comes after the checklists.
        """
        of_lists = {name for c in self.checklists.values() for name in (c.completeness, c.missing)}
        late = [table for table in self.tables.values() if not of_lists.isdisjoint(table.keys)]
        first = [table for table in self.tables.values() if table not in late]
        return (*first, *self.dates, *self.checklists.values(), *late)

    def given(self, facts: Facts) -> dict[str, FactValue]:
        """Return the facts with what tables, dates and checklists give.

        What they gave before is taken back first, so that running them again on facts of which one
        has changed gives what that change leads to.
        """
        if not self.parts:
            return dict(facts)
        given = self.facts_given
        known = {name: value for name, value in facts.items() if name not in given}
        known |= self.defaults
        for part in self.parts:
            known.update(part.gives(known))
        return known
