"""Events as they are written and read back."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keepsake.case_log import read, written
from keepsake.core.case import Held
from keepsake.core.case_events import EVENTS, Decided
from keepsake.core.errors import StoreUnavailable
from keepsake.due import DueWorker
from keepsake.projections import Due
from keepsake.v1.case_pb2 import CaseEvent

HELD = st.builds(
    Held,
    resource=st.sampled_from(["budget:goodwill:all:2026-07-01", "slot:casting:2026-07-14"]),
    hold_id=st.just("jeweller.07.abc/0f.0"),
    units=st.integers(0, 10**9),
    expires_ms=st.integers(0, 10**13),
)
WORDS = st.from_regex(r"[a-z_]{1,12}", fullmatch=True)
OF = {
    "str": WORDS,
    "int": st.integers(1, 10**13),
    "float": st.floats(0.5, 100),
    "bool": st.booleans(),
    "int | None": st.none() | st.integers(1, 10**9),
    "float | None": st.none() | st.floats(0.5, 100),
    "tuple[Held, ...]": st.lists(HELD, max_size=3).map(tuple),
    "tuple[str, ...]": st.lists(WORDS, min_size=1, max_size=3).map(tuple),
}


@pytest.mark.parametrize("kind", [each for each in EVENTS.values() if each is not Decided])
@given(data=st.data())
def test_every_event_comes_back_as_it_was_written(kind, data):
    """Catches a field that is not written, or read back as something else."""
    event = kind(**{
        each.name: data.draw(OF[str(each.type)], each.name)
        for each in fields(kind)
        if str(each.type) in OF
    })  # fmt: skip

    assert event == read(written(event, time_ms=1_700_000_000_123))


@pytest.mark.parametrize("kind", EVENTS.values())
def test_every_detail_of_an_event_is_told_in_the_api_with_its_unit(kind):
    """Catches a number of which a reader has to guess whether it is cents, days or hours."""
    proto = Path("protos/keepsake/v1/case.proto").read_text()
    documented = proto[proto.index("message CaseEvent {") : proto.index("details = 7")]

    names = {each.name for each in fields(kind)} - {"offer_id", "decision", "its"}

    assert names <= set(re.findall(r"`([a-z_]+)`", documented))
    assert not names or f"`{kind.type}`" in documented


def test_of_a_decision_only_the_id_is_written():
    """Catches a decision that stands in the store twice."""
    stored = written(Decided("d-1"), time_ms=5, principal="dora")

    assert ("decided", {"decision_id": "d-1"}) == (stored.type, dict(stored.details))
    assert ("dora", 5) == (stored.principal, stored.time.ToMilliseconds())
    assert Decided("d-1") == read(stored)


def test_a_case_of_a_newer_release_is_put_off_by_itself():
    """Catches one such case that stops all that is due of its pack, as if the store were away."""
    with pytest.raises(StoreUnavailable) as refused:
        read(CaseEvent(type="teleported"))

    assert refused.value.is_final


async def test_what_is_due_in_other_cases_is_done_beside_one_of_a_newer_release():
    """Catches a round of a pack that ends where a newer release has worked a case."""
    newer, other = "jeweller.07.newer", "jeweller.07.other"
    done = []

    async def doing(due):
        if due.case_id == newer:
            read(CaseEvent(type="teleported"))
        done.append(due.case_id)

    due_list = Remembered([Due("x", newer, "", 1), Due("x", other, "", 1)])

    counted = await DueWorker(due_list, {"x": doing}).work("jeweller")

    assert ([other], {"x": 1}) == (done, dict(counted))
    assert [newer] == due_list.later


class Remembered:
    """A due list of one round, which remembers what was put off."""

    def __init__(self, due):
        self.list = due
        self.later = []

    async def due(self, _pack, *, most):
        """Return all of it."""
        return self.list[:most]

    async def drop(self, due):
        """Take one away."""
        self.list.remove(due)

    async def put_off(self, due, *, seconds):
        """Remember what was put off."""
        assert seconds
        self.later.append(due.case_id)
