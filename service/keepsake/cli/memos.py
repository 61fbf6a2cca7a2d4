"""`keepsake memos`: what closed memos teach, and which memos a file of credit memos gives back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from keepsake.cli.console import AsJson, Refusal, say, show
from keepsake.cli.intake_memo import memos_of
from keepsake.cli.settings_options import settings_with
from keepsake.cli.tables import open_table
from keepsake.cli.trends import PackName, Read, reading_cases
from keepsake.core.credit_memos import CreditMemo, Match, Matched, all_matched
from keepsake.core.mapping import row_reader, to_facts
from keepsake.core.win_history import Learned, learned

if TYPE_CHECKING:
    from keepsake.core.facts import Facts
    from keepsake.core.flag_counts import Count
    from keepsake.core.policies import Rates
    from keepsake.intake.memo_text import Memo
    from keepsake.relations import Relations

memos = typer.Typer(no_args_is_help=True, help="Debit memos: what they teach, and credit memos.")
TABLE = Path("kinds/debit_memo/tables/history.csv")
FLAGS = Path("kinds/debit_memo/tables/flags.csv")
_CENTS = 100


@memos.command("history")
def history(
    pack: PackName,
    *,
    write: Annotated[bool, typer.Option("--write", help="Write it into the pack.")] = False,
    as_json: AsJson = False,
) -> None:
    """Count the disputes that airlines granted, by cause, and what they say of the next.

    Few count little: each chance is drawn towards what other airlines granted for the same cause,
    and that towards the table of causes. With --write the pack's table is replaced, as if you had
    edited it: it is checked, and in force a second later. Reads the store that the settings name.
    """
    rows, text = asyncio.run(_learned(pack))
    target = settings_with({}).rules_dir / pack / TABLE
    if write:
        target.write_text(text, encoding="utf-8")
        say(f"written to {target}")
    data = [{"airline": r.airline, "cause": r.cause, "disputes": r.tally.disputes,
             "wins": r.tally.wins, "chance": round(r.chance, 3)} for r in rows]  # fmt: skip
    show(data, _history_view(rows), as_json=as_json)


async def _learned(pack: str) -> tuple[Sequence[Learned], str]:
    from keepsake.memo_books import (
        base_chances,
        decided_of,
        history_table,
    )

    async with reading_cases(pack) as read:
        rows = learned(decided_of(read.cases), base_chances(read.pack))
    return rows, history_table(rows, datetime.now(UTC).date().isoformat())


def _history_view(rows: Sequence[Learned]) -> Table:
    table = Table("airline", "cause", "disputes", "won", "chance", box=None, padding=(0, 2))
    for row in (one for one in rows if one.tally.disputes):
        disputes, wins = str(row.tally.disputes), f"{row.tally.wins:g}"
        table.add_row(escape(row.airline), escape(row.cause), disputes, wins, f"{row.chance:.0%}")
    table.caption = "" if table.row_count else "no dispute of a memo was decided yet"
    return table


@memos.command("flags")
def flags(
    pack: PackName,
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="A .csv of tickets issued.")
    ],
    *,
    write: Annotated[bool, typer.Option("--write", help="Write it into the pack.")] = False,
    as_json: AsJson = False,
) -> None:
    """Count for which tickets a scan would have warned, and for which of them a memo came.

    A memo belongs to a ticket that its request named. With --write the pack's table is replaced,
    and scans tell the chances that were counted; few tickets count little.
    """
    tickets = _tickets(pack, file)
    found = asyncio.run(_counted(pack, tickets))
    if write:
        from keepsake.memo_books import flags_table

        target = settings_with({}).rules_dir / pack / FLAGS
        day = datetime.now(UTC).date().isoformat()
        target.write_text(flags_table(found, day), encoding="utf-8")
        say(f"written to {target}")
    table = Table("flag", "tickets", "memos", "chance", box=None, padding=(0, 2))
    for one in found:
        table.add_row(one.flag, str(one.seen), str(one.hit), f"{one.chance:.1%}")
    show([one._asdict() for one in found], table, as_json=as_json)


def _tickets(pack: str, file: Path) -> Sequence[tuple[str, Facts]]:
    from keepsake.packs.mappings import find_mapping, read_mapping

    mapping = read_mapping(find_mapping(settings_with({}).rules_dir, pack, "tickets"))
    read = row_reader(mapping)
    with open_table(file) as table:
        return [
            (row.get(mapping.subject_id, ""), to_facts(read(row).values(), {}))
            for row in table.rows()
        ]


async def _counted(pack: str, tickets: Sequence[tuple[str, Facts]]) -> Sequence[Count]:
    from keepsake.core.flag_counts import counts
    from keepsake.core.flags import Raiser
    from keepsake.memo_books import KIND, past_tickets

    async with reading_cases(pack) as read:
        of_kind = read.pack.of(KIND)
        raiser = Raiser(of_kind.work.flags, {KIND: of_kind.vocabulary})
        past = [one async for one in past_tickets(pack, tickets, _relations(read))]
    return counts(past, raiser, of_kind.work.flags)


def _relations(read: Read) -> Relations:
    """Return the way to the cases that hang on one thing."""
    from keepsake.adapters.links import RedisLinks
    from keepsake.core.keyed import Keyed
    from keepsake.relations import Relations

    keyed = Keyed(read.app.settings.secret_bytes())
    return Relations(RedisLinks(read.app.store.call), keyed)


@memos.command("credits")
def credit_memos(
    pack: PackName,
    file: Annotated[str, typer.Argument(help="The text of one ACM, a .csv of many, or -.")],
    *,
    outcomes: Annotated[
        Path | None,
        typer.Option(dir_okay=False, help="Write how the cases ended, for outcomes import."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Find the debit memos that credit memos (ACM) give back: by number, document and amount.

    Tells of each whether it gives back all (exact), a part, more, nothing that is known here, or
    one of several. Nothing is closed by it: with --outcomes what was given back, all or in part, is
    written for `keepsake outcomes import`, after somebody has looked at it.
    """
    credited = _credited(pack, file)
    matched, currency = asyncio.run(_matched(pack, credited))
    data = [{"credit": one.credit.number, "match": one.match, "by": one.by, "why": one.why,
             "case_id": one.debit.case_id if one.debit else "",
             "memo": one.debit.number if one.debit else ""} for one in matched]  # fmt: skip
    if outcomes is not None:
        outcomes.write_text(outcome_rows(matched, currency), encoding="utf-8")
    show(data, _credits_view(matched), as_json=as_json)


def _credited(pack: str, file: str) -> Sequence[tuple[Memo, str]]:
    read = [(one, one.value("memo.amount")) for one in memos_of(file, "", pack)]
    if not any(text for _, text in read):
        raise Refusal(f"{file} holds no amount that is sure", "see keepsake intake memo")
    return read


async def _matched(
    pack: str, credited: Sequence[tuple[Memo, str]]
) -> tuple[Sequence[Matched], str]:
    from keepsake.memo_books import debits_of

    async with reading_cases(pack) as read:
        found = [_credit(memo, text, read.pack.rates) for memo, text in credited]
        debits = await debits_of(pack, read.cases, found, relations=_relations(read))
    return all_matched(found, debits), read.pack.currency


def _credit(memo: Memo, text: str, rates: Rates) -> CreditMemo:
    """Return a credit memo with its amount in cents of the pack's currency."""
    currency, _, number = text.partition(" ")
    rate = rates.rates.get(currency)
    amount = (
        None if rate is None or not number else round(Decimal(number) * Decimal(str(rate)) * _CENTS)
    )
    airline = memo.value("memo.airline")
    return CreditMemo(memo.value("memo.number"), airline, memo.documents, amount)


def outcome_rows(matched: Sequence[Matched], currency: str) -> str:
    """Return what was given back as rows of `keepsake outcomes import`; open cases only."""
    rows = ["case_id,outcome,kept,currency"]
    for one in matched:
        ending = {Match.EXACT: "won", Match.PARTIAL: "part_won"}.get(one.match)
        if ending and one.debit and not one.debit.is_closed and one.credit.amount is not None:
            rows.append(f"{one.debit.case_id},{ending},{one.credit.amount / _CENTS:.2f},{currency}")
    return "\n".join(rows) + "\n"


def _credits_view(matched: Sequence[Matched]) -> Table:
    table = Table("ACM", "match", "memo", "by", "case", "why", box=None, padding=(0, 2))
    for one in matched:
        style = "" if one.match is Match.EXACT else "yellow"
        memo, case_id = (one.debit.number, one.debit.case_id) if one.debit else ("-", "-")
        ended = "its case has ended" if one.debit and one.debit.is_closed else ""
        why = "; ".join(part for part in (one.why, ended) if part)
        cells = (one.credit.number, one.match, memo, one.by, case_id, why)
        table.add_row(*map(escape, cells), style=style)
    return table
