"""Amounts as people and systems write them: `1.234,56`, `1,234.56`, `1 234,56`, `EUR 12.50`.

One separator before three digits may be either of the two; then both readings are returned, and
nobody here chooses. A text that writes another amount without doubt shows which one it means.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

_SPACES = " \u00a0\u202f"
_MOST_DIGITS = 13
_GROUP = 3
WRITTEN = re.compile(
    rf"(?<![\w.,])[-+]?\d{{1,3}}(?:[.,'\u2019{_SPACES}]\d{{3}})+(?:[.,]\d{{1,2}})?(?![\w]|[.,]\d)"
    r"|(?<![\w.,])[-+]?\d+(?:[.,]\d{1,3})?(?![\w]|[.,]\d)"
)
CURRENCIES = frozenset(
    {
        *("AED", "AUD", "BGN", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EGP", "EUR", "GBP"),
        *("HKD", "HUF", "IDR", "ILS", "INR", "ISK", "JPY", "KES", "KRW", "MAD", "MXN", "MYR"),
        *("NOK", "NZD", "PHP", "PLN", "QAR", "RON", "SAR", "SEK", "SGD", "THB", "TND", "TRY"),
        *("TWD", "UAH", "USD", "VND", "ZAR"),
    }
)
"""What counts as a currency where any three letters may stand."""
CURRENCY = re.compile(rf"(?<![A-Za-z])(?:{'|'.join(sorted(CURRENCIES))})(?![A-Za-z])|[€$£]")
SIGNS = {"€": "EUR", "£": "GBP"}


def readings(text: str, decimal_mark: str = "") -> tuple[Decimal, ...]:
    """Return what an amount may mean: one number, two where it is not clear, none if it is none.

    `decimal_mark` is the mark that the rest of the text writes before cents, where it shows one.
    """
    plain = re.sub(rf"[{_SPACES}'\u2019]", "", text.strip())
    marks = [letter for letter in plain if letter in ".,"]
    if sum(letter.isdigit() for letter in plain) > _MOST_DIGITS:
        return ()
    if len(marks) == 1:
        return _of_one_mark(plain, marks[0], decimal_mark)
    if len(set(marks)) > 1:
        return _numbers([_with_point(plain, marks[-1])])
    return _numbers([plain.replace(",", "").replace(".", "")])


def _of_one_mark(plain: str, mark: str, decimal_mark: str) -> tuple[Decimal, ...]:
    before, _, after = plain.partition(mark)
    if len(after) != _GROUP or before.lstrip("+-").startswith("0"):
        return _numbers([f"{before}.{after}"])
    if decimal_mark:
        return _numbers([before + ("." if mark == decimal_mark else "") + after])
    return _numbers([before + after, f"{before}.{after}"])


def decimal_mark(texts: Iterable[str]) -> str:
    """Return the mark that amounts of a text write before cents; empty where they disagree."""
    marks = {shown for text in texts if (shown := _shown(text))}
    return marks.pop() if len(marks) == 1 else ""


def currency_of(text: str) -> str:
    """Return the one currency that a text names; empty where it names none or several."""
    found = {SIGNS.get(one, one) for one in CURRENCY.findall(text)}
    return found.pop() if len(found) == 1 and "$" not in found else ""


def _shown(text: str) -> str:
    """Return the mark before cents, where this amount alone leaves no doubt about it."""
    if len(readings(text)) != 1:
        return ""
    cents = re.search(r"([.,])\d{1,2}$", text.strip())
    return cents[1] if cents else ""


def _with_point(plain: str, mark: str) -> str:
    whole, _, cents = plain.rpartition(mark)
    return f"{whole.replace('.', '').replace(',', '')}.{cents}"


def _numbers(texts: Iterable[str]) -> tuple[Decimal, ...]:
    found = []
    for text in texts:
        try:
            found.append(Decimal(text))
        except InvalidOperation:
            return ()
    return tuple(found)
