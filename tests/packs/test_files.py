from __future__ import annotations

import os
import shutil

import pytest
from keepsake.core.errors import NotFound, PackError
from keepsake.packs import files as files_module
from keepsake.packs.archive import keep, load_kept
from keepsake.packs.files import read_files
from keepsake.packs.load import open_pack

from tests.packs.folders import SOUND, edit, sound_pack


def test_the_digest_is_the_same_wherever_the_pack_stands(tmp_path):
    """Would catch a digest that depends on the machine: decisions would not replay elsewhere."""
    here, there = read_files(SOUND / "desk"), read_files(sound_pack(tmp_path))

    assert here.digest == there.digest


@pytest.mark.parametrize("name", ["desk/offers.yaml", "library/law.yaml", "desk/cases/cases.yaml"])
def test_any_changed_byte_changes_the_digest(name, tmp_path):
    """Would catch an edit, of the law too, that passes under the old digest."""
    folder = sound_pack(tmp_path)
    before = read_files(folder).digest
    with (tmp_path / "sound" / name).open("a") as file:
        file.write("\n")

    after = read_files(folder).digest

    assert before != after


def test_a_renamed_file_changes_the_digest(tmp_path):
    """Would catch two packs under one digest because only bytes were hashed."""
    folder = sound_pack(tmp_path)
    before = read_files(folder).digest
    (folder / "rules.yaml").rename(folder / "rules2.yaml")

    after = read_files(folder).digest

    assert before != after


def test_what_editors_leave_behind_is_no_part_of_a_pack(tmp_path):
    """Would catch a swap file that reloads the pack or breaks it."""
    folder = sound_pack(tmp_path)
    before = read_files(folder).digest
    for name in (".offers.yaml.swp", "offers.yaml~", "#offers.yaml#", ".git/config.yaml"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("x: [")

    after = read_files(folder).digest

    assert before == after


def test_a_file_beyond_the_limit_is_refused(tmp_path, monkeypatch):
    """Would catch a file that fills the memory before anybody looks at it."""
    monkeypatch.setattr(files_module, "MAX_FILE_BYTES", 100)

    with pytest.raises(PackError, match="is larger than 100 bytes"):
        read_files(sound_pack(tmp_path))


def test_a_folder_of_too_many_files_is_refused(tmp_path, monkeypatch):
    """Would catch a wrong folder being read to the end."""
    monkeypatch.setattr(files_module, "MAX_FILES", 3)

    with pytest.raises(PackError, match="holds more than 3 files"):
        read_files(sound_pack(tmp_path))


def test_a_file_that_ends_in_yml_is_refused_rather_than_overlooked(tmp_path):
    """Would catch rules that everybody believes to be in force."""
    folder = sound_pack(tmp_path)
    (folder / "more.yml").write_text("rules: {}")

    with pytest.raises(PackError, match=r"more.yml:1: ends in .yml \(rename it to .yaml\)"):
        read_files(folder)


@pytest.mark.parametrize("bomb", [b"[" + b"1," * 25_000, b"- \n" * 25_000, b"a:\n" * 11_000])
def test_a_file_of_too_many_parts_is_refused(bomb, tmp_path):
    """Would catch a small file that keeps the server reading for half a minute."""
    folder = sound_pack(tmp_path)
    (folder / "more.yaml").write_bytes(bomb)

    with pytest.raises(PackError, match="has more than 20000 parts"):
        read_files(folder)


@pytest.mark.parametrize("name", ["more.yaml", "folder", "cases/more.yaml"])
def test_a_link_in_a_pack_is_refused(name, tmp_path):
    """Would catch rules, or a secret, of another place that become part of a pack."""
    folder = sound_pack(tmp_path)
    (folder / name).symlink_to(tmp_path)

    with pytest.raises(PackError, match=rf"sound/desk/{name}:1: is a link"):
        read_files(folder)


def test_a_library_that_is_a_link_is_refused(tmp_path):
    """Would catch the law of another place under the name of ours."""
    folder = sound_pack(tmp_path)
    (folder.parent / "library").rename(tmp_path / "library")
    (folder.parent / "library").symlink_to(tmp_path / "library")

    with pytest.raises(PackError, match="sound/library:1: is a link"):
        read_files(folder)


def test_a_name_that_is_not_utf_8_is_refused(tmp_path):
    """Would catch a crash on a file unpacked from an old archive."""
    folder = sound_pack(tmp_path)
    (folder / os.fsdecode(b"\xfcber.yaml")).write_text("x: 1")

    with pytest.raises(PackError, match=r"udcfcber.yaml:1: has a name that is not UTF-8"):
        read_files(folder)


@pytest.mark.law(3)
def test_a_kept_pack_loads_again_as_it_was(tmp_path):
    """Would catch a decision that cannot replay once its pack was edited or deleted."""
    folder = sound_pack(tmp_path)
    before = read_files(folder)
    keep(before, tmp_path / "kept")
    shutil.rmtree(tmp_path / "sound")

    after = load_kept(tmp_path / "kept", before.digest)

    assert open_pack(before).pack == open_pack(after).pack


def test_keeping_a_pack_twice_changes_nothing(tmp_path):
    """Would catch two workers that fall over each other when both keep the same pack."""
    files = read_files(SOUND / "desk")
    first = keep(files, tmp_path)

    second = keep(files, tmp_path)

    assert first == second
    assert [files.digest] == [path.name for path in tmp_path.iterdir()]


def test_a_kept_pack_that_was_changed_is_refused(tmp_path):
    """Would catch a replay by rules that nobody ever decided by."""
    files = read_files(SOUND / "desk")
    kept = keep(files, tmp_path)
    edit(kept / "sound" / "desk" / "offers.yaml", "150 USD", "151 USD")

    with pytest.raises(PackError, match="was changed after it was kept"):
        load_kept(tmp_path, files.digest)


def test_a_pack_that_was_never_kept_is_not_found(tmp_path):
    """Would catch a crash where a plain answer is due."""
    with pytest.raises(NotFound):
        load_kept(tmp_path, "0" * 64)
