from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keepsake.core.errors import PackError, Problem
from keepsake.packs.cases import run_cases
from keepsake.packs.files import PackFiles, read_files
from keepsake.packs.lint import lint
from keepsake.packs.load import open_pack

from tests.packs.folders import SOUND

FILES = read_files(SOUND / "desk")
WORDS = [
    "", " ", "\n", "  ", ":", "-", "{}", "[]", "[", "}", "null", "true", "0", "-1", "3.5", "x",
    "all", "USD", "percent", "rush", "order.value", "risk >= 0.5", "{a: 1}", "[1, x]", "&a", "!!x",
    "when:", "then:", "late", "2026-13-01", "'", '"', "#", "\u00e4", "\t", "any:", "  - ",
]  # fmt: skip


@st.composite
def edited(draw) -> PackFiles:
    """Return the sound pack with one to three places of one file overwritten."""
    place = draw(st.integers(0, len(FILES.files) - 1))
    text = FILES.files[place].data.decode()
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        length = draw(st.sampled_from([0, 0, 1, 3, 10, 40]))
        text = text[:start] + draw(st.sampled_from(WORDS)) + text[start + length :]
    files = list(FILES.files)
    files[place] = replace(files[place], data=text.encode())
    return PackFiles(FILES.root, FILES.folders, tuple(files))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(edited())
def test_any_edit_loads_or_is_refused_with_its_place(files):
    """Would catch a crash of the loader, the lint or the cases on a pack somebody half edited."""
    problems = _problems(files)

    assert all(problem.source.file and problem.message for problem in problems)


def _problems(files: PackFiles) -> tuple[Problem, ...]:
    try:
        opened = open_pack(files)
    except PackError as error:
        return error.problems
    lint(opened)
    run_cases(opened)
    return tuple(opened.document.problems)
