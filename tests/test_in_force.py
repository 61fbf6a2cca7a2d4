"""What is in force: swapped whole, the last good one kept, the old ones there for replay."""

import pytest
from keepsake.core.errors import NotFound, NotReady, PackError, Problem
from keepsake.core.facts import Source
from keepsake.in_force import InForce, Watchers
from keepsake.kept import Loaded
from keepsake.snapshot import Models
from keepsake.v1.journal_pb2 import DecisionInputs

from tests.fakes.snapshots import small_snapshot

pytestmark = pytest.mark.law(6)
BROKEN = PackError((Problem(Source("rules/small/offers.yaml", 3), "when", "x", "is wrong"),))


class Shelf:
    """Keeps versions in memory; `newest` is what a load finds, an error or a version."""

    def __init__(self, newest):
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
        if digest not in self.versions:
            raise NotReady("is not kept", f"pack/{pack}/{digest}")
        return self.versions[digest]

    def keep(self, loaded):
        """Keep a version, so that it replays."""
        self.versions[loaded.pack.digest] = loaded

    def note_last_good(self, loaded):
        """Note a version as the last good one."""
        if self.is_full:
            raise NotReady("cannot be kept on this disk", "pack/small")
        self.kept.append(loaded)


class Engine:
    """An engine that can be closed, once."""

    def __init__(self):
        self.closed = 0

    def close(self):
        """Count."""
        self.closed += 1


def version(digest):
    """Return a loaded pack with this digest."""
    return Loaded(small_snapshot(digest=digest).pack, files=None, models=Models(), bundles={})


def forge(loaded):
    """Build a snapshot; the digest `unbuildable` has no engine."""
    if loaded.pack.digest == "unbuildable":
        raise NotReady("its engine cannot be built", "engine")
    snapshot = small_snapshot(digest=loaded.pack.digest)
    object.__setattr__(snapshot, "engine", Engine())
    return snapshot


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
    took.append(in_force.take("small", version("two")))
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

    took = in_force.take("small", version("two" if is_full else "unbuildable"))

    assert not took
    assert "one" == digest_of(in_force)
    assert ["one"] == [kept.pack.digest for kept in shelf.kept]


def test_an_engine_is_released_after_the_last_request_that_uses_it(opened):
    """Catches an engine that is closed under a request, twice, or never."""
    in_force = opened(Shelf("one"))
    old = in_force.snapshot("small").engine

    with in_force.using("small") as first:
        with in_force.using("small"):
            in_force.swap("small", version("two"))
        during = old.closed
        with in_force.using("small") as second:
            pass

    assert (0, 1) == (during, old.closed)
    assert ("one", "two") == (first.pack.digest, second.pack.digest)
    assert 0 == second.engine.closed


def test_what_decided_before_is_found_again_under_its_digest(opened):
    """Catches an old decision that is replayed by the newest pack."""
    shelf = Shelf("one")
    in_force = opened(shelf)
    in_force.swap("small", version("two"))
    inputs = DecisionInputs(pack="small")
    inputs.versions.pack_digest = "one"

    found = in_force.snapshot_of(inputs)

    assert "one" == found.pack.digest
    assert found is in_force.snapshot_of(inputs)
    inputs.versions.pack_digest = "never seen"
    with pytest.raises(NotReady):
        in_force.snapshot_of(inputs)


def test_another_pack_is_not_found(opened):
    """Catches a pack that is answered by another one's rules."""
    with pytest.raises(NotFound, match="there are: small"):
        opened(Shelf("one")).snapshot("smal")
