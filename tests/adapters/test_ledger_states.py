"""Any sequence of steps, on the real ledger and on the plain one in memory, side by side."""

import asyncio
from itertools import count

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)
from keepsake.adapters import keys
from keepsake.adapters.ledger import RedisLedger
from keepsake.adapters.store import RedisStore
from keepsake.core.errors import NotFound
from keepsake.core.holds import Hold
from redis import Redis

from tests.adapters.holds import hold, hold_id
from tests.fakes.memory_ledger import MemoryLedger

RUNS = count()
RESOURCES = ("budget:goodwill:all:2026-07-01", "slot:casting:2026-07-14", "stone:s-17")
numbers = st.integers(1, 6)
resources = st.sampled_from(RESOURCES)
units = st.integers(0, 60)
limits = st.integers(0, 100)


class Ledgers(RuleBasedStateMachine):
    """Does the same with both ledgers; what they answer must be the same.

    Each run has a pack of its own. `most` is the highest limit that a hold was allowed under.
    """

    def __init__(self, url: str) -> None:
        super().__init__()
        self.pack = f"run{next(RUNS)}"
        self.runner = asyncio.Runner()
        self.store = RedisStore(url, timeout_seconds=10.0)
        self.real, self.plain = RedisLedger(self.store.call), MemoryLedger()
        self.valkey = Redis.from_url(url)
        self.most = dict.fromkeys(RESOURCES, 0)

    def both(self, name, *args, **also):
        """Return what both ledgers answer, which is the same."""

        async def asked(ledger):
            try:
                return await getattr(ledger, name)(*args, **also)
            except (NotFound, ValueError) as error:
                return type(error)

        real, plain = (self.runner.run(asked(one)) for one in (self.real, self.plain))
        assert plain == real
        return real

    def asked(self, number, resource, wanted, limit, share) -> Hold:
        """Return a hold in the pack of this run."""
        one = hold(number, wanted, resource=resource, limit=limit, share=share, at_risk=number * 10)
        return Hold(**{**{f: getattr(one, f) for f in Hold.__slots__}, "pack": self.pack})

    @rule(number=numbers, wanted=st.dictionaries(resources, units, min_size=1), limit=limits,
          share=st.sampled_from([0, 0, 500]))  # fmt: skip
    def hold(self, number, wanted, limit, share):
        """Hold some units of one resource or of several."""
        holds = [self.asked(number, one, many, limit, share) for one, many in wanted.items()]
        _, balances = self.both("hold", holds)
        for one, balance in balances.items():
            self.most[one] = max(self.most[one], balance.limit)

    @rule(number=numbers, several=st.lists(resources, min_size=1, unique=True))
    def pin(self, number, several):
        """Pin a hold on one resource or on several."""
        self.both("pin", self.pack, [(one, hold_id(number)) for one in several])

    @rule(number=numbers, resource=resources, wanted=units)
    def commit(self, number, resource, wanted):
        """Commit some units of a hold, whatever it is."""
        self.both("commit", self.pack, resource, hold_id(number), units=wanted)

    @rule(number=numbers, resource=resources, name=st.sampled_from(["release", "give_back"]))
    def let_go(self, number, resource, name):
        """Release a hold, or give back what was committed."""
        self.both(name, self.pack, resource, hold_id(number))

    @rule(number=numbers, resource=resources)
    def lapse(self, number, resource):
        """Let the time of a hold run out."""
        expiries = keys.books(self.pack, resource).expiries
        self.valkey.zadd(expiries, {hold_id(number): 1}, xx=True)
        standing = self.plain.books.get((self.pack, resource))
        if standing and hold_id(number) in standing.holds:
            standing.holds[hold_id(number)].expires_ms = 1

    @invariant()
    def never_more_is_taken_than_the_limit(self):
        """Look at the sums themselves, behind the ledger's back."""
        for one in RESOURCES:
            sums = self.valkey.hgetall(keys.books(self.pack, one).sums)
            taken = [int(sums.get(name, 0)) for name in (b"held", b"pinned", b"committed")]
            assert min(taken) >= 0
            assert sum(taken) <= self.most[one]

    @invariant()
    def both_have_the_same_books(self):
        """Compare what is taken, and what waits to be settled."""
        self.both("balances", self.pack, RESOURCES)
        real, plain = (
            self.runner.run(one.pinned(self.pack, older_than_ms=-1)) for one in self.ledgers()
        )
        assert sorted(plain) == sorted(real)

    def ledgers(self):
        """Return both ledgers."""
        return self.real, self.plain

    def teardown(self):
        """Compare everything that happened, and let go."""
        try:
            for one in RESOURCES:
                self.both("release", self.pack, one, "nobody")  # the real one frees as it writes
                real, plain = (self.runner.run(self.moved(each, one)) for each in self.ledgers())
                assert plain == real
        finally:
            self.runner.run(self.store.close())
            self.runner.close()
            self.valkey.close()

    async def moved(self, ledger, resource):
        """Return what happened to a resource, but for when."""
        moves = [m async for m in ledger.movements(self.pack, resource)]
        return sorted((m.hold_id, m.units, str(m.was), str(m.now), m.lapsed) for m in moves)


@pytest.mark.law(2)
@pytest.mark.law(8)
def test_no_sequence_of_steps_takes_more_than_the_limit_or_leaves_the_plain_model(server):
    """Catches a step that overspends, doubles or loses units after some other steps."""
    run_state_machine_as_test(
        lambda: Ledgers(server.url),
        settings=settings(
            max_examples=25,
            stateful_step_count=30,
            suppress_health_check=list(HealthCheck),
        ),
    )
