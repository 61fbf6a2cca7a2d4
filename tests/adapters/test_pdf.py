"""Letters and pictures as PDF: what stands in them, and that they are the same each time."""

import io
import subprocess
import sys
from pathlib import Path

import pypdfium2
import pytest
from keepsake.adapters.pdf import letter_pdf, picture_pdf, table_pdf
from keepsake.adapters.pdf_pages import merged, pages_of
from keepsake.core.letters import Letter, Unwritable
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

ROOT = Path(__file__).parents[2]
TEXT = "Network: Visa\nCode: 13.1\n\nDear Sirs,\n\nWir schreiben über Łódź: Štěpán, Zoë, Ümit, 5 €."
LETTER = Letter(
    *("Travel desk", "Response", TEXT, "travel.07.case", "22 November 2026"),
    mark="Draft, not confirmed",
    time_ms=1_790_000_000_000,
)


def text_of(data):
    """Return what a reader sees, page by page."""
    return [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(data)]


def test_a_letter_says_who_writes_what_it_is_and_that_it_is_no_final_one():
    """Catches a draft that is sent as if somebody had confirmed it."""
    (page,) = text_of(letter_pdf(LETTER))

    for told in ("Travel desk", "Response", "Draft, not confirmed", "travel.07.case", "1 / 1"):
        assert told in page


def test_european_letters_stand_as_they_are_written():
    """Catches a customer whose name is full of boxes."""
    (page,) = text_of(letter_pdf(LETTER))

    assert "Łódź: Štěpán, Zoë, Ümit, 5 €." in page


@pytest.mark.parametrize("name", ["王小明", "สมชาย", "عمر", "Zoë \U0001f600"])
def test_letters_that_the_font_lacks_are_refused_and_named(name):
    """Catches a letter to "Dear ," since a name in another script left no trace."""
    odd = Letter("Desk", "Odd", f"Dear {name},", "case", "today")

    with pytest.raises(Unwritable) as refused:
        letter_pdf(odd)

    assert name[-1] in str(refused.value)
    assert "D" not in str(refused.value).partition(": ")[2]


def test_names_in_greek_and_cyrillic_stand_as_they_are_written():
    """Catches a traveller from Athens or Sofia who gets no letter."""
    name = "Γιώργος, Иван"

    (page,) = text_of(letter_pdf(Letter("Desk", "Title", f"Dear {name},", "case", "today")))

    assert name in page


def test_a_long_letter_goes_on_to_another_page():
    """Catches a letter that ends where the paper does."""
    long = Letter("Desk", "Long", "\n\n".join(f"Paragraph {n}." for n in range(120)), "c", "today")

    pages = text_of(letter_pdf(long))

    assert len(pages) > 1
    assert "Paragraph 119." in pages[-1]
    assert f"2 / {len(pages)}" in pages[1]


def test_the_same_letter_is_the_same_bytes_in_another_process():
    """Catches a digest that nobody can check again."""
    script = (
        "import sys; from tests.adapters.test_pdf import LETTER, letter_pdf, merged; "
        "sys.stdout.buffer.write(merged([('a', letter_pdf(LETTER))], 't'))"
    )

    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-c", script], capture_output=True, check=True, cwd=ROOT
    )

    assert merged([("a", letter_pdf(LETTER))], "t") == done.stdout


def test_what_would_act_on_paper_stands_as_text():
    """Catches a name with control characters that breaks the file."""
    odd = Letter("Desk", "Odd", "(a) \\b <</JS>> %PDF- endobj \x07 \u200b", "case", "today")

    assert 1 == pages_of(letter_pdf(odd))


def picture(size=(60, 40), kind="PNG"):
    """Return a picture."""
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, kind)
    return out.getvalue()


HUGE = picture()[:16] + (90_000).to_bytes(4) + (90_000).to_bytes(4) + picture()[24:]
"""A picture that says it is 90,000 wide and high: who believes it needs gigabytes."""


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_gets_a_page_with_its_title(kind):
    """Catches an exhibit of which nobody can tell what it is."""
    (page,) = text_of(picture_pdf(picture(kind=kind), LETTER))

    assert "Response" in page


@pytest.mark.parametrize(
    "data",
    [b"\x89PNG\r\n\x1a\n", picture()[:60], picture((9000, 9000)), b"\xff\xd8\xff" + b"0" * 99],
)
def test_a_picture_that_cannot_be_shown_or_is_too_large_is_refused(data):
    """Catches a file that takes all memory, or a page that stays white."""
    with pytest.raises(ValueError, match=r"picture|pixels"):
        picture_pdf(data, LETTER)


def test_a_table_of_contents_shows_every_row():
    """Catches a list of exhibits that is cut."""
    rows = [(str(n), f"Document {n}", "file.pdf", "1", "abc") for n in range(60)]

    pages = text_of(table_pdf(LETTER, ("No.", "Document", "File", "Pages", "Digest"), rows))

    assert "Document 59" in "".join(pages)


def acting_pdf():
    """Return a PDF that runs a script when it is opened, and one on its page."""
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    script = DictionaryObject(
        {
            NameObject("/S"): NameObject("/JavaScript"),
            NameObject("/JS"): TextStringObject("hello()"),
        }
    )
    writer.root_object[NameObject("/OpenAction")] = script
    writer.pages[0][NameObject("/AA")] = DictionaryObject({NameObject("/O"): script})
    writer.add_attachment("virus.exe", b"MZ")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_joined_pages_bring_no_scripts_and_no_files_with_them():
    """Catches an exhibit of a customer that acts on the bank's machine."""
    whole = merged([("a", acting_pdf()), ("b", letter_pdf(LETTER))], "All")

    assert 2 == pages_of(whole)
    assert [] == [word for word in (b"/JavaScript", b"/JS", b"EmbeddedFile") if word in whole]


def locked_pdf():
    """Return a PDF that asks for a password."""
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


ENDLESS = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 1 0 R/Kids[1 0 R]/Count 99999>>endobj\n"
    b"trailer<</Root 1 0 R>>"
)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "no PDF"),
        (b"%PDF-1.7\n" + b"0" * 999, "no PDF"),
        (letter_pdf(LETTER)[:500], "no PDF"),
        (ENDLESS, r"no PDF|pages"),
        (locked_pdf(), "locked"),
    ],
)  # fmt: skip
def test_a_pdf_that_cannot_be_read_is_refused(data, told):
    """Catches a broken, locked or endless file that stops whoever bundles it."""
    with pytest.raises(ValueError, match=told):
        pages_of(data)


def test_bookmarks_lead_to_each_part():
    """Catches a bundle of forty pages in which nothing is found."""
    whole = merged(
        [("Letter", letter_pdf(LETTER)), ("Photo", picture_pdf(picture(), LETTER))], "All"
    )

    outline = PdfReader(io.BytesIO(whole)).outline

    assert ["Letter", "Photo"] == [each.title for each in outline]
