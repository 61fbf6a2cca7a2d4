"""Reads the facts out of a request: typed, quantised, in the pack's currency.

What can be looked up once is looked up when the reader is built, one function a field, so that a
request costs some microseconds for each field it has set and nothing for the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from google.protobuf.descriptor import FieldDescriptor

from keepsake.core.facts import FactKind, Facts, FactValue, nearest
from keepsake.core.pack import Pack
from keepsake.packs.api_facts import COUNTS, MESSAGES, message_facts
from keepsake.packs.completion import FactCompletion
from keepsake.packs.converters import Convert, Refused, converter
from keepsake.packs.jurisdictions import Jurisdictions
from keepsake.packs.plausible import check_amounts, check_concessions, check_once
from keepsake.packs.request_reading import Reading, lately, narrow, occurred
from keepsake.packs.vocabulary import READY_DATE, attributes
from keepsake.v1.common_pb2 import Intercept
from keepsake.v1.intercept_pb2 import ScanSubject

_ARM = {
    FactKind.FLAG: "flag",
    FactKind.ONE_OF: "text",
    FactKind.ORDERED: "text",
    FactKind.MONEY: "money",
    FactKind.DATE: "date",
    FactKind.TIME: "time",
}
PARTS = {
    "order": ("line", "line_id", "lines"),
    "booking": ("traveller", "traveller_id", "travellers"),
}
_Getters = Mapping[int, tuple[str, str, Convert]]

_SENT = frozenset(fact.name for fact in message_facts())


class FactReader:
    """Reads the facts of one pack."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        vocabulary = pack.vocabulary
        self._getters: Mapping[str, _Getters] = {
            prefix: _getters(prefix, pack) for prefix in MESSAGES
        }
        self._amounts: Mapping[str, _Getters] = {
            prefix: _of_messages(prefix, getters) for prefix, getters in self._getters.items()
        }
        self._attributes = {
            fact.name: (_ARM.get(fact.kind, "number"), converter(fact, pack.rates))
            for fact in attributes(vocabulary)
        }
        self._words = tuple(
            (name, converter(vocabulary[name], pack.rates))
            for name in ("kind", "channel", "subject_type")
        )
        self._ready_date = _date_converters(pack)
        self._completion = FactCompletion(vocabulary)
        self._jurisdictions = Jurisdictions(pack.rulebook)
        self._counts = {
            message: tuple((f, field) for f, (m, field) in COUNTS.items() if m == message)
            for message in ("customer", "order", "booking")
        }

    def read(self, intercept: Intercept, *, server_time: float) -> dict[str, FactValue]:
        """Return the facts of an intercept; raise InvalidRequest with every wrong field.

        `server_time` is in seconds since 1970. The reason is not among the facts: what the
        customer wrote has to be read first.
        """
        reading = Reading("intercept", server_time)
        if intercept.HasField("occurred_time"):
            when = intercept.occurred_time
            reading.take("occurred", "occurred_time", lately(server_time), value=when)
        for name, convert in self._words:
            reading.take(name, name, convert, value=getattr(intercept, name))
        self._jurisdiction(reading, intercept.jurisdiction)
        self._stated(reading, intercept.stated_reason)
        self._subject(reading, intercept)
        if intercept.HasField("contract"):
            self._message(reading, "contract", intercept.contract, path="contract")
        self._meant(reading, "line", intercept.line_id, parts=intercept.order.lines)
        self._meant(
            reading, "traveller", intercept.traveller_id, parts=intercept.booking.travellers
        )
        self._feasibility(reading, intercept.feasibility)
        self._completion.complete(reading.facts, as_of=server_time)
        return reading.result()

    def later(self, facts: Facts, *, server_time: float) -> dict[str, FactValue]:
        """Return facts that were read before as they are at a later time, in seconds since 1970."""
        aged = self._completion.without_counted(facts)
        aged |= Reading("later", server_time).facts | {"occurred": facts["occurred"]}
        self._completion.complete(aged, as_of=server_time)
        return aged

    def read_subject(
        self, subject: ScanSubject, *, server_time: float, path: str = "subject"
    ) -> dict[str, FactValue]:
        """Return the facts of one order or booking of a scan; raise InvalidRequest.

        They are those of the time at which it is looked at, which may be years ago: a scan scores,
        and decides neither law nor money.
        """
        reading = Reading(path, server_time)
        if subject.HasField("occurred_time"):
            reading.take("occurred", "occurred_time", occurred, value=subject.occurred_time)
        subject_type = "order" if subject.HasField("order") else "booking"
        if subject_type in self._pack.subjects:
            reading.facts["subject_type"] = subject_type
        self._subject(reading, subject)
        self._completion.complete(reading.facts, as_of=float(reading.facts["occurred"]))
        return reading.result()

    def _jurisdiction(self, reading: Reading, code: str) -> None:
        try:
            reading.facts.update(self._jurisdictions.facts(code))
        except Refused as refused:
            reading.refuse("jurisdiction", refused.value, refused.allowed)

    def _stated(self, reading: Reading, stated: str) -> None:
        if stated and stated not in self._pack.reasons:
            near = nearest(stated, self._pack.reasons)
            hint = f"; did you mean {near!r}?" if near else ""
            allowed = f"one of {', '.join(self._pack.reasons)}{hint}"
            reading.refuse("stated_reason", stated, allowed)

    def _subject(self, reading: Reading, request: Any) -> None:
        for name in ("customer", "order", "booking"):
            if request.HasField(name):
                message = getattr(request, name)
                self._message(reading, name, message, path=name)
                for fact, field in self._counts[name]:
                    reading.facts[fact] = float(len(getattr(message, field)))
                if name != "customer":
                    self._plausible(reading, name, message)
        attributes = request.attributes
        for name in sorted(attributes):
            self._attribute(reading, name, attributes[name])

    def _plausible(self, reading: Reading, name: str, message: Any) -> None:
        """Refuse amounts that cannot be, of the parts that are not meant too."""
        check_amounts(reading, name, reading.facts, path=name)
        concessions = message.active_concessions
        check_concessions(reading, concessions, path=f"{name}.active_concessions")
        part, key, parts = PARTS[name]
        listed = getattr(message, parts)
        check_once(reading, [getattr(p, key) for p in listed], path=f"{name}.{parts}", key=key)
        for index, one in enumerate(listed):
            path, amounts = f"{name}.{parts}[{index}]", dict[str, FactValue]()
            _read_fields(reading, self._amounts[part], one, path=path, into=amounts)
            check_amounts(reading, part, amounts, path=path)

    def _message(self, reading: Reading, prefix: str, message: Any, *, path: str) -> None:
        _read_fields(reading, self._getters[prefix], message, path=path, into=reading.facts)

    def _attribute(self, reading: Reading, name: str, value: Any) -> None:
        known, sent = self._attributes.get(name), value.ListFields()
        if known is None:
            reading.refuse(f"attributes[{name}]", name, self._no_attribute(name))
            return
        arm, convert = known
        if len(sent) == 1 and sent[0][0].name == arm:
            try:
                reading.facts[name] = convert(sent[0][1])
            except Refused as refused:
                reading.refuse(f"attributes[{name}]", refused.value, refused.allowed)
        else:
            shown = ", ".join(field.name for field, _ in sent) or "nothing"
            reading.refuse(f"attributes[{name}]", shown, f"the field `{arm}`")

    def _no_attribute(self, name: str) -> str:
        fact = self._pack.vocabulary.get(name)
        if fact is not None:
            if name not in _SENT:
                if fact.given:
                    return "it is given by a table of the pack"
                return "it is derived by rules" if fact.derived else "it is built in"
            return f"it is sent as the field {name}"
        near = nearest(name, self._attributes)
        return f"did you mean {near!r}?" if near else "the pack declares no such attribute"

    def _meant(self, reading: Reading, prefix: str, meant: str, *, parts: Sequence[Any]) -> None:
        if not meant:
            return
        key, name = f"{prefix}_id", "lines" if prefix == "line" else "travellers"
        for index, part in enumerate(parts):
            if getattr(part, key) == meant:
                owner = "order" if prefix == "line" else "booking"
                self._message(reading, prefix, part, path=f"{owner}.{name}[{index}]")
                narrow(reading.facts, owner, prefix, vocabulary=self._pack.vocabulary)
                return
        reading.refuse(key, meant, f"the {key} of one of the {name} in this request")

    def _feasibility(self, reading: Reading, answers: Sequence[Any]) -> None:
        questions = [answer.question for answer in answers]
        check_once(reading, questions, path="feasibility", key="question")
        for index, answer in enumerate(answers):
            convert = self._ready_date.get(answer.question)
            path = f"feasibility[{index}]"
            if convert is None:
                known = ", ".join(self._pack.questions)
                reading.refuse(f"{path}.question", answer.question, f"one of {known}")
                continue
            fact = f"feasibility.{answer.question}"
            reading.facts[fact] = answer.feasible
            if answer.HasField("ready_date"):
                ready = answer.ready_date
                reading.take(fact + READY_DATE, f"{path}.ready_date", convert, value=ready)


def _getters(prefix: str, pack: Pack) -> _Getters:
    found: dict[int, tuple[str, str, Convert]] = {}
    for field in MESSAGES[prefix].fields:
        fact_type = pack.vocabulary.get(f"{prefix}.{field.name}")
        if fact_type is not None:
            held_by_api = field.type == FieldDescriptor.TYPE_INT32 and not fact_type.source.file
            convert = float if held_by_api else converter(fact_type, pack.rates)
            found[field.number] = (fact_type.name, field.name, convert)
    return found


def _of_messages(prefix: str, getters: _Getters) -> _Getters:
    """Return the getters of fields that hold messages: amounts of money, dates and times."""
    fields = MESSAGES[prefix].fields_by_number
    return {number: getters[number] for number in getters if fields[number].message_type}


def _read_fields(
    reading: Reading, getters: _Getters, message: Any, *, path: str, into: dict[str, FactValue]
) -> None:
    """Read the fields of a message that are set and that are facts."""
    for field, value in message.ListFields():
        getter = getters.get(field.number)
        if getter is None:
            continue
        fact, name, convert = getter
        try:
            into[fact] = convert(value)
        except Refused as refused:
            reading.refuse(f"{path}.{name}", refused.value, refused.allowed)


def _date_converters(pack: Pack) -> Mapping[str, Convert]:
    return {
        question: converter(pack.vocabulary[f"feasibility.{question}{READY_DATE}"], pack.rates)
        for question in pack.questions
    }
