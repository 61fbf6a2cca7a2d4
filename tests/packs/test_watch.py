from __future__ import annotations

import os

import pytest
from keepsake.core.errors import BundleError, PackError, Problem
from keepsake.core.facts import Source
from keepsake.packs import watch
from keepsake.packs.load import load_pack
from keepsake.packs.watch import PackWatcher

from tests.packs.folders import edit, sound_pack


@pytest.fixture(autouse=True)
def _files_lie_still_at_once(monkeypatch):
    monkeypatch.setattr(watch, "SETTLE_SECONDS", 0)


@pytest.fixture
def folder(tmp_path):
    """Return a copy of the sound pack that may be edited."""
    return sound_pack(tmp_path)


@pytest.fixture
def watcher(folder, tmp_path):
    """Return a watcher that has seen the sound pack as it is."""
    folders = {"desk": (folder, tmp_path / "models")}
    return PackWatcher(folders, load=lambda _: load_pack(folder), every_seconds=0)


async def _changes(watcher) -> list:
    return [change async for change in watcher.poll()]


async def test_nothing_is_loaded_as_long_as_nothing_changes(watcher):
    """Would catch a pack that is reloaded every second."""
    assert [] == await _changes(watcher)


@pytest.mark.law(6)
async def test_a_good_edit_is_handed_over_whole(watcher, folder):
    """Would catch an edit that takes effect only after a restart."""
    edit(folder / "offers.yaml", "150 USD", "160 USD")

    ((pack, loaded),) = await _changes(watcher)

    assert pack == "desk"
    assert loaded.offers["rush"].cost_if_accepted.fixed == 160


async def test_a_file_of_stock_that_lies_elsewhere_is_watched_with_its_pack(folder, tmp_path):
    """Would catch yesterday's stones offered until the next restart."""
    stock = tmp_path / "elsewhere" / "stones.csv"
    stock.parent.mkdir()
    stock.write_text("yesterday")
    folders = {"desk": (folder, tmp_path / "models", stock)}
    watcher = PackWatcher(folders, load=lambda _: load_pack(folder), every_seconds=0)
    stock.write_text("a day later")

    ((pack, _),) = await _changes(watcher)

    assert "desk" == pack


@pytest.mark.law(6)
async def test_a_broken_edit_is_told_and_nothing_is_handed_over(watcher, folder):
    """Would catch half a pack in force, or an edit refused in silence."""
    edit(folder / "offers.yaml", "150 USD", "150 CHF")

    ((_, refusal),) = await _changes(watcher)

    assert isinstance(refusal, PackError)
    assert ["offers.rush.cost.if_accepted"] == [problem.key for problem in refusal.problems]


async def test_a_broken_edit_is_told_once(watcher, folder):
    """Would catch a log that is filled every second until somebody mends the pack."""
    edit(folder / "offers.yaml", "150 USD", "150 CHF")
    await _changes(watcher)

    assert [] == await _changes(watcher)


async def test_an_edit_of_a_library_reloads_who_includes_it(watcher, folder):
    """Would catch a new law that no pack heeds until its own files are touched."""
    edit(folder.parent / "library" / "law.yaml", "Renewals end", "All renewals end")

    ((_, loaded),) = await _changes(watcher)

    assert loaded.laws["RENEWAL"].name == "All renewals end at once"


async def test_a_library_that_is_missing_is_noticed_when_it_comes_back(watcher, folder):
    """Would catch a pack that stays broken because its includes could not be told."""
    library = folder.parent / "library"
    library.rename(folder.parent / "elsewhere")
    await _changes(watcher)
    (folder.parent / "elsewhere").rename(library)

    ((_, loaded),) = await _changes(watcher)

    assert "RENEWAL" in loaded.laws


async def test_a_new_model_reloads_its_pack(watcher, tmp_path):
    """Would catch a trained model that nobody picks up."""
    bundle = tmp_path / "models" / "save"
    bundle.mkdir(parents=True)
    (bundle / "manifest.json").write_text("{}")

    assert ["desk"] == [pack for pack, _ in await _changes(watcher)]


async def test_an_edit_of_the_same_length_at_the_same_time_is_noticed(watcher, folder):
    """Would catch an edit within one tick of a coarse clock that swaps the file for another."""
    offers = folder / "offers.yaml"
    before = offers.stat()
    text = offers.read_text().replace("150 USD", "160 USD")
    (folder / "draft").write_text(text)
    os.utime(folder / "draft", ns=(before.st_atime_ns, before.st_mtime_ns))
    (folder / "draft").replace(offers)

    assert ["desk"] == [pack for pack, _ in await _changes(watcher)]


@pytest.mark.parametrize(
    "failure",
    [BundleError(Problem(Source("m", 1), "k", "v", "is broken")), ZeroDivisionError("a bug")],
)
async def test_whatever_fails_while_loading_is_a_refusal(failure, folder):
    """Would catch a watcher that dies of one bad edit and never looks again."""

    def load(_):
        raise failure

    watcher = PackWatcher({"desk": (folder,)}, load=load)
    edit(folder / "offers.yaml", "150 USD", "160 USD")

    ((_, refusal),) = await _changes(watcher)

    assert isinstance(refusal, PackError | BundleError)


async def test_changes_come_for_as_long_as_they_are_asked_for(watcher, folder):
    """Would catch a watcher that stops after its first look."""
    seen = []
    prices = iter(["160 USD", "150 USD"])
    edit(folder / "offers.yaml", "150 USD", next(prices))

    async for _, loaded in watcher.changes():
        seen.append(loaded.offers["rush"].cost_if_accepted.fixed)
        if len(seen) > 1:
            break
        edit(folder / "offers.yaml", "160 USD", next(prices))

    assert [160, 150] == seen
