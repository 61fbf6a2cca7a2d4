"""Amounts as packs write them: `150 USD`, `4 percent of order.value`, `terms.amount`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from keepsake.core.facts import FactKind, FactType
from keepsake.core.literals import Dialect, LiteralError, read_literal, read_number
from keepsake.core.pack import REST, Amount
from keepsake.packs.document import Document
from keepsake.packs.tree import Path

_OF = re.compile(r"(?P<part>\S+(?: percent)?) of (?P<fact>[a-z][\w.]*)")
_REST = re.compile(r"rest of (?P<fact>[a-z][\w.]*)")
_Read = TypeVar("_Read")
_MONEY = FactType("amount", FactKind.MONEY)


def read_money(text: str, dialect: Dialect) -> float:
    """Return an amount of money in the pack's currency; raise LiteralError."""
    return float(read_literal(text, _MONEY, dialect))


def read_percent(text: str) -> float:
    """Return the number of `5 percent`; raise LiteralError."""
    number, unit = read_number(text)
    if unit != "percent":
        raise LiteralError(f"{text!r} is not a percentage", f"write {number:g} percent")
    return number


def read_amount(text: str | None, term: str | None, dialect: Dialect) -> Amount:
    """Return an amount; `term` is the term the offer has, if it has one. Raise LiteralError."""
    if text is None:
        return Amount()
    if text == "terms.amount":
        _need_term("amount", term)
        return Amount(term="amount", text=text)
    if _REST.fullmatch(text):
        raise LiteralError("is left over only where somebody leaves", "say the rest in a way out")
    share = _OF.fullmatch(text)
    if share is None:
        return Amount(fixed=read_money(text, dialect), text=text)
    _need_money(share["fact"], dialect)
    if share["part"] == "terms.percent":
        _need_term("percent", term)
        return Amount(of=share["fact"], term="percent", text=text)
    return Amount(percent=read_percent(share["part"]), of=share["fact"], text=text)


def read_settled(text: str, dialect: Dialect) -> Amount:
    """Return an amount of a way out, which may be the rest of what was paid; raise LiteralError."""
    rest = _REST.fullmatch(text)
    if rest is None:
        return read_amount(text, None, dialect)
    _need_money(rest["fact"], dialect)
    return Amount(of=rest["fact"], term=REST, text=text)


def _need_term(wanted: str, term: str | None) -> None:
    if term != wanted:
        has = f"has terms.{term}" if term else "has no terms"
        raise LiteralError(f"terms.{wanted} is not known here: the offer {has}",
                           f"declare terms: {{{wanted}: [...]}}")  # fmt: skip


def _need_money(fact: str, dialect: Dialect) -> None:
    fact_type = dialect.vocabulary.get(fact)
    if fact_type is None:
        near = dialect.vocabulary.nearest(fact)
        raise LiteralError(f"no fact is called {fact}", f"did you mean {near}?" if near else "")
    if fact_type.kind is not FactKind.MONEY:
        raise LiteralError(f"{fact} is {fact_type.kind}, not money")


class AmountReader:
    """Reads the amounts of one pack; a mistake is noted where it stands and counts as nothing."""

    def __init__(self, document: Document, dialect: Dialect) -> None:
        self._document = document
        self._dialect = dialect

    def amount(self, text: str | None, path: Path, *, term: str | None = None) -> Amount:
        """Return an amount."""
        return self._noted(lambda: read_amount(text, term, self._dialect), path, text) or Amount()

    def settled(self, text: str, path: Path) -> Amount:
        """Return an amount of a way out."""
        return self._noted(lambda: read_settled(text, self._dialect), path, text) or Amount()

    def _noted(self, read: Callable[[], _Read], path: Path, text: str | None) -> _Read | None:
        try:
            return read()
        except LiteralError as error:
            self._document.refuse(path, error.message, error.suggestion, value=text)
            return None

    def money(self, text: str | None, path: Path) -> float | None:
        """Return money in the pack's currency."""
        if text is None:
            return None
        return self._noted(lambda: read_money(text, self._dialect), path, text)

    def percent(self, text: str | None, path: Path) -> float | None:
        """Return a percentage."""
        if text is None:
            return None
        return self._noted(lambda: read_percent(text), path, text)

    def depth(self, text: str | None, path: Path, *, term: str | None) -> float | None:
        """Return a bound on an offer's term, which must be in the unit of the term."""
        if text is None:
            return None
        is_percent = text.endswith("percent")
        if term and is_percent is not (term == "percent"):
            self._document.refuse(path, f"is not in the unit of terms.{term}", value=text)
            return None
        return self.percent(text, path) if is_percent else self.money(text, path)
