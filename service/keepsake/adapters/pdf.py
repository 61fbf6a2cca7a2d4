"""Letters and pictures as PDF, by fpdf2: the same bytes for the same letter, wherever it is made.

Source Sans has the letters of German and the other European languages, Greek and Cyrillic too. A
letter that it lacks would stand on paper as nothing, so what has one is refused.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import resources

from fpdf import FPDF
from fpdf.enums import WrapMode, XPos, YPos
from fpdf.fonts import TTFFont
from PIL import Image, ImageOps, UnidentifiedImageError

from keepsake.core.letters import Block, BlockKind, Letter, Unwritable

_FONT = "Source"
_FILES = {"": "SourceSansPro-Regular.ttf", "B": "SourceSansPro-Bold.ttf"}
_INK, _DIM, _ACCENT, _ALERT = (33, 37, 41), (110, 118, 126), (28, 78, 110), (176, 58, 46)
_LEFT, _TOP, _RIGHT, _BOTTOM = 25.0, 22.0, 22.0, 24.0
_SIZE, _LINE = 10.5, 5.3
_LABEL = 46.0
_MOST_PIXELS = 40_000_000
_MOST_SIDE = 2400
_PAGE = {"en": "Page", "de": "Seite"}
_MS = 1000
_SHOWN = 20


class _Paper(FPDF):
    """A page of A4 with the head and the foot of a letter."""

    def __init__(self, letter: Letter) -> None:
        super().__init__(format="A4")
        self._letter = letter
        fonts = resources.files("font_source_sans_pro").joinpath("files")
        for style, name in _FILES.items():
            with resources.as_file(fonts.joinpath(name)) as path:
                self.add_font(_FONT, style, path)
        self.check(letter.business, letter.title, letter.text, letter.reference)
        self.set_creation_date(datetime.fromtimestamp(letter.time_ms / _MS, UTC))
        self.set_title(letter.title)
        self.set_author(letter.business)
        self.set_producer("Keepsake")
        self.set_lang(letter.language)
        self.set_margins(_LEFT, _TOP, _RIGHT)
        self.set_auto_page_break(auto=True, margin=_BOTTOM)
        self.alias_nb_pages()

    def header(self) -> None:
        """Write who writes, and whether it is final."""
        self.set_xy(_LEFT, 12)
        self.ink(9, "B", _ACCENT)
        self.cell(110, 5, self._letter.business)
        if self._letter.mark:
            self.ink(9, "B", _ALERT)
            self.cell(0, 5, self._letter.mark, align="R")
        self.set_draw_color(*_ACCENT)
        self.set_line_width(0.4)
        self.line(_LEFT, 18, self.w - _RIGHT, 18)
        self.set_y(26)

    def footer(self) -> None:
        """Write which case it belongs to, and which page it is."""
        self.set_y(-15)
        self.ink(8, "", _DIM)
        self.cell(110, 5, f"{self._letter.reference}  \u00b7  {self._letter.day}")
        word = _PAGE.get(self._letter.language, _PAGE["en"])
        self.cell(0, 5, f"{word} {self.page_no()} / {{nb}}", align="R")

    def check(self, *texts: str) -> None:
        """Raise Unwritable for letters that a face of the font lacks; what nobody sees is none."""
        faces = [font.cmap for font in self.fonts.values() if isinstance(font, TTFFont)]
        lacks = [
            each
            for each in dict.fromkeys("".join(texts))
            if _is_seen(each) and not all(ord(each) in face for face in faces)
        ]
        if lacks:
            self._let_go()
            more = " ..." if lacks[_SHOWN:] else ""
            raise Unwritable(f"the font has no letters for: {' '.join(lacks[:_SHOWN])}{more}")

    def written(self) -> bytes:
        """Return the file, and let go of the fonts' own."""
        data = bytes(self.output())
        self._let_go()
        return data

    def _let_go(self) -> None:
        for font in self.fonts.values():
            if isinstance(font, TTFFont):
                font.ttfont.close()

    def ink(self, size: float, style: str = "", colour: tuple[int, int, int] = _INK) -> None:
        """Choose how what follows is written."""
        self.set_font(_FONT, style, size)
        self.set_text_color(*colour)

    def text_lines(self, text: str, *, width: float = 0.0, indent: float = 0.0) -> None:
        """Write a paragraph at the left, from an indent on."""
        self.set_x(_LEFT + indent)
        self.multi_cell(
            width,
            _LINE,
            text,
            align="L",
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
            wrapmode=WrapMode.WORD,
        )


def _is_seen(letter: str) -> bool:
    return not letter.isspace() and unicodedata.category(letter) not in ("Cf", "Cc")


def letter_pdf(letter: Letter) -> bytes:
    """Return a letter as PDF; raise Unwritable where a letter of it would not show."""
    paper = _Paper(letter)
    paper.add_page()
    paper.ink(16, "B")
    paper.multi_cell(0, 7.5, letter.title, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    paper.ln(3)
    for block in letter.blocks():
        _WRITE[block.kind](paper, block)
    return paper.written()


def picture_pdf(data: bytes, letter: Letter) -> bytes:
    """Return a picture on a page of its own; raise ValueError for one that cannot be shown."""
    with _opened(data) as picture:
        paper = _Paper(letter)
        paper.add_page()
        paper.ink(12, "B")
        paper.multi_cell(0, 6, letter.title, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        paper.ln(2)
        wide, high = picture.size
        most = (paper.w - _LEFT - _RIGHT, paper.h - paper.get_y() - _BOTTOM)
        scale = min(most[0] / wide, most[1] / high)
        paper.image(picture, x=_LEFT, y=paper.get_y(), w=wide * scale, h=high * scale)
    return paper.written()


def check_picture(data: bytes) -> None:
    """Raise ValueError for a picture that cannot be shown, or would take too much to show."""
    _opened(data).close()


def _opened(data: bytes) -> Image.Image:
    """Return a picture as plain colours, no larger than paper can show."""
    try:
        found = Image.open(io.BytesIO(data), formats=("JPEG", "PNG"))
        if found.width * found.height > _MOST_PIXELS:
            message = f"has {found.width} x {found.height} pixels"
            raise ValueError(message)
        picture = ImageOps.exif_transpose(found).convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as error:
        message = "is no picture that can be read"
        raise ValueError(message) from error
    picture.thumbnail((_MOST_SIDE, _MOST_SIDE))
    return picture


def _heading(paper: _Paper, block: Block) -> None:
    paper.ln(2.5)
    if paper.will_page_break(4 * _LINE):
        paper.add_page()
    paper.ink(10.5, "B", _ACCENT)
    paper.text_lines(block.lines[0])
    paper.ln(1.2)


def _paragraph(paper: _Paper, block: Block) -> None:
    paper.ink(_SIZE)
    for line in block.lines:
        paper.text_lines(line)
    paper.ln(2.6)


def _item(paper: _Paper, block: Block) -> None:
    paper.ink(_SIZE)
    if paper.will_page_break(_LINE):
        paper.add_page()
    paper.set_x(_LEFT)
    paper.cell(5, _LINE, "\u2022")
    paper.text_lines(block.lines[0], indent=5.0)
    paper.ln(1.6)


def _rows(paper: _Paper, block: Block) -> None:
    """Write labels beside their values, as narrow as the labels are."""
    paper.ink(_SIZE, "B")
    widest = max(paper.get_string_width(label) for label, _ in block.rows) + 6
    column = min(widest, _LABEL + 20)
    for label, value in block.rows:
        if paper.will_page_break(2 * _LINE):
            paper.add_page()
        top = paper.get_y()
        paper.ink(_SIZE, "B", _DIM)
        paper.text_lines(label, width=column)
        after = paper.get_y()
        paper.set_xy(_LEFT, top)
        paper.ink(_SIZE)
        paper.text_lines(value, indent=column)
        paper.set_y(max(after, paper.get_y()))
    paper.ln(2.6)


_WRITE = {
    BlockKind.HEADING: _heading,
    BlockKind.PARAGRAPH: _paragraph,
    BlockKind.ITEM: _item,
    BlockKind.ROWS: _rows,
}


def table_pdf(letter: Letter, head: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """Return a letter with a table beneath its text; the last column takes what is left."""
    paper = _Paper(letter)
    paper.check(*head, *(cell for cells in rows for cell in cells))
    paper.add_page()
    paper.ink(16, "B")
    paper.multi_cell(0, 7.5, letter.title, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    paper.ln(3)
    for block in letter.blocks():
        _WRITE[block.kind](paper, block)
    paper.ln(2)
    paper.ink(9)
    paper.set_draw_color(*_DIM)
    paper.set_line_width(0.1)
    with paper.table(
        col_widths=(8, 52, 60, 14, 29),
        line_height=5,
        borders_layout="HORIZONTAL_LINES",
        text_align=("RIGHT", "LEFT", "LEFT", "RIGHT", "LEFT"),
        padding=1,
    ) as table:
        for cells in (head, *rows):
            table.row(cells)
    return paper.written()
