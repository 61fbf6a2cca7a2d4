"""Claims: a made-up kind of case with stages and clocks, for the tests of what is due."""

import shutil
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from google.protobuf.timestamp_pb2 import Timestamp
from google.type.date_pb2 import Date
from google.type.money_pb2 import Money
from keepsake.v1 import case_pb2 as pb
from keepsake.v1.common_pb2 import AttributeValue
from keepsake.v1.intercept_pb2 import RecommendRequest

from tests.agents import REQUESTS, Agent

CLAIM = Path(__file__).parent / "packs" / "kinds" / "claim"


def add_claims(rules):
    """Add the kind to a copy of the jeweller's pack, as anybody would: by its folder."""
    shutil.copytree(CLAIM, rules / "jeweller" / "kinds" / "claim")


class Clock:
    """A clock of an app that was right some hours ago."""

    hours_behind = 0.0

    def __call__(self):
        """Return what time it was then."""
        return round((time.time() - self.hours_behind * 3600) * 1000)


def ahead(**much):
    """Return a moment to come, or one that has passed."""
    moment = Timestamp()
    moment.FromDatetime(datetime.now(UTC) + timedelta(**much))
    moment.nanos = 0
    return moment


def a_date(days):
    """Return the day so many days ahead, in UTC."""
    day = datetime.now(UTC).date() + timedelta(days=days)
    return Date(year=day.year, month=day.month, day=day.day)


def claimed(customer, case_id="", **told):
    """Return the intercept of a claim; what is told of it goes by the names of its facts."""
    request = RecommendRequest(pack="jeweller", request_id=next(REQUESTS))
    intercept = request.intercept
    intercept.kind, intercept.channel, intercept.jurisdiction = "claim", "email", "DE"
    intercept.subject_type, intercept.subject_id, intercept.case_id = "claim", customer, case_id
    intercept.customer.id = customer
    intercept.stated_reason = "claimed"
    told.setdefault("amount", Money(currency_code="USD", units=100))
    for name, value in told.items():
        intercept.attributes[f"claim.{name}"].CopyFrom(_value(value))
    return request


def _value(value):
    if isinstance(value, Money):
        return AttributeValue(money=value)
    if isinstance(value, Date):
        return AttributeValue(date=value)
    return (
        AttributeValue(time=value) if isinstance(value, Timestamp) else AttributeValue(text=value)
    )


class Clerk(Agent):
    """Works claims."""

    @classmethod
    async def opens(cls, served, customer, **told):
        """Return the clerk who was asked about a claim."""
        return await cls.meets(served, claimed(customer, **told))

    async def again(self, customer, **told):
        """Ask about the same claim once more."""
        return await Clerk.meets(self.served, claimed(customer, self.case_id, **told))

    async def advance(self, stage, why="the carrier says so", **more):
        """Say how far the claim has come."""
        return await self._step("AdvanceCase", stage=stage, why=why, **more)

    async def clocks(self):
        """Return where each clock of the case stands, by name."""
        case = (await self.whole()).case
        return {
            each.clock.clock: pb.ClockState.Name(each.state).removeprefix("CLOCK_STATE_")
            for each in case.clocks
        }

    async def due(self, days=0, **more):
        """Return what the list of what is due has of this case, by the ids of the clocks."""
        request = pb.ListDueRequest(pack="jeweller", until_date=a_date(days), **more)
        return [
            each
            for each in (await self.served.cases.ListDue(request)).due
            if each.case_id == self.case_id
        ]
