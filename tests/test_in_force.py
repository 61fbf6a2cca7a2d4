"""What is in force: swapped whole, the last good one kept, the old ones there for replay."""

import asyncio
import threading
from dataclasses import replace

import pytest
from keepsake import past
from keepsake.core.errors import NotFound, NotReady, PackError, Problem
from keepsake.core.facts import Source
from keepsake.in_force import InForce, Watchers
from keepsake.kept import Loaded
from keepsake.past import MOST_KEPT
from keepsake.snapshot import Models
from keepsake.v1.journal_pb2 import DecisionInputs

from tests.fakes.snapshots import small_snapshot

pytestmark = pytest.mark.law(6)
BROKEN = PackError((Problem(Source("rules/small/offers.yaml", 3), "when", "x", "is wrong"),))


class Shelf:
    """Keeps versions in memory; `newest` is what a load finds, an error or a version."""

    def __init__(self, newest):
        self.asked = []
        self.newest = newest
        self.kept = []
        self.versions = {}
        self.is_full = False

    def load(self, pack):
        """Return the newest edit."""
        del pack
        if isinstance(self.newest, Exception):
            raise self.newest
        return version(self.newest)

    def last_good(self, pack):
        """Return what was kept last."""
        if not self.kept:
            raise NotFound("last good version of pack", pack)
        return self.kept[-1]

    def version(self, pack, digest, models):
        """Return a version by its digest."""
        del models
        self.asked.append((digest, threading.get_ident()))
        if digest not in self.versions:
            raise NotReady("is not kept", f"pack/{pack}/{digest}")
        return self.versions[digest]

    def keep(self, loaded):
        """Keep a version, so that it replays."""
        self.versions[loaded.pack.digest] = loaded

    def note_last_good(self, pack):
        """Note a version as the last good one."""
        if self.is_full:
            raise NotReady("cannot be kept on this disk", "pack/small")
        self.kept.append(version(pack.digest))


class Engine:
    """An engine that is built and closed once each."""

    def __init__(self, *, is_sound=True):
        self.is_sound = is_sound
        self.built = self.closed = 0

    def build(self):
        """Count."""
        if not self.is_sound:
            raise NotReady("it cannot be built", "engine")
        self.built += 1

    def close(self):
        """Count."""
        self.closed += 1


def version(digest):
    """Return a loaded pack with this digest."""
    return Loaded(small_snapshot(digest=digest).pack, files=None, models=Models(), bundles=())


def forge(loaded):
    """Plan a snapshot; the engine of the digest `unbuildable` cannot be built."""
    digest = loaded.pack.digest
    engine = Engine(is_sound=digest != "unbuildable")
    return replace(small_snapshot(digest=digest), engine=engine)


def edited(digest):
    """Return what a load makes of an edit."""
    return forge(version(digest))


def decided_by(digest):
    """Return the inputs of a decision that was made by a version."""
    inputs = DecisionInputs(pack="small")
    inputs.versions.pack_digest = digest
    return inputs


@pytest.fixture
def told():
    """Return what the watchers were told."""
    return []


@pytest.fixture
def opened(told):
    """Open what is in force on a shelf."""

    def start(shelf):
        watchers = Watchers(
            on_swap=lambda _, serving: told.append("serves" if serving else "stands still"),
            on_refusal=lambda _: told.append("refused"),
            disagreements=lambda _: 0,
        )
        in_force = InForce(("small",), shelf, forge, clock_ms=lambda: 7, watchers=watchers)
        in_force.start()
        return in_force

    return start


def digest_of(in_force):
    """Return the digest in force."""
    return in_force.snapshot("small").pack.digest


def test_a_good_pack_is_in_force_and_kept(opened, told):
    """Catches a version that decides but could not be replayed."""
    shelf = Shelf("one")

    in_force = opened(shelf)

    assert ("one", ["one"]) == (digest_of(in_force), [kept.pack.digest for kept in shelf.kept])
    assert ["serves"] == told
    assert 7 == in_force.snapshot("small").loaded_ms


def test_a_refused_edit_leaves_the_old_one_and_is_told_until_a_good_one_comes(opened, told):
    """Catches a refusal that is forgotten at once, or never."""
    in_force = opened(Shelf("one"))

    took = [in_force.take("small", BROKEN), in_force.take("small", BROKEN)]
    refused = in_force.statuses()[0]
    took.append(in_force.take("small", edited("two")))
    repaired = in_force.statuses()[0]

    assert [False, False, True] == took
    assert ("one", True, 2) == (
        refused.versions.pack_digest,
        refused.serving,
        refused.refused_count,
    )
    assert "rules/small/offers.yaml:3: when = x: is wrong" in refused.refused[0]
    assert ("two", [], 2) == (
        repaired.versions.pack_digest,
        list(repaired.refused),
        repaired.refused_count,
    )
    assert ["serves", "refused", "refused", "serves"] == told


def test_a_pack_that_is_broken_at_the_start_falls_back_and_says_so(opened, told):
    """Catches a restart that hides the broken edit."""
    shelf = Shelf(BROKEN)
    shelf.kept = [version("good")]

    in_force = opened(shelf)

    assert "good" == digest_of(in_force)
    assert in_force.statuses()[0].refused
    assert ["refused", "serves"] == told


def test_a_defect_in_loading_one_pack_is_a_refusal_like_any_other(opened, told):
    """Catches a start that is stopped, for every pack, by an error that nobody thought of."""
    shelf = Shelf(KeyError("common"))
    shelf.kept = [version("good")]

    in_force = opened(shelf)

    assert "good" == digest_of(in_force)
    assert ["refused", "serves"] == told
    assert "KeyError" in in_force.statuses()[0].refused[0]


def test_without_a_good_one_the_pack_does_not_serve(opened, told):
    """Catches a pack that answers from nothing."""
    in_force = opened(Shelf(BROKEN))

    with pytest.raises(NotReady):
        in_force.snapshot("small")

    assert not in_force.statuses()[0].serving
    assert ["refused", "stands still"] == told


@pytest.mark.parametrize("is_full", [False, True], ids=["no engine", "a full disk"])
def test_what_cannot_be_built_or_kept_never_takes_effect(opened, is_full):
    """Catches a version in force that cannot be replayed, or one noted as good before it was."""
    shelf = Shelf("one")
    in_force = opened(shelf)
    shelf.is_full = is_full

    took = in_force.take("small", edited("two" if is_full else "unbuildable"))

    assert not took
    assert "one" == digest_of(in_force)
    assert ["one"] == [kept.pack.digest for kept in shelf.kept]


def test_an_engine_is_released_after_the_last_request_that_uses_it(opened):
    """Catches an engine that is closed under a request, twice, or never."""
    in_force = opened(Shelf("one"))
    old = in_force.snapshot("small").engine

    with in_force.using("small") as first:
        with in_force.using("small"):
            in_force.swap("small", edited("two"))
        during = old.closed
        with in_force.using("small") as second:
            pass

    assert (0, 1) == (during, old.closed)
    assert ("one", "two") == (first.pack.digest, second.pack.digest)
    assert 0 == second.engine.closed


def test_all_that_takes_long_is_done_before_the_swap_and_only_building_is_left_for_it(opened):
    """Catches planning that holds up every request, and an engine that evaluates unbuilt."""
    in_force = opened(Shelf("one"))

    loaded = in_force.load("small")
    before = loaded.engine.built
    in_force.swap("small", loaded)

    assert (0, 1) == (before, loaded.engine.built)
    assert in_force.snapshot("small").judge is loaded.judge
    assert in_force.snapshot("small").engine is loaded.engine


async def test_what_decided_before_is_found_again_under_its_digest(opened):
    """Catches an old decision that is replayed by the newest pack."""
    in_force = opened(Shelf("one"))
    in_force.swap("small", edited("two"))

    found = await in_force.snapshot_of(decided_by("one"))

    assert ("one", 1) == (found.pack.digest, found.engine.built)
    assert found is await in_force.snapshot_of(decided_by("one"))
    with pytest.raises(NotReady):
        await in_force.snapshot_of(decided_by("never seen"))


async def test_a_version_of_the_past_is_loaded_once_and_beside_the_event_loop(opened):
    """Catches an explanation that stops every other call for a second, or loads for each."""
    shelf = Shelf("one")
    in_force = opened(shelf)
    in_force.swap("small", edited("two"))

    found = await asyncio.gather(*(in_force.snapshot_of(decided_by("one")) for _ in range(5)))

    [(digest, thread)] = shelf.asked
    assert ("one", 1) == (digest, len({id(snapshot) for snapshot in found}))
    assert thread != threading.get_ident()


async def test_of_the_past_the_last_few_are_held_and_the_others_released(opened):
    """Catches engines and models that pile up with every old version somebody looks at."""
    shelf = Shelf("one")
    in_force = opened(shelf)
    digests = [str(at) for at in range(MOST_KEPT + 1)]
    shelf.versions |= {digest: version(digest) for digest in digests}

    engines = [(await in_force.snapshot_of(decided_by(each))).engine for each in digests]
    await asyncio.sleep(0)
    held = [engine.closed for engine in engines]
    in_force.close()

    assert [1, *[0] * MOST_KEPT] == held
    assert [1] * len(engines) == [engine.closed for engine in engines]


async def test_a_version_that_is_not_kept_is_not_looked_for_again_at_once(opened, monkeypatch):
    """Catches a replay that reads a broken version anew for each of its decisions."""
    monkeypatch.setattr(past, "_FAILED_SECONDS", 0.0)
    shelf = Shelf("one")
    in_force = opened(shelf)
    asked = []

    for _ in range(3):
        with pytest.raises(NotReady, match="is not kept"):
            await in_force.snapshot_of(decided_by("gone"))
        asked.append(len(shelf.asked))
    await asyncio.sleep(0.001)  # timers run in the order in which they are due
    shelf.versions["gone"] = version("gone")

    assert [1, 1, 1] == asked
    assert "gone" == (await in_force.snapshot_of(decided_by("gone"))).pack.digest


async def test_a_version_that_fails_in_a_way_nobody_thought_of_is_not_kept(opened):
    """Catches a replay that ends at the first pack an older release wrote otherwise."""
    shelf = Shelf("one")
    in_force = opened(shelf)
    shelf.version = lambda *_: {}["common"]

    with pytest.raises(NotReady, match="KeyError: 'common'"):
        await in_force.snapshot_of(decided_by("old"))


def test_another_pack_is_not_found(opened):
    """Catches a pack that is answered by another one's rules."""
    with pytest.raises(NotFound, match="there are: small"):
        opened(Shelf("one")).snapshot("smal")
