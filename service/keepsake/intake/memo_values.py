"""Reads one value of a debit memo; what is not sure has no value and says why."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from keepsake.intake import written_amounts, written_dates

_DOCUMENT = re.compile(r"(?<!\d)(\d{3})[- ]?(\d{10})(?:[- ]?(\d))?(?!\d)")
_TAX = re.compile(r"\b([A-Z][A-Z0-9]|[0-9][A-Z])\b\s*[:=]?\s*")
_SERIAL_DIGITS = 10
_AGENCY_DIGITS = 7
_FCMI = {"0": "auto", "a": "auto", "auto": "auto", "automatic": "auto", "autopriced": "auto",
         "1": "manual", "m": "manual", "manual": "manual",
         "none": "not_given", "missing": "not_given", "-": "not_given", "n/a": "not_given",
         "not given": "not_given", "not provided": "not_given"}  # fmt: skip
_CONCERNS = {"i": "issue", "issue": "issue", "r": "refund", "refund": "refund", "x": "exchange",
             "exchange": "exchange", "e": "emd", "emd": "emd"}  # fmt: skip
_TRANSACTIONS = ("adma", "admd", "adnt", "acma", "acmd", "acnt", "spdr", "spcr")


class Context(NamedTuple):
    """What the rest of the memo shows of how it writes amounts and dates."""

    decimal_mark: str = ""
    date_order: str = ""
    currency: str = ""


class Value(NamedTuple):
    """A value as it is sent, or none with the doubt about it."""

    value: str = ""
    doubt: str = ""


def documents(text: str) -> list[str]:
    """Return the numbers of tickets in a text, 13 digits each, without their check digit."""
    return list(dict.fromkeys(f"{one[1]}{one[2]}" for one in _DOCUMENT.finditer(text)))


def amount(text: str, context: Context) -> Value:
    """Return an amount with its currency: `EUR 1234.56`."""
    currency = written_amounts.currency_of(text) or context.currency
    plain = written_amounts.CURRENCY.sub(" ", text)
    numbers = written_amounts.WRITTEN.findall(plain)
    if len(numbers) != 1:
        return Value(doubt="no amount" if not numbers else f"{len(numbers)} amounts stand there")
    read = written_amounts.readings(numbers[0], context.decimal_mark)
    if len(read) != 1:
        said = " or ".join(f"{one:.2f}" for one in read)
        return Value(doubt=f"may be {said}" if read else "is no amount")
    if not currency:
        return Value(doubt=f"{read[0]:.2f}, in a currency that is not said")
    if read[0] < 0 or re.search(r"\d[ ]?(?:CR|-)\s*$", plain):
        return Value(doubt="is below 0: a credit?")
    return Value(f"{currency} {read[0]:.2f}")


def taxes(text: str, context: Context) -> Value:
    """Return the sum of tax lines (`YQ 45.00 DE 12.30`), or of the one amount that stands there."""
    plain = re.sub(r"[,;](?=\s)", " ", text)
    parts = [part for part in _TAX.split(written_amounts.CURRENCY.sub(" ", plain))[2::2] if part]
    if not parts:
        return amount(text, context)
    currency = written_amounts.currency_of(text) or context.currency
    read = [amount(part, context._replace(currency=currency)) for part in parts]
    if doubt := next((one.doubt for one in read if one.doubt), ""):
        return Value(doubt=f"one of {len(read)} taxes {doubt}")
    return Value(f"{currency} {sum(float(one.value[4:]) for one in read):.2f}")


def day(text: str, context: Context) -> Value:
    """Return a day: `2026-05-12`."""
    found = written_dates.WRITTEN.findall(text)
    texts = [match.group() for match in written_dates.WRITTEN.finditer(text)]
    if len(found) != 1:
        return Value(doubt="no date" if not found else f"{len(found)} dates stand there")
    read = written_dates.readings(texts[0], context.date_order)
    if len(read) != 1:
        said = " or ".join(f"{one.isoformat()}" for one in read)
        return Value(doubt=f"may be {said}" if read else "is no day of the calendar")
    return Value(read[0].isoformat())


def number(text: str, _context: Context) -> Value:
    """Return the number of a memo: its 10 digits, of the 13 that begin with the airline's."""
    digits = re.sub(r"(?<=\d)[- ](?=\d)", "", text)
    found = re.findall(r"(?<!\d)\d+(?!\d)", digits)
    fitting = [one[-_SERIAL_DIGITS:] for one in found if len(one) in (10, 13)]
    if len(set(fitting)) != 1:
        return Value(doubt="is not 10 digits, or 13 with the airline's")
    return Value(fitting[0])


def airline(text: str, _context: Context) -> Value:
    """Return the airline's code of three digits."""
    found = set(re.findall(r"(?<![\d-])\d{3}(?![\d-])", text))
    return Value(found.pop()) if len(found) == 1 else Value(doubt="no code of three digits")


def agency(text: str, _context: Context) -> Value:
    """Return the agency's IATA number: 8 digits, the last of which is 7 others modulo 7."""
    digits = re.sub(r"\D", "", text)
    if len(digits) != _AGENCY_DIGITS + 1:
        return Value(doubt=f"{len(digits)} digits in place of 8")
    check = int(digits[:_AGENCY_DIGITS]) % 7
    if check != int(digits[-1]):
        return Value(doubt=f"the check digit would be {check}")
    return Value(digits)


def fcmi(text: str, _context: Context) -> Value:
    """Return how the fare was priced."""
    word = text.strip().casefold()
    return Value(_FCMI.get(word, "other")) if word else Value(doubt="nothing stands there")


def concerns(text: str, _context: Context) -> Value:
    """Return what the memo concerns."""
    return _word(text, _CONCERNS, "I, R, X or E")


def transaction(text: str, _context: Context) -> Value:
    """Return the transaction code."""
    return _word(text, {one: one for one in _TRANSACTIONS}, "ADMA, ADMD, ACMA ...")


def reason_code(text: str, _context: Context) -> Value:
    """Return the airline's own code: at most five of letters, digits, blank, point, stroke."""
    if not re.fullmatch(r"[A-Z0-9 ./-]{1,5}", text):
        return Value(doubt="is no code of at most five signs")
    code = re.sub(r"[^A-Z0-9.-]", "_", text).lstrip("_.-")
    return Value(code) if code else Value(doubt="has neither letter nor digit")


def country(text: str, _context: Context) -> Value:
    """Return the country of the BSP, by its two letters."""
    found = re.match(r"\s*([A-Z]{2})(?![A-Za-z])", text)
    return Value(found[1]) if found else Value(doubt="is no country of two letters")


def currency(text: str, _context: Context) -> Value:
    """Return the currency of the memo."""
    code = written_amounts.currency_of(text)
    return Value(code) if code else Value(doubt="is no one currency")


def billing_period(text: str, _context: Context) -> Value:
    """Return the billing period, `yyyyMMp`."""
    found = re.search(r"(?<!\d)(20\d{2})[-/ ]?(0[1-9]|1[0-2])[-/ ]?([1-8])(?!\d)", text)
    return Value("".join(found.groups())) if found else Value(doubt="is not yyyyMMp")


def _word(text: str, words: Mapping[str, str], allowed: str) -> Value:
    word = words.get(text.strip().casefold().split(" ")[0] if text.strip() else "")
    return Value(word) if word else Value(doubt=f"is none of {allowed}")


READERS: Mapping[str, Callable[[str, Context], Value]] = {
    "memo.number": number,
    "memo.airline": airline,
    "memo.agency": agency,
    "memo.transaction": transaction,
    "memo.concerns": concerns,
    "memo.issue_date": day,
    "memo.document_issue_date": day,
    "memo.final_travel_date": day,
    "memo.refund_date": day,
    "memo.amount": amount,
    "memo.admin_fee": amount,
    "memo.airline_calculation": amount,
    "memo.agent_calculation": amount,
    "memo.tax_difference": taxes,
    "memo.fcmi": fcmi,
    "memo.reason_code": reason_code,
    "memo.country": country,
    "memo.currency": currency,
    "memo.billing_period": billing_period,
}
