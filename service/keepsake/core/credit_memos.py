"""Credit memos (ACM) and the debit memos that they give back: by number, by document, by amount."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

_NUMBER = 10


class Match(StrEnum):
    """How far a credit memo gives back a debit memo."""

    EXACT = "exact"
    PARTIAL = "partial"
    MORE = "more"
    UNMATCHED = "unmatched"
    SEVERAL = "several"


@dataclass(frozen=True, slots=True)
class CreditMemo:
    """A credit memo; `documents` are those it names, 13 digits each; cents of one currency."""

    number: str
    airline: str
    documents: tuple[str, ...]
    amount: int | None


@dataclass(frozen=True, slots=True)
class DebitMemo:
    """A debit memo whose case is kept; `documents` are those whose links lead to it."""

    case_id: str
    number: str
    airline: str
    amount: int | None
    is_closed: bool = False
    documents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Matched:
    """What a credit memo gives back: one debit memo, or why it is none."""

    credit: CreditMemo
    match: Match
    debit: DebitMemo | None = None
    by: str = ""
    why: str = ""


def match(credit: CreditMemo, debits: Iterable[DebitMemo]) -> Matched:
    """Return the debit memo that a credit memo belongs to.

    Of the same airline alone. The number of the memo speaks first, then a document that both hang
    on; of several on one document that of the same amount counts, if it is the only one.
    """
    theirs = [debit for debit in debits if debit.airline == credit.airline]
    numbers = {document[-_NUMBER:] for document in credit.documents}
    named = [debit for debit in theirs if debit.number in numbers]
    found = named or [d for d in theirs if not set(d.documents).isdisjoint(credit.documents)]
    if not found:
        return Matched(credit, Match.UNMATCHED, why="no memo of this airline has its documents")
    by = "number" if named else "document"
    same = [debit for debit in found if debit.amount == credit.amount]
    left = same if len(found) > 1 else found
    if len(left) != 1:
        why = f"{len(found)} memos: " + ", ".join(sorted(debit.number for debit in found))
        return Matched(credit, Match.SEVERAL, by=by, why=why)
    return _compared(credit, left[0], by)


def _compared(credit: CreditMemo, debit: DebitMemo, by: str) -> Matched:
    if credit.amount is None or debit.amount is None:
        return Matched(credit, Match.UNMATCHED, debit, by, "an amount is not known")
    if credit.amount == debit.amount:
        return Matched(credit, Match.EXACT, debit, by)
    how = Match.PARTIAL if credit.amount < debit.amount else Match.MORE
    difference = abs(credit.amount - debit.amount) / 100
    return Matched(credit, how, debit, by, f"{difference:.2f} {_SAID[how]}")


_SAID = {Match.PARTIAL: "are not given back", Match.MORE: "more than was taken"}


def all_matched(credited: Sequence[CreditMemo], debits: Sequence[DebitMemo]) -> list[Matched]:
    """Return all matches; a debit memo that one credit memo gives back is taken for no other."""
    left, found = list(debits), []
    for credit in credited:
        matched = match(credit, left)
        if matched.match is Match.EXACT and matched.debit is not None:
            left.remove(matched.debit)
        found.append(matched)
    return found
