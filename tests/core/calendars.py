"""A small workshop, random calendars, and a naive interpreter that walks day by day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from keepsake.core.calendar import Calendar, Courier, Places, Plan, Stage, Transit
from keepsake.core.facts import FactKind, FactType, Vocabulary
from keepsake.core.feasibility import slot_of
from keepsake.core.work_days import WorkDays

EPOCH = date(1970, 1, 1)
KNOWN = (date(2026, 9, 1), date(2027, 12, 31))
ZONES = (
    *("America/New_York", "Europe/Berlin", "UTC", "Australia/Lord_Howe"),
    *("America/Havana", "Asia/Kathmandu"),
)
STAGES = ("drawn", "cast", "set", "checked")
VOCABULARY = Vocabulary(
    [
        FactType("order.stage", FactKind.ORDERED, (*STAGES, "shipped")),
        FactType("order.event_date", FactKind.DATE),
        FactType("country", FactKind.ONE_OF, ("US", "DE")),
        FactType("order.engraved", FactKind.FLAG),
        FactType("setting", FactKind.ONE_OF, ("plain", "halo")),
    ]
)


def number(day):
    """Return a date as days since 1970."""
    return (day - EPOCH).days


def work_days(weekdays=range(5), holidays=()):
    """Return work days with these holidays."""
    return WorkDays(weekdays, map(number, holidays), tuple(map(number, KNOWN)))


def at(text, zone="America/New_York"):
    """Return a moment that clocks of the zone show, in ms since 1970."""
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def a_calendar(**changes):
    """Return a workshop that works from Monday to Friday, but not on Thanksgiving."""
    thanksgiving = [date(2026, 11, 26)]
    couriers = {
        "overnight": Courier(
            "overnight",
            work_days(holidays=thanksgiving),
            {"US": Transit(18 * 60, 1, work_days(range(6), thanksgiving)),
             "DE": Transit(15 * 60, 3, work_days())},
        )
    }  # fmt: skip
    plan = Plan("rush", goes_on=True, takes=("cast",), courier="overnight")
    given = {
        "zone": "America/New_York",
        "last_day": number(KNOWN[1]),
        "work_days": work_days(holidays=thanksgiving),
        "begin_until": 12 * 60,
        "day_ends": 17 * 60,
        "stages": {
            "drawn": Stage("drawn", 2),
            "cast": Stage("cast", 2),
            "set": Stage("set", 1),
            "checked": Stage("checked", 1),
        },
        "places": {"cast": Places(1), "ring": Places(2, each_week=True)},
        "couriers": couriers,
        "plans": {"rush": plan},
        "look_ahead": 3,
        "stage": "order.stage",
        "needed_by": "order.event_date",
        "destinations": ("country",),
    }
    return Calendar(**{**given, **changes})


@st.composite
def random_cases(draw):
    """Return the parts of a random calendar, a moment, and what is taken."""
    known = st.dates(*KNOWN)
    some_days = st.lists(known, max_size=30)
    weekdays = st.sets(st.integers(0, 6), min_size=1)
    length = draw(st.lists(st.integers(0, 6), min_size=4, max_size=4))
    begin, ends = sorted(draw(st.tuples(minutes(), minutes())))
    parts = {
        "zone": draw(st.sampled_from(ZONES)),
        "weekdays": draw(weekdays),
        "holidays": draw(some_days),
        "picks_up": draw(weekdays),
        "delivers": draw(weekdays),
        "off": draw(some_days),
        "begin_until": begin,
        "day_ends": ends,
        "cut_off": draw(minutes()),
        "transit": draw(st.integers(0, 5)),
        "steps": list(zip(STAGES, length, strict=True)),
        "takes": draw(st.sets(st.sampled_from(STAGES))),
        "look_ahead": draw(st.integers(1, 4)),
        "stage": draw(st.sampled_from(STAGES)),
    }
    now_ms = draw(moments(parts["zone"], begin, parts["cut_off"]))
    today = datetime.fromtimestamp(now_ms / 1000, UTC).date()
    ahead = draw(st.sets(st.integers(0, 25), max_size=20))
    return parts, now_ms, [today + timedelta(days=days) for days in sorted(ahead)]


def minutes():
    """Return minutes after midnight, those in which clocks are set more often."""
    return st.one_of(st.integers(0, 1439), st.integers(0, 240))


@st.composite
def moments(draw, zone, *cut_offs):
    """Return moments, many near a cut-off, and many on days on which clocks are set."""
    turns = [date(2026, 11, 1), date(2026, 10, 25), date(2027, 3, 14), date(2027, 3, 28)]
    turns += [date(2027, 4, 4), date(2026, 10, 4)]
    day = draw(st.one_of(st.sampled_from(turns), st.dates(date(2026, 10, 1), date(2027, 6, 1))))
    minute = draw(st.one_of(st.sampled_from(cut_offs), minutes()))
    shown = datetime.combine(day, time(*divmod(minute, 60)), ZoneInfo(zone))
    near = draw(st.sampled_from([-3_600_000, -1, 0, 1, 3_600_000]))
    return round(shown.astimezone(UTC).timestamp() * 1000) + near


def calendar_of(parts):
    """Return the calendar of random parts."""
    delivers = work_days(parts["delivers"], parts["off"])
    courier = Courier(
        "van",
        work_days(parts["picks_up"], parts["off"]),
        {"US": Transit(parts["cut_off"], parts["transit"], delivers)},
    )
    return a_calendar(
        zone=parts["zone"],
        work_days=work_days(parts["weekdays"], parts["holidays"]),
        begin_until=parts["begin_until"],
        day_ends=parts["day_ends"],
        stages={name: Stage(name, days) for name, days in parts["steps"]},
        places=dict.fromkeys(STAGES, Places(1)),
        couriers={"van": courier},
        plans={"rush": Plan("rush", goes_on=True, takes=tuple(parts["takes"]), courier="van")},
        look_ahead=parts["look_ahead"],
    )


class Walker:
    """Answers by walking from day to day with a calendar on the wall, and nothing cleverer."""

    def __init__(self, parts, now_ms, taken):
        self.parts = parts
        self.zone = ZoneInfo(parts["zone"])
        self.now = datetime.fromtimestamp(now_ms / 1000, UTC)
        self.taken = taken
        self.slots = []

    def is_work(self, day):
        """Tell whether the workshop works."""
        return day.weekday() in self.parts["weekdays"] and day not in self.parts["holidays"]

    def is_over(self, day, minute):
        """Tell whether a time of a day is over."""
        shown = datetime.combine(day, time(*divmod(minute, 60)), self.zone)
        return self.now >= shown.astimezone(UTC)

    def next_work(self, day):
        """Walk to the next day of work."""
        day += timedelta(days=1)
        while not self.is_work(day):
            day += timedelta(days=1)
        return day

    def ready(self):
        """Return the day on which the customer has it, None where no place is free."""
        parts, today = self.parts, self.now.astimezone(self.zone).date()
        day = today
        if not self.is_work(day) or self.is_over(day, parts["begin_until"]):
            day = self.next_work(day)
        left = [s for s in parts["steps"] if STAGES.index(s[0]) >= STAGES.index(parts["stage"])]
        left = [(stage, days) for stage, days in left if days]
        done = None
        for stage, days in left:
            day = self.placed(stage, day)
            if day is None:
                return None
            for _ in range(days):
                done, day = day, self.next_work(day)
        return self.delivered(done, today)

    def placed(self, stage, day):
        """Return the first day with a place."""
        if stage not in self.parts["takes"]:
            return day
        for _ in range(self.parts["look_ahead"]):
            if slot_of(stage, number(day)) not in self.taken:
                self.slots.append(slot_of(stage, number(day)))
                return day
            day = self.next_work(day)
        return None

    def delivered(self, done, today):
        """Return when what is done arrives."""
        parts = self.parts
        if done is None:
            day, is_late = today, self.is_over(today, parts["cut_off"])
        else:
            day, is_late = done, parts["day_ends"] > parts["cut_off"]
        if is_late:
            day += timedelta(days=1)
        while day.weekday() not in parts["picks_up"] or day in parts["off"]:
            day += timedelta(days=1)
        left = parts["transit"]
        while left:
            day += timedelta(days=1)
            left -= day.weekday() in parts["delivers"] and day not in parts["off"]
        return day
