"""Draws the states of a case into the page for integrators: `make states`."""

from pathlib import Path

from keepsake.core.case_table import drawing

PAGE = Path(__file__).parents[1] / "docs" / "integrator.md"
BEGIN, END = "<!-- states -->\n", "\n<!-- /states -->"


def drawn(page: str) -> str:
    """Return the page with the states as the table has them."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{drawing()}{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(drawn(PAGE.read_text("utf-8")), "utf-8")
