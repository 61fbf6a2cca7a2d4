from __future__ import annotations

from functools import cache

import pytest
from google.protobuf.json_format import ParseDict
from hypothesis import given
from hypothesis import strategies as st
from keepsake.core.errors import InvalidRequest
from keepsake.packs.load import load_pack
from keepsake.packs.readers import FactReader
from keepsake.packs.request_reading import narrow
from keepsake.v1.common_pb2 import Intercept
from keepsake.v1.intercept_pb2 import ScanSubject

from tests.packs.folders import RULES, SOUND

NOON = 1_777_636_800.0  # 2026-05-01 12:00 UTC
DAY = 20_574.0


@cache
def _reader() -> FactReader:
    return FactReader(load_pack(SOUND / "desk"))


@pytest.fixture
def reader():
    """Return a reader for the sound pack."""
    return _reader()


def _intercept(**parts) -> Intercept:
    told = {
        "kind": "cancellation",
        "channel": "email",
        "jurisdiction": "US-CA",
        "subjectType": "order",
        "subjectId": "1",
        **parts,
    }
    return ParseDict(told, Intercept())


def _usd(units) -> dict:
    return {"currencyCode": "USD", "units": units}


def _violations(reader, intercept) -> dict[str, tuple[str, str]]:
    with pytest.raises(InvalidRequest) as caught:
        reader.read(intercept, server_time=NOON)
    return {v.field: (v.value, v.allowed) for v in caught.value.violations}


def test_what_is_not_sent_stays_missing(reader):
    """Would catch an absent field read as 0, false or the empty word."""
    facts = reader.read(_intercept(order={}), server_time=NOON)

    expected = {
        "kind": "cancellation",
        "channel": "email",
        "subject_type": "order",
        "jurisdiction": "US-CA",
        "jurisdiction.country": "US",
        "today": DAY,
        "now": NOON,
        "occurred": NOON,
        "order.line_count": 0.0,
        "order.concession_count": 0.0,
        "contract.auto_renewal": False,
    }
    assert expected == facts


def test_a_flag_that_was_set_to_false_is_known(reader):
    """Would catch false read as missing, so that a law applies that does not."""
    facts = reader.read(_intercept(order={"faulty": False}), server_time=NOON)

    assert facts["order.faulty"] is False


def test_money_is_in_the_currency_of_the_pack(reader):
    """Would catch euros that count as dollars."""
    value = {"currencyCode": "EUR", "units": 1000, "nanos": 500_000_000}

    facts = reader.read(_intercept(order={"value": value}), server_time=NOON)

    assert facts["order.value"] == 1160.58


def test_days_count_from_the_day_of_the_server(reader):
    """Would catch a caller who says when it was, and so switches laws off and refunds on."""
    intercept = _intercept(
        occurredTime="2026-04-28T23:00:00Z",
        order={
            "promisedDate": {"year": 2026, "month": 5, "day": 1},
            "placedTime": "2026-04-27T11:00:00Z",
        },
    )

    facts = reader.read(intercept, server_time=NOON)

    assert facts["order.promised_date.in_days"] == 0
    assert facts["order.placed_time.hours_ago"] == 97
    assert facts["today"] == DAY


def test_the_line_that_is_meant_gives_the_facts_of_the_line(reader):
    """Would catch the first line taken for the one that is meant."""
    lines = [{"lineId": "a", "value": _usd(1)}, {"lineId": "b", "value": _usd(2)}]

    facts = reader.read(_intercept(lineId="b", order={"lines": lines}), server_time=NOON)

    assert facts["line.value"] == 2
    assert facts["order.line_count"] == 2


ORDER = {"value": 1000, "margin": 400, "paid": 500, "settingCost": 90}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            {"value": _usd(250)},
            {"value": 250, "margin": 100, "paid": 125, "setting_cost": 22.5},
        ),
        (
            {"value": _usd(250), "margin": _usd(7)},
            {"value": 250, "margin": 7, "paid": 125, "setting_cost": 22.5},
        ),
        (
            {"value": _usd(3000)},
            {"value": 3000, "margin": 400, "paid": 500, "setting_cost": 90},
        ),
        ({"margin": _usd(7)}, {"margin": 7}),
    ],
    ids=["by value", "a margin of its own", "dearer than the whole", "nobody knows its value"],
)
def test_a_line_that_is_meant_is_what_is_at_stake(line, expected, reader):
    """Would catch a whole order that is refunded, or reckoned with, where one line is meant."""
    order = {name: _usd(amount) for name, amount in ORDER.items()}
    order["lines"] = [{"lineId": "a", **line}, {"lineId": "b", "value": _usd(750)}]

    facts = reader.read(_intercept(lineId="a", order=order), server_time=NOON)

    names = ("value", "margin", "paid", "setting_cost")
    at_stake = {name: facts[f"order.{name}"] for name in names if f"order.{name}" in facts}
    assert expected == at_stake
    assert 2 == facts["order.line_count"]


def test_of_an_order_of_nothing_no_share_is_known(reader):
    """Would catch a division by nothing."""
    order = {"value": _usd(0), "paid": _usd(0), "lines": [{"lineId": "a", "value": _usd(0)}]}

    facts = reader.read(_intercept(lineId="a", order=order), server_time=NOON)

    assert 0 == facts["order.value"]
    assert "order.paid" not in facts


def test_the_line_that_is_meant_brings_its_category():
    """Would catch a loose stone held to the margin floor of the ring it was ordered with."""
    jeweller = FactReader(load_pack(RULES / "jeweller"))
    lines = [{"lineId": "a", "category": "natural_loose"}, {"lineId": "b"}]
    order = {"category": "natural_ring", "lines": lines}

    found = [
        jeweller.read(_intercept(lineId=line, order=order), server_time=NOON)["order.category"]
        for line in ("a", "b", "")
    ]

    assert ["natural_loose", "natural_ring", "natural_ring"] == found


def test_a_traveller_who_is_meant_is_what_is_at_stake():
    """Would catch a whole party that is refunded where one of them stays at home."""
    travel = FactReader(load_pack(RULES / "travel"))
    booking = {name: _usd(amount) for name, amount in ORDER.items() if name != "settingCost"}
    booking["travellers"] = [{"travellerId": "a", "value": _usd(250)}, {"travellerId": "b"}]
    intercept = _intercept(subjectType="booking", travellerId="a", booking=booking)

    facts = travel.read(intercept, server_time=NOON)

    usd = travel_rate(travel)
    expected = [round(amount * usd, 6) for amount in (250, 100, 125)]
    assert expected == [facts[f"booking.{name}"] for name in ("value", "margin", "paid")]


def travel_rate(reader):
    """Return what a dollar is in the pack's currency."""
    return reader._pack.rates.rates["USD"]


@given(
    value=st.integers(1, 10**7),
    paid=st.integers(0, 10**7),
    parts=st.lists(st.integers(0, 100), min_size=1, max_size=5).filter(any),
)
def test_the_lines_together_are_the_order(value, paid, parts):
    """Would catch money that is lost, or made, between the lines of an order."""
    shares = [value * part / sum(parts) for part in parts]
    wholes = {"order.value": float(value), "order.paid": float(paid)}

    narrowed = [dict(wholes) | {"line.value": share} for share in shares]
    for facts in narrowed:
        narrow(facts, "order", "line", vocabulary=_reader()._pack.vocabulary)

    assert paid == pytest.approx(sum(facts["order.paid"] for facts in narrowed), abs=1e-4)


def test_a_promise_knows_the_day_operations_gave(reader):
    """Would catch an offer that promises a date nobody gave."""
    ready = {"year": 2026, "month": 5, "day": 12}
    answer = {"question": "rush", "feasible": True, "readyDate": ready}

    facts = reader.read(_intercept(feasibility=[answer]), server_time=NOON)

    assert facts["feasibility.rush"] is True
    assert facts["feasibility.rush.ready_date"] == DAY + 11


def test_an_attribute_of_the_pack_is_a_fact(reader):
    """Would catch attributes that are taken and then forgotten."""
    facts = reader.read(_intercept(attributes={"stone.carat": {"number": 1.5}}), server_time=NOON)

    assert facts["stone.carat"] == 1.5


def test_every_wrong_field_is_named_at_once(reader):
    """Would catch a caller who has to send a request once for each mistake in it."""
    intercept = _intercept(
        kind="cancelation",
        statedReason="too_lat",
        order={
            "stage": "castin",
            "value": {"currencyCode": "XXX", "units": 1},
            "promisedDate": {"year": 2026, "month": 5},
        },
        lineId="b",
        attributes={
            "stone.carat": {"number": 31},
            "stone.carrat": {"number": 1},
            "late": {"flag": True},
            "order.value": {"number": 1},
            "risk": {"number": 0.1},
        },
        feasibility=[{"question": "rsh", "feasible": True}],
    )

    violations = _violations(reader, intercept)

    expected = {
        "intercept.kind": ("cancelation", "one of cancellation; did you mean 'cancellation'?"),
        "intercept.stated_reason": (
            "too_lat",
            "one of too_late, too_dear, grief; did you mean 'too_late'?",
        ),
        "intercept.order.value": ("XXX", "a currency with a rate: EUR, USD"),
        "intercept.order.stage": (
            "castin",
            "one of design, casting, shipped; did you mean 'casting'?",
        ),
        "intercept.order.promised_date": (
            "2026-05-00",
            "a day of the calendar with year, month and day",
        ),
        "intercept.line_id": ("b", "the line_id of one of the lines in this request"),
        "intercept.attributes[stone.carat]": ("31", "at least 0.05 and at most 30 carat"),
        "intercept.attributes[stone.carrat]": ("stone.carrat", "did you mean 'stone.carat'?"),
        "intercept.attributes[late]": ("late", "it is derived by rules"),
        "intercept.attributes[order.value]": (
            "order.value",
            "it is sent as the field order.value",
        ),
        "intercept.attributes[risk]": ("risk", "it is built in"),
        "intercept.feasibility[0].question": ("rsh", "one of rush"),
    }
    assert expected == violations


@pytest.mark.parametrize(
    ("value", "sent"),
    [({"text": "1"}, "text"), ({"flag": True}, "flag"), ({}, "nothing")],
)
def test_an_attribute_of_another_type_is_refused(value, sent, reader):
    """Would catch "1" compared with a number, which the rule engine holds for larger than any."""
    violations = _violations(reader, _intercept(attributes={"stone.carat": value}))

    assert {"intercept.attributes[stone.carat]": (sent, "the field `number`")} == violations


def test_a_word_that_no_rule_may_read_is_let_through(reader):
    """Would catch a caller refused for a code that the pack does not care about."""
    facts = reader.read(_intercept(order={"category": "anything"}), server_time=NOON)

    assert "order.category" not in facts


def test_a_subject_of_a_scan_gives_the_same_facts(reader):
    """Would catch a scan that reads an order otherwise than an intercept does."""
    order = {"stage": "casting", "value": _usd(100), "placedTime": "2026-04-30T12:00:00Z"}
    subject = ParseDict({"subjectId": "1", "order": order}, ScanSubject())

    scanned = reader.read_subject(subject, server_time=NOON)

    asked = reader.read(_intercept(order=order), server_time=NOON)
    expected = {
        name: value
        for name, value in asked.items()
        if name not in ("kind", "channel", "jurisdiction", "jurisdiction.country")
    }
    assert expected == scanned


def test_a_scan_counts_from_when_it_looks(reader):
    """Would catch bookings of past years scanned as if they were looked at today."""
    told = {"subjectId": "1", "occurredTime": "2016-01-01T00:00:00Z"}
    order = {"promisedDate": {"year": 2016, "month": 1, "day": 8}}
    subject = ParseDict({**told, "order": order}, ScanSubject())

    facts = reader.read_subject(subject, server_time=NOON)

    assert 7 == facts["order.promised_date.in_days"]
    assert DAY == facts["today"]


def test_a_wrong_subject_of_a_scan_is_named_by_its_place(reader):
    """Would catch a thousand orders refused without saying which one is wrong."""
    subject = ParseDict({"subjectId": "1", "order": {"stage": "x"}}, ScanSubject())

    with pytest.raises(InvalidRequest) as caught:
        reader.read_subject(subject, server_time=NOON, path="subjects[7]")

    assert ["subjects[7].order.stage"] == [v.field for v in caught.value.violations]


@given(
    units=st.integers(0, 10**9),
    nanos=st.integers(0, 999_999_999),
    currency=st.sampled_from(["USD", "EUR"]),
)
def test_any_amount_is_read_to_six_decimals(units, nanos, currency):
    """Would catch a number that prints with an exponent, which the rule engine refuses."""
    value = {"currencyCode": currency, "units": units, "nanos": nanos}

    facts = _reader().read(_intercept(order={"value": value}), server_time=NOON)

    rate = {"USD": 1.0, "EUR": 1.16}[currency]
    exact = (units + nanos / 1e9) * rate
    assert abs(facts["order.value"] - exact) <= 1e-6 * max(1.0, abs(exact) * 1e-9)
    assert facts["order.value"] == round(facts["order.value"], 6)
