"""Random intercepts in a pack's own vocabulary: from those with every fact to those with none.

Values lie where the rules turn: at the constants of their conditions, and just beside them.
"""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, timedelta

from google.protobuf.timestamp_pb2 import Timestamp
from google.type.date_pb2 import Date
from google.type.money_pb2 import Money
from keepsake.core.facts import FactKind
from keepsake.core.strata import comparisons
from keepsake.packs.api_facts import COUNTS, MESSAGES
from keepsake.packs.vocabulary import attributes
from keepsake.v1.common_pb2 import AttributeValue, FeasibilityAnswer
from keepsake.v1.intercept_pb2 import VIEW_FULL, RecommendRequest

NOW_MS = 1_795_262_400_000  # 2026-11-22, noon
TODAY = date(2026, 11, 22)
PLACES = ("US-TX", "US-CA", "US-MN", "US-NY", "DE", "FR", "GB", "CH", "CA-QC", "JP")
SUMS = (0, 1, 55.5, 250, 899.99, 1200, 4200, 5000.01, 9800, 26000)
COUNTS_OF = (0, 1, 2, 3, 4, 30, 400)
_EPOCH = date(1970, 1, 1)

_ARM = {
    FactKind.FLAG: "flag",
    FactKind.MONEY: "money",
    FactKind.DATE: "date",
    FactKind.TIME: "time",
    FactKind.ONE_OF: "text",
    FactKind.ORDERED: "text",
}


class Intercepts:
    """Makes requests for one pack."""

    def __init__(self, pack):
        self.pack = pack
        self._attributes = {fact.name: fact for fact in attributes(pack.vocabulary)}
        self._turns = defaultdict(set)
        for stratum in pack.rulebook.strata:
            for rule in stratum:
                for part in comparisons(rule.when):
                    if isinstance(part.operand, float):
                        self._turns[part.fact] |= {part.operand - 1, part.operand, part.operand + 1}

    def request(self, seed, *, fullness=None, request_id=None):
        """Return the request of a seed."""
        chance = random.Random(seed)
        fullness = chance.choice((0, 0.5, 0.9, 0.97, 1)) if fullness is None else fullness
        request = RecommendRequest(
            request_id=request_id or f"r-{seed}", pack=self.pack.id, view=VIEW_FULL
        )
        self._frame(request.intercept, chance, seed)
        subjects = [name for name in self.pack.subjects if name in MESSAGES]
        for prefix in ("customer", "contract", *subjects):
            if chance.random() < fullness or prefix in subjects:
                self._message(request.intercept, prefix, chance, fullness)
        for name, fact in self._attributes.items():
            if chance.random() < fullness:
                request.intercept.attributes[name].CopyFrom(self._attribute(fact, chance))
        self._feasibility(request.intercept, chance, fullness)
        request.agent.role = chance.choice(("", *(t.role for t in self.pack.authority.tiers)))
        request.agent.id = f"agent-{seed % 7}"
        return request

    def _frame(self, intercept, chance, seed):
        pack = self.pack
        intercept.kind = chance.choice((pack.kinds[0], *pack.kinds))
        intercept.channel = chance.choice(pack.channels)
        intercept.jurisdiction = chance.choice(PLACES)
        intercept.language = chance.choice(("", "en", "de-CH", "pt"))
        intercept.subject_type = pack.subjects[0]
        intercept.subject_id = f"subject-{seed}"
        intercept.customer.id = f"customer-{seed}"
        if chance.random() < 0.9:
            intercept.stated_reason = chance.choice(list(pack.reasons))

    def _message(self, intercept, prefix, chance, fullness):
        message = getattr(intercept, prefix)
        message.SetInParent()
        for field in MESSAGES[prefix].fields:
            fact = self.pack.vocabulary.get(f"{prefix}.{field.name}")
            if fact is None or chance.random() >= fullness:
                continue
            value = self._value(fact, chance)
            if field.name == "leave_requests" and chance.random() < 0.8:
                value = 1
            if field.message_type is not None:
                getattr(message, field.name).CopyFrom(value)
            else:
                is_whole = field.cpp_type == field.CPPTYPE_INT32
                setattr(message, field.name, int(value) if is_whole else value)
        if prefix in self.pack.subjects and message.HasField("value"):
            _scale(message, chance)
        if f"{prefix}.concession_count" in COUNTS and chance.random() < 0.2:
            offer = chance.choice((*self.pack.offers, "a-word-of-their-own"))
            concession = message.active_concessions.add(offer_id=offer)
            if chance.random() < 0.7:
                concession.percent = chance.choice((0, 2, 5, 12))

    def _attribute(self, fact, chance):
        value = self._value(fact, chance)
        if fact.name.startswith("stone.") and fact.kind is FactKind.NUMBER:
            value = chance.uniform(0.3, 3)  # more digits than are kept
        return AttributeValue(**{_ARM.get(fact.kind, "number"): value})

    def _feasibility(self, intercept, chance, fullness):
        for question in self.pack.questions:
            if chance.random() < fullness:
                answer = FeasibilityAnswer(question=question, feasible=chance.random() < 0.8)
                if chance.random() < 0.8:
                    answer.ready_date.CopyFrom(_date(chance.randint(0, 40)))
                intercept.feasibility.append(answer)

    def _value(self, fact, chance):
        name, words = fact.name, fact.words
        match fact.kind:
            case FactKind.FLAG:
                return chance.random() < (
                    0.08 if name.startswith(("customer", "contract")) else 0.4
                )
            case FactKind.ONE_OF | FactKind.ORDERED:
                return chance.choice(words or ("other", "c08"))  # a code may be any word
            case FactKind.MONEY:
                return self._money(name, chance)
            case FactKind.DATE:
                turns = self._turns.get(f"{name}.in_days", ())
                return _date(chance.choice((-40, -1, 3, 10, 30, 90, *turns)))
            case FactKind.TIME:
                turns = self._turns.get(f"{name}.hours_ago", ())
                return _time(chance.choice((1, 20, 100, 700, *turns)))
            case _:
                return self._number(fact, chance)

    def _money(self, name, chance):
        amount = chance.choice((*SUMS, *self._turns.get(name, ())))
        currency = chance.choice((self.pack.currency, *self.pack.rates.rates))
        cents = round(max(amount, 0) * 100)
        finer = chance.choice((0,) * 7 + (1_234_567,))  # more digits than are kept
        nanos = cents % 100 * 10_000_000 + finer
        return Money(currency_code=currency, units=cents // 100, nanos=nanos)

    def _number(self, fact, chance):
        low = -1e9 if fact.minimum is None else fact.minimum
        high = 1e9 if fact.maximum is None else fact.maximum
        value = chance.choice((*COUNTS_OF, *self._turns.get(fact.name, ())))
        return min(max(value, low), high)


def _scale(message, chance):
    """Let margin and payment be parts of the value, as the API asks."""
    cents = message.value.units * 100 + message.value.nanos // 10_000_000
    for name, shares in (("margin", (0.05, 0.1, 0.3, 0.35)), ("paid", (0.0, 0.2, 1.0))):
        if message.HasField(name):
            part = int(cents * chance.choice(shares))
            sum_of = getattr(message, name)
            sum_of.currency_code = message.value.currency_code
            sum_of.units, sum_of.nanos = part // 100, part % 100 * 10_000_000


def _date(days):
    day = TODAY + timedelta(days=int(days))
    return Date(year=day.year, month=day.month, day=day.day)


def _time(hours_ago):
    return Timestamp(seconds=NOW_MS // 1000 - int(hours_ago * 3600))
