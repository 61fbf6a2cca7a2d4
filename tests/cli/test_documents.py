"""`keepsake draft`, `documents` and `evidence`: what is shown, written, printed and refused."""

import io
import json
import zipfile

import pypdfium2
import pytest
from google.protobuf.json_format import ParseDict
from keepsake import submission
from keepsake.cli.checklist_view import checklist_lines
from keepsake.cli.console import ExitCode, Refusal
from keepsake.cli.documents import exhibits_in_order
from keepsake.cli.enclosures import items_sent, left_out, tell_left_out
from keepsake.cli.papers import Papers
from keepsake.submission import read_exhibit
from keepsake.v1 import document_pb2
from keepsake.v1.case_pb2 import GetCaseResponse
from rich.console import Console, Group

from tests.adapters.test_pdf import picture
from tests.cli.advisor import PAPERS
from tests.rpc.cases import CASE_ID, GAP, LETTER, TEXT


def test_a_draft_shows_its_text_and_what_is_to_be_filled(keepsake):
    """Catches a draft whose gaps are seen only when it is refused."""
    done = keepsake("draft", CASE_ID, "letter.de", "--fill", "reference=N-1")

    told = " ".join(done.out.split())
    assert 0 == done.code
    for part in (TEXT.split("\n")[0], GAP, "fill.reference Their reference", "de, for"):
        assert part in told


def test_documents_are_written_as_pdf_and_marked_as_long_as_nobody_confirmed_them(
    keepsake, tmp_path
):
    """Catches a letter that looks final before anybody has answered for it."""
    done = keepsake("documents", CASE_ID, "--out", tmp_path / "new" / "folder", "--json")

    (file,) = json.loads(done.out)
    page = pypdfium2.PdfDocument(file["file"])[0].get_textpage().get_text_bounded()
    assert file["file"].endswith("01-letter.pdf")
    for told in ("Letter to the insurer", "we write to you.", "Draft, not confirmed", "A jeweller"):
        assert told in page


def test_exhibits_stand_in_the_order_of_the_checklist(tmp_path):
    """Catches a bundle in the order in which somebody typed the files."""
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(picture())
    given = [f"report={tmp_path / 'a'}", f"photo={tmp_path / 'b'}"]

    found = exhibits_in_order(submission, given, {"photo": "Photo", "report": "Report"})

    assert ["photo", "report"] == [each.item for each in found]


def test_an_exhibit_for_which_there_is_no_item_is_refused():
    """Catches a file that is bundled for nothing."""
    with pytest.raises(Refusal, match="no item 'foto'") as refused:
        exhibits_in_order(submission, ["foto=photo.png"], {"photo": "Photo"})

    assert "did you mean photo?" == refused.value.hint


def test_evidence_is_printed_as_the_processor_takes_it_and_not_submitted(keepsake, tmp_path):
    """Catches evidence that is submitted, once for all, by printing it."""
    more = tmp_path / "ce3.json"
    more.write_text('{"visa_compelling_evidence_3": {}}')

    done = keepsake(
        *("evidence", CASE_ID, "--fill", "note=We sent it.", "--fill", "receipt=file_1NBkw"),
        *("--fill", f"enhanced=@{more}"),
    )

    assert {
        "evidence": {
            "note": "We sent it.",
            "receipt": "file_1NBkw",
            "enhanced": {"visa_compelling_evidence_3": {}},
        },
        "submit": False,
    } == json.loads(done.out)
    assert "nobody confirmed it" in done.err


@pytest.mark.parametrize(
    ("fill", "told"),
    [
        ("note=" + "x" * 61, "note has 61 characters, allowed 60"),
        ("receipt=my receipt.pdf", "must be the id of a file that was uploaded"),
        ("enhanced=text", "enhanced must be an object"),
        ("enhanced=@nowhere.json", "is no JSON"),
        ("note", "takes NAME=TEXT"),
    ],
)
def test_what_the_processor_would_refuse_is_refused_here(keepsake, fill, told):
    """Catches evidence that comes back on the last day."""
    done = keepsake("evidence", CASE_ID, "--fill", fill)

    assert ExitCode.USAGE == done.code
    assert told in done.err


def test_what_nobody_confirmed_is_not_submitted(keepsake):
    """Catches the one submission that is used up by a draft."""
    done = keepsake("evidence", CASE_ID, "--submit")

    assert ExitCode.REFUSED == done.code
    assert "" == done.out


def test_what_the_letter_says_is_enclosed_and_is_not_is_named(keepsake, tmp_path):
    """Catches a bank that is told of true copies which it did not get."""
    (tmp_path / "photo.png").write_bytes(picture())

    done = keepsake(
        *("documents", CASE_ID, "--out", tmp_path, "--exhibit", f"photo={tmp_path / 'photo.png'}")
    )

    told = " ".join(done.err.split())
    archive = zipfile.ZipFile(io.BytesIO((tmp_path / f"{CASE_ID}.zip").read_bytes()))
    assert 0 == done.code
    assert "says that it is enclosed, and it is not: Receipt (receipt)" in told
    assert "photo" not in told
    assert "report" not in told
    assert ["receipt"] == json.loads(archive.read("manifest.json"))["missing_exhibits"]


def test_evidence_without_a_file_that_the_letter_encloses_is_told(keepsake):
    """Catches a file that is remembered when it can be sent no more."""
    done = keepsake("evidence", CASE_ID, "--fill", "receipt=file_1NBkw")

    assert "it is not: Photo of the ring (photo)" in " ".join(done.err.split())
    assert "(receipt)" not in done.err


def test_evidence_is_not_submitted_while_something_that_is_said_to_be_enclosed_is_missing():
    """Catches the one submission that leaves out what its letter confirms."""
    made = document_pb2.EvidenceDraft(fields=[{"name": "proof", "items": ["photo"]}])
    missing = left_out(PAPERS.items, list(items_sent({"proof": "file_1NBkw"}, made)))

    with pytest.raises(Refusal, match=r"Receipt \(receipt\)$") as refused:
        tell_left_out(missing, is_final=True)

    assert ExitCode.REFUSED is refused.value.code
    tell_left_out([], is_final=True)


@pytest.fixture
def papers():
    """Return the documents of a case."""
    answer = GetCaseResponse(events=[{"number": 2, "text": TEXT}])
    answer.case.case_id = CASE_ID
    answer.case.documents.append(LETTER)
    return Papers(submission, answer)


@pytest.fixture
def photo(tmp_path):
    """Return an exhibit."""
    path = tmp_path / "photo.png"
    path.write_bytes(picture())
    return read_exhibit("photo", "Photo of the ring", path)


def test_a_bundle_is_written_beside_the_letters(papers, photo, tmp_path):
    """Catches exhibits that are read and left out."""
    papers.write(tmp_path / "out", [photo], None)

    archive = zipfile.ZipFile(io.BytesIO((tmp_path / "out" / f"{CASE_ID}.zip").read_bytes()))
    manifest = json.loads(archive.read("manifest.json"))
    assert "exhibits/01-photo.pdf" in archive.namelist()
    assert "staged" == manifest["documents"][0]["state"]


def test_a_name_that_would_vanish_from_paper_is_refused_and_nothing_is_written(tmp_path):
    """Catches a letter that is sent to nobody."""
    answer = GetCaseResponse(events=[{"number": 2, "text": "Dear 王小明,"}])
    answer.case.documents.append(LETTER)

    with pytest.raises(Refusal, match="王 小 明") as refused:
        Papers(submission, answer).write(tmp_path / "out", [], None)

    assert ExitCode.USAGE is refused.value.code
    assert not (tmp_path / "out").exists()


def test_more_than_the_processor_takes_is_refused_before_anything_is_written(
    papers, photo, tmp_path
):
    """Catches half a submission on the disk that looks like a whole one."""
    limits = document_pb2.EvidenceDraft(bytes_limit=10, pages_limit=5)

    with pytest.raises(Refusal, match="allowed 10"):
        papers.write(tmp_path / "out", [photo], limits)

    assert not (tmp_path / "out").exists()


def test_a_checklist_shows_what_is_missing_weak_and_there():
    """Catches a list on which the agent cannot see what to look for."""
    checklist = ParseDict(
        {
            "title": "Evidence",
            "completeness": 0.5,
            "missing": 1,
            "confidence": "D",
            "items": [
                {"title": "Photo [new]", "weight": 2, "state": "there", "confidence": "S"},
                {"title": "Report", "weight": 1, "state": "missing", "note": "ask the guest"},
            ],
        },
        document_pb2.Checklist(),
    )
    console = Console(file=io.StringIO(), width=100)

    console.print(Group(*checklist_lines(checklist)))

    told = console.file.getvalue()
    for part in ("Evidence", "50 %", "1 missing", "Photo [new]", "(S)", "ask the guest", "(D)"):
        assert part in told
