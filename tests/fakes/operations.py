"""Operations behind a real gRPC server: what they answer is up to the test."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import date, timedelta

import grpc
from google.type.date_pb2 import Date
from keepsake.v1 import feasibility_pb2 as pb
from keepsake.v1.feasibility_pb2_grpc import (
    FeasibilityServiceServicer,
    add_FeasibilityServiceServicer_to_server,
)


def a_day(days):
    """Return a date as the API has it, given as days since 1970."""
    day = date(1970, 1, 1) + timedelta(days=int(days))
    return Date(year=day.year, month=day.month, day=day.day)


def yes(question, ready, **more):
    """Say that something can be done by a day."""
    return pb.Feasible(question=question, feasible=True, ready_date=a_day(ready), **more)


def no(question, why="no", until_ms=0):
    """Say that something cannot be done, perhaps until a moment."""
    told = pb.Feasible(question=question, feasible=False, why_not=why)
    if until_ms:
        told.valid_until.FromMilliseconds(until_ms)
    return told


class Workshop(FeasibilityServiceServicer):
    """Says what it is told to say, and keeps what it was asked."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []
        self.called = asyncio.Event()
        self.error = None
        self.wait = None

    async def CheckFeasibility(self, request, context):  # noqa: N802 - the name of the API
        """Answer as the test says."""
        self.asked.append(request)
        self.called.set()
        if self.wait is not None:
            await self.wait.wait()
        if self.error is not None:
            await context.abort(self.error, "the planning is down")
        asked = set(request.questions)
        return pb.CheckFeasibilityResponse(
            answers=[one for one in self.answers if one.question in asked or one.reference == "any"]
        )


@asynccontextmanager
async def serving(workshop, credentials=None):
    """Serve a workshop on a free port of this machine; yield the port."""
    server = grpc.aio.server()
    add_FeasibilityServiceServicer_to_server(workshop, server)
    if credentials:
        port = server.add_secure_port("localhost:0", credentials)
    else:
        port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        yield port
    finally:
        if workshop.wait is not None:
            workshop.wait.set()
        await server.stop(None)


def silent():
    """Return a workshop that never answers."""
    workshop = Workshop()
    workshop.wait = asyncio.Event()
    return workshop
