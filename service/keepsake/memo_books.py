"""What closed memos teach, and which of them a credit memo gives back: read from the cases kept."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence

from keepsake.core.credit_memos import CreditMemo, DebitMemo
from keepsake.core.facts import Facts
from keepsake.core.flag_counts import Count, Past
from keepsake.core.pack import Pack
from keepsake.core.trends import PastCase
from keepsake.core.win_history import Decided, Learned
from keepsake.relations import Relations

KIND, TICKET = "debit_memo", "ticket"
CAUSES, REASON, BASE = "memo-causes", "reason", "memo.base_chance"
AIRLINE, NUMBER = "memo.airline", "memo.number"
COLUMNS = ("airline", "cause", "disputes", "wins", "chance", "thin", "conf", "note")
THIN = 0.4
"""What is left of a chance where there is little proof (a default of ours)."""


def decided_of(cases: Iterable[PastCase]) -> list[Decided]:
    """Return the disputes of memos that were decided."""
    memos = (case for case in cases if case.kind == KIND and case.ending)
    return [
        Decided(case.words.get(AIRLINE, ""), case.words.get(REASON, ""), case.ending)
        for case in memos
    ]


def base_chances(pack: Pack) -> Mapping[str, float]:
    """Return the chance of each cause as long as nothing is counted, by the pack's own table."""
    table = pack.of(KIND).work.tables[CAUSES]
    at = table.keys.index(REASON)
    chances = dict[str, float]()
    for row in table.rows:
        causes = row.cells[at]
        if isinstance(causes, frozenset) and BASE in row.given:
            chances |= dict.fromkeys(map(str, causes), float(row.given[BASE]))
    return chances


def history_table(rows: Sequence[Learned], day: str) -> str:
    """Return the table of the pack that these rows are: CSV, as it is written."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        chance = round(row.chance, 3)
        note = f"counted until {day}" if row.tally.disputes else "nothing counted yet"
        told = (row.tally.disputes, f"{row.tally.wins:g}", chance, round(chance * THIN, 3), "D")
        writer.writerow((row.airline, row.cause, *told, note))
    return written.getvalue()


async def past_tickets(
    pack: str, tickets: Iterable[tuple[str, Facts]], relations: Relations
) -> AsyncIterator[Past]:
    """Yield tickets of the past, each with the causes of the memos that came for it."""
    for number, facts in tickets:
        links = await relations.cases_on(pack, TICKET, number)
        yield Past(facts, {link.reason for link in links if link.kind == KIND})


def flags_table(found: Sequence[Count], day: str) -> str:
    """Return the table of what was counted of flags: CSV, as it is written."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(("flag", "seen", "hit", "chance", "conf", "note"))
    for one in found:
        told = (one.seen, one.hit, round(one.chance, 4), "D", f"counted until {day}")
        writer.writerow((one.flag, *told))
    return written.getvalue()


async def debits_of(
    pack: str,
    cases: Iterable[PastCase],
    credited: Iterable[CreditMemo],
    *,
    relations: Relations,
) -> list[DebitMemo]:
    """Return the memos whose cases are kept, with the documents of credits that lead to them."""
    led: dict[str, list[str]] = defaultdict(list)
    for document in sorted({document for credit in credited for document in credit.documents}):
        for link in await relations.cases_on(pack, TICKET, document):
            led[link.case_id].append(document)
    return [
        DebitMemo(
            case.case_id,
            case.words.get(NUMBER, ""),
            case.words.get(AIRLINE, ""),
            case.at_stake,
            is_closed=bool(case.ending),
            documents=tuple(led[case.case_id]),
        )
        for case in cases
        if case.kind == KIND
    ]
