"""What operations answer, read with distrust: whatever is not as agreed counts as no answer."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from google.type.date_pb2 import Date

from keepsake.core.facts import FactValue
from keepsake.core.feasibility import OPERATIONS, Answer, Slot, slot_of
from keepsake.core.inquirer import Inquiry
from keepsake.v1 import feasibility_pb2 as pb
from keepsake.v1.decision_pb2 import Fact

_EPOCH = date(1970, 1, 1)
_MS_PER_DAY = 86_400_000
_YESTERDAY = 1  # operations may be where it is still yesterday
_FARTHEST = 3 * 366
_MOST_SLOTS, _MOST_PLACES = 20, 1_000_000
_MOST_LETTERS, _MOST_OF_REFERENCE = 300, 128
_STAGE = re.compile(r"[A-Za-z0-9_.-]{1,64}")


def request_of(inquiry: Inquiry) -> pb.CheckFeasibilityRequest:
    """Return what operations are asked: the facts that the pack lists for them, and no other."""
    calendar, facts = inquiry.pack.calendar, inquiry.facts
    tells = calendar.tells if calendar else ()
    needed = facts.get(calendar.needed_by) if calendar else None
    request = pb.CheckFeasibilityRequest(
        pack=inquiry.pack.id,
        questions=inquiry.questions,
        subject_type=str(facts.get("subject_type", "")),
        facts=[_fact(name, facts[name]) for name in tells if name in facts],
        needed_by_date=None if needed is None else _date(int(float(needed))),
        decision_id=inquiry.decision_id,
    )
    request.asked_time.FromMilliseconds(inquiry.now_ms)
    return request


def answers_of(answered: Iterable[pb.Feasible], inquiry: Inquiry) -> Mapping[str, Answer]:
    """Return the answers by question, without those that are not as agreed."""
    told = list(answered)
    times = Counter(each.question for each in told)
    found = {}
    for each in told:
        if each.question in inquiry.questions and times[each.question] == 1:
            try:
                found[each.question] = _answer(each, inquiry)
            except ValueError:
                continue
    return found


def _answer(told: pb.Feasible, inquiry: Inquiry) -> Answer:
    """Return one answer; raise ValueError where it is not as agreed."""
    today = inquiry.now_ms // _MS_PER_DAY
    until_ms = told.valid_until.ToMilliseconds() if told.HasField("valid_until") else 0
    if told.HasField("valid_until") and until_ms <= inquiry.now_ms:
        raise ValueError("it is over already")
    has_day = told.feasible and told.HasField("ready_date")
    ready = _day(told.ready_date, today) if has_day else None
    slots = _slots(told.slots, today) if told.feasible else ()
    return Answer(
        question=told.question,
        answered_by=OPERATIONS,
        feasible=told.feasible,
        ready=ready,
        slots=slots,
        valid_until_ms=until_ms,
        why=_plain(told.how if told.feasible else told.why_not, _MOST_LETTERS),
        reference=_plain(told.reference, _MOST_OF_REFERENCE),
    )


def _slots(told: Iterable[pb.Slot], today: int) -> tuple[Slot, ...]:
    slots = {}
    for each in told:
        if not _STAGE.fullmatch(each.stage) or not 0 < each.places <= _MOST_PLACES:
            raise ValueError("is no place of a stage")
        resource = slot_of(each.stage, _day(each.date, today))
        slots[resource] = Slot(resource, each.places)
    if len(slots) > _MOST_SLOTS:
        raise ValueError("takes too much")
    return tuple(slots.values())


def _day(day: Date, today: int) -> int:
    """Return a date as days since 1970; raise ValueError for one that is over, or far off."""
    found = (date(day.year, day.month, day.day) - _EPOCH).days
    if not today - _YESTERDAY <= found <= today + _FARTHEST:
        raise ValueError("is no day that could be promised")
    return found


def _date(days: int) -> Date:
    day = date.fromordinal(_EPOCH.toordinal() + days)
    return Date(year=day.year, month=day.month, day=day.day)


def _fact(name: str, value: FactValue) -> Fact:
    if isinstance(value, bool):
        return Fact(name=name, flag=value)
    return Fact(name=name, word=value) if isinstance(value, str) else Fact(name=name, number=value)


def _plain(text: str, most: int) -> str:
    """Return a text of one line, cut to a length: it is shown to agents."""
    line = "".join(letter if letter.isprintable() else " " for letter in text[:most])
    return line.strip()
