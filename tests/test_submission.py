"""The submission of a case: what is in it, in which order, and what is refused."""

import hashlib
import io
import json
import zipfile
from pathlib import Path

import pytest
from keepsake.core.letters import Letter
from keepsake.submission import (
    Limits,
    NotAnExhibit,
    bundle,
    exhibits_of,
    letters_of,
    read_exhibit,
    slug,
    too_much,
)

from tests.adapters.test_pdf import HUGE, LETTER, acting_pdf, letter_pdf, locked_pdf, picture

HEAD = Letter("Desk", "Response and evidence", "", "travel.07.case", "today", time_ms=1_000_000)


@pytest.fixture
def photo(tmp_path):
    """Return a picture whose name says too much."""
    path = tmp_path / "Müller, Renée (passport)..;rm -rf.png"
    path.write_bytes(picture())
    return path


@pytest.fixture
def exhibits(tmp_path, photo):
    """Return two exhibits."""
    report = tmp_path / "report.pdf"
    report.write_bytes(letter_pdf(LETTER))
    return [read_exhibit("photo", "Photo", photo), read_exhibit("report", "Report", report)]


def packed(exhibits):
    """Return a bundle of a letter and exhibits."""
    sheets = [*letters_of({"cover-letter": LETTER}), *exhibits_of(exhibits, HEAD)]
    return bundle(sheets, HEAD, {"case": "travel.07.case"})


def test_a_bundle_holds_contents_letters_exhibits_and_everything_in_one_file(exhibits):
    """Catches a submission of which a part is missing, or in another order."""
    archive = zipfile.ZipFile(io.BytesIO(packed(exhibits)))

    assert [
        *("00-contents.pdf", "01-cover-letter.pdf", "exhibits/01-photo.pdf"),
        *("exhibits/02-report.pdf", "bundle.pdf", "manifest.json"),
    ] == archive.namelist()


def test_the_manifest_has_the_digest_of_every_file_and_of_what_it_was_made_of(exhibits):
    """Catches a file that was changed after it was bundled, and nobody can tell."""
    archive = zipfile.ZipFile(io.BytesIO(packed(exhibits)))

    manifest = json.loads(archive.read("manifest.json"))

    for each in manifest["files"]:
        data = archive.read(each["name"])
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (each["sha256"], each["bytes"])
    photo = next(each for each in manifest["files"] if each.get("item") == "photo")
    assert exhibits[0].digest == photo["original_sha256"]


def test_no_name_of_somebodys_desk_goes_out(exhibits):
    """Catches a bank that reads what the file was called."""
    data = packed(exhibits)

    assert [] == [word for word in ("passport", "Müller", "rm -rf") if word.encode() in data]


def test_the_same_case_gives_the_same_bundle(exhibits):
    """Catches a bundle whose digest changes with the hour."""
    assert packed(exhibits) == packed(exhibits)


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("letter.pdf", b"MZ\x90\x00", "is no PDF, JPEG or PNG"),
        ("letter.pdf", b"PK\x03\x04", "is no PDF, JPEG or PNG"),
        ("letter.pdf", locked_pdf(), "is locked"),
        ("letter.pdf", b"%PDF-1.7 nothing", "is no PDF that can be read"),
        ("photo.png", HUGE, r"pixels|picture"),
        ("photo.jpg", b"\xff\xd8\xff\x00", "is no picture"),
    ],
)
def test_what_is_no_exhibit_is_refused_and_told(tmp_path, name, data, told):
    """Catches a program by the name of a letter, or a picture that takes all memory."""
    path = tmp_path / name
    path.write_bytes(data)

    with pytest.raises(NotAnExhibit, match=told):
        read_exhibit("photo", "Photo", path)


def test_a_file_that_is_too_large_is_not_even_read(tmp_path, monkeypatch):
    """Catches a video of the journey."""
    path = tmp_path / "large.pdf"
    path.write_bytes(b"%PDF-" + b"0" * 100)
    monkeypatch.setattr("keepsake.submission.MOST_BYTES", 50)

    with pytest.raises(NotAnExhibit, match="has 105 bytes, allowed 50"):
        read_exhibit("photo", "Photo", path)


def test_an_exhibit_that_acts_is_bundled_without_what_acts(tmp_path):
    """Catches a script of a customer in what we send."""
    path = tmp_path / "acting.pdf"
    path.write_bytes(acting_pdf())

    (sheet,) = exhibits_of([read_exhibit("photo", "Photo", path)], HEAD)

    assert b"/JavaScript" not in sheet.data


def test_too_many_pages_or_bytes_are_told(exhibits):
    """Catches a submission that the processor cuts or refuses after it was sent, once for all."""
    sheets = exhibits_of(exhibits, HEAD)

    assert () == too_much(sheets, Limits())
    assert () == too_much(sheets, Limits(1_000_000, 2))
    assert ["have 2 pages together, allowed 1"] == [
        each.removeprefix("the exhibits ") for each in too_much(sheets, Limits(0, 1))
    ]
    assert 2 == len(too_much(sheets, Limits(10, 1)))


@pytest.mark.parametrize(
    ("name", "safe"),
    [("../../etc/passwd", "etc-passwd"), ("A b\x00c", "a-b-c"), ("", "file"), ("x" * 99, "x" * 60)],
)
def test_a_name_of_a_file_is_one_that_any_system_can_keep(name, safe):
    """Catches an archive that writes outside its folder."""
    assert safe == slug(name)


@pytest.mark.timeout(30)
def test_what_is_no_file_is_no_exhibit():
    """Catches a device that says it is empty and is read without end."""
    with pytest.raises(NotAnExhibit, match="is no file"):
        read_exhibit("photo", "Photo", Path("/dev/zero"))
