"""What the pages for readers say, against what the code says."""

import re
from pathlib import Path

import pytest
from keepsake.adapters.keys import FAMILIES
from keepsake.record import RETENTION_DAYS
from keepsake.settings import Settings

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
LINK = re.compile(r"\]\((?!https?://|#|mailto:)([^)#\s]+)")
COMMAND = re.compile(r"^(?:    |\$ )(?:\S*/)?keepsake ([a-z]+)", re.MULTILINE)
TARGET = re.compile(r"`make ([a-z]+)`|^ {4}make ([a-z]+)", re.MULTILINE)


def setting_row(name, field):
    """Return the row of one setting in docs/operator.md."""
    value = field.default
    told = ", ".join(value) if isinstance(value, tuple) else value
    default = "" if field.annotation not in (bool, int, float) and not told else str(told)
    shown = f"`{default}`" if default not in ("", "None", "**********") else ""
    return f"| `{name}` | {shown} | {field.description} |"


@pytest.mark.parametrize(("name", "field"), Settings.model_fields.items())
def test_the_operator_finds_every_setting(name, field):
    """A setting that the page does not know is one that nobody finds."""
    page = (ROOT / "docs/operator.md").read_text(encoding="utf-8")

    assert setting_row(name, field) in page


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
def test_the_operator_finds_how_long_each_key_stays(family):
    """Retention that is told wrongly is data kept too long, or lost too early."""
    page = (ROOT / "docs/operator.md").read_text(encoding="utf-8")

    assert f"| `{family.name}` | {family.holds} | {family.kept} |" in page
    assert f"{RETENTION_DAYS} days" in page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_link_of_a_page_is_dead(page):
    """A reader who follows a dead link does not follow the next one."""
    links = LINK.findall(page.read_text(encoding="utf-8"))

    assert [] == [link for link in links if not (page.parent / link).exists()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_of_a_page_exists(page):
    """A command that was renamed must be renamed where people read of it."""
    text = page.read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    sources = "\n".join(
        file.read_text(encoding="utf-8") for file in (ROOT / "service/keepsake/cli").glob("*.py")
    )

    unknown = {name for name in COMMAND.findall(text) if f"def {name}" not in sources}
    targets = {first or second for first, second in TARGET.findall(text)}
    unmade = {name for name in targets if f"\n{name}:" not in makefile}

    assert set() == (unknown - {"check", "intake", "memos", "outcomes", "replay", "train"}) | unmade
