"""The rows of decision tables that counted: what each gave, where it is written, how sure it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepsake.answer.parts import field_of, in_bytes
from keepsake.v1 import decision_pb2 as pb

if TYPE_CHECKING:
    from keepsake.core.decision_tables import DecisionTable
    from keepsake.core.facts import Facts, FactValue
    from keepsake.core.pack import Pack

_TABLE = field_of(pb.Decision, "tables")


class Tables:
    """Says what the decision tables of one kind gave."""

    def __init__(self, pack: Pack) -> None:
        self._tables = tuple(pack.work.tables.values())

    def of(self, facts: Facts) -> bytes:
        """Return what each table gave, in their order; one that gave nothing is left out."""
        traces = (_trace(table, facts) for table in self._tables)
        return b"".join(_TABLE(in_bytes(trace)) for trace in traces if trace.facts)


def _trace(table: DecisionTable, facts: Facts) -> pb.TableTrace:
    row = table.row(facts)
    given = table.otherwise if row is None else row.given
    told = [_fact(name, given[name]) for name in sorted(given)]
    if row is None:
        return pb.TableTrace(table=table.id, facts=told)
    return pb.TableTrace(
        table=table.id,
        location=str(row.source),
        facts=told,
        confidence=row.confidence,
        note=row.note,
        source=row.cites,
    )


def _fact(name: str, value: FactValue) -> pb.Fact:
    if isinstance(value, bool):
        return pb.Fact(name=name, flag=value)
    if isinstance(value, str):
        return pb.Fact(name=name, word=value)
    return pb.Fact(name=name, number=value)
