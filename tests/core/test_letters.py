"""Letters: what a reader sees in a plain text."""

from keepsake.core.letters import BlockKind, Letter


def blocks(text):
    """Return the stretches of a text."""
    letter = Letter("Desk", "A letter", text, "case", "1 May 2026")
    return [(each.kind, each.lines) for each in letter.blocks()]


def test_a_letter_is_read_into_headings_items_rows_and_paragraphs():
    """Catches a list that runs together, or a heading that is a sentence."""
    text = "Network: Visa\nCode: 13.1\n\nDear Sirs,\n\nwe write.\n\nENCLOSED\n\n- One\n- Two"

    assert [
        (BlockKind.ROWS, ("Network: Visa", "Code: 13.1")),
        (BlockKind.PARAGRAPH, ("Dear Sirs,",)),
        (BlockKind.PARAGRAPH, ("we write.",)),
        (BlockKind.HEADING, ("ENCLOSED",)),
        (BlockKind.ITEM, ("One",)),
        (BlockKind.ITEM, ("Two",)),
    ] == blocks(text)


def test_a_day_with_its_hour_stands_beside_what_happened():
    """Catches a timeline that is cut at the colon of the hour."""
    text = "3 May 2026 09:12 UTC: It came.\n4 May 2026: It went."
    letter = Letter("Desk", "A letter", text, "case", "1 May 2026")

    (rows,) = letter.blocks()

    assert (("3 May 2026 09:12 UTC", "It came."), ("4 May 2026", "It went.")) == rows.rows


def test_one_line_with_a_colon_is_a_sentence():
    """Catches a sentence that is torn into two columns."""
    assert [(BlockKind.PARAGRAPH, ("We say: no.",))] == blocks("We say: no.")
