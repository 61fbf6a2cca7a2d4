"""Templates of the note that a CRM keeps: what they may say, and what is said of mistakes."""

import re

import pytest
from keepsake.core.budget_guard import budget_known
from keepsake.core.guards import GUARDS, margin_and_authority
from keepsake.core.notes import (
    EMPTY,
    EXAMPLE,
    CaseNote,
    NotedApproval,
    NotedOffer,
    NotedRefusal,
)
from keepsake.packs.check import check
from keepsake.packs.load import load_pack
from keepsake.packs.notes import rendered

from tests.packs.folders import RULES, sound_pack

GOOD = "{{ kind }}{% for offer in shown %} {{ loop.index }} {{ offer.title }}{% endfor %}"


def told(folder, **templates):
    """Return what the check says of a pack with such templates."""
    (folder / "notes").mkdir(exist_ok=True)
    for language, text in templates.items():
        (folder / "notes" / f"case.{language}.j2").write_text(text)
    return [str(problem) for problem in check(folder).problems]


def test_a_pack_may_have_templates_in_its_languages(tmp_path):
    """Catches a template that is not read, or a good one that is refused."""
    folder = sound_pack(tmp_path)

    problems = told(folder, en=GOOD, de=GOOD)

    assert [] == problems
    assert "cancellation 1 An offer" == rendered(load_pack(folder).crm_note["de"], EXAMPLE)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{{ kind }}\n{{ ofers }}", ":2: notes = ofers: no note has that"),
        ("{% for each in shown %}{{ each.titel }}{% endfor %}", "(did you mean title?)"),
        ("{{ ending.how }}", "cannot be rendered: 'None' has no attribute 'how'"),
        ("{{ shown.title }}", "cannot be rendered"),
        ("{% if kind %}", ":1: notes: Unexpected end of template"),
        ("{{ kind.__class__ }}", "no note has that"),
        ("{{ kind['__class__'].mro }}", "no note has that"),
        ("{{ [].append(1) }}", "no note has that"),
        ("{% include 'other' %}", "cannot be rendered"),
    ],
)
def test_what_a_template_may_not_say_is_told_with_its_line(tmp_path, text, message):
    """Catches a note with a gap that nobody sees, or one that reaches out of its sandbox."""
    problems = told(sound_pack(tmp_path), en=text, de=GOOD)

    assert any(message in problem for problem in problems), problems
    assert "notes/case.en.j2" in problems[0]


def test_a_template_in_one_language_asks_for_the_others(tmp_path):
    """Catches a German case whose note is English."""
    problems = told(sound_pack(tmp_path), en=GOOD)

    assert any("there is no notes/case.de.j2" in problem for problem in problems)


def test_what_a_customer_wrote_is_never_taken_for_a_template():
    """Catches words that are run."""
    words = EXAMPLE.words[0] + " {{ 7 * 7 }} {% raw %}"
    note = EMPTY.__class__(**{**EXAMPLE.values(), "words": (words,)})

    assert words == rendered("{{ words[0] }}", note)


@pytest.mark.parametrize("pack", ["jeweller", "travel"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_the_notes_of_the_packs_tell_all_that_happened(pack, language):
    """Catches a shipped note that leaves out what was asked, offered, promised, or how it ended."""
    note = rendered(load_pack(RULES / pack).crm_note[language], EXAMPLE)

    for part in ("I want to cancel.", "found cheaper", "An offer", "A third: ", "bob",
                 "1 May", "It is cancelled.", "A law", "90.00", "She called.",
                 "It is too dear.", "The price"):  # fmt: skip
        assert part in note
    assert "\n\n\n" not in note


@pytest.mark.parametrize("name", ["jeweller", "travel"])
def test_the_german_note_says_the_words_of_the_pack_in_german(name):
    """Catches a CRM in which half of a note is in another language."""
    pack = load_pack(RULES / name)
    told = EXAMPLE.values()
    stands = ("open", "needs approval", "presented", "accepted", "declined", "lapsed")
    roles = [tier.role.replace("_", " ") for tier in pack.authority.tiers]
    note = CaseNote(
        **{
            **told,
            "subject_type": pack.subjects[0],
            "channel": pack.channels[-1],
            "shown": tuple(NotedOffer("X", status=each) for each in stands),
            "withheld": tuple(
                NotedRefusal("Y", "too much", f"guard:{guard.__name__}")
                for guard in GUARDS
                if guard not in (margin_and_authority, budget_known)
            ),
            "approvals": tuple(NotedApproval("Z", role, "ada", state="waiting") for role in roles),
        }
    )

    lines = rendered(pack.crm_note["de"], note).lower()

    english = {*stands, *roles[:2], "order", "booking", "phone", "store", "too much", "customer",
               "waiting", "cancellation", "broken", "kept", "saved"}  # fmt: skip
    words = set(re.findall(r"[a-z_]+(?: [a-z_]+)?", lines)) | set(re.findall(r"[a-z_]+", lines))
    assert set() == english & words
