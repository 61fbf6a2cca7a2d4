"""What keeps a text from going out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keepsake.core.documents import Audience, Document, Fill, Wording
from keepsake.core.plain_text import PlainText
from keepsake.core.proofreading import Proof, findings, is_card

DOCUMENT = Document(
    "reply", "review", {}, {}, Audience.PUBLIC, 400,
    required={"en": ("/\\bthank/",)}, forbidden={"en": ("voucher",), "de": ("Gutschein",)},
    fills={"author": Fill("author", {}, personal=True)},
)  # fmt: skip
DEAL = Wording(
    "no-deal", {"en": "ties a benefit to it"}, frozenset({"public"}),
    {"en": ("/(delete|remove) (your|this) review/",)}, "16 CFR 465", "S",
)  # fmt: skip


def proof(**changes):
    """Return what a public reply is held to."""
    told = {"document": DOCUMENT, "language": "en", "limit": 400, "wordings": (DEAL,)} | changes
    return Proof(**told)


def rules(text, **changes):
    """Return which rules a text breaks."""
    return [each.rule for each in findings(text, proof(**changes))]


def test_a_good_reply_has_no_findings():
    """Catches a linter that nobody can satisfy."""
    text = (
        "Thank you for telling us on 12 May 2026. We are sorry; it took us 24 hours to answer, and "
        "that was too long. Please write to us, so that we can put it right."
    )

    assert [] == rules(text)


def test_a_finding_names_rule_line_and_column_and_how_sure_it_is():
    """Catches a refusal that nobody can act on."""
    found = findings("Thank you.\nPlease, remove  this review.", proof())

    assert [("no-deal", "ties a benefit to it", 2, 9, "remove this review", "S")] == [
        (each.rule, each.message, each.line, each.column, each.quoted, each.confidence)
        for each in found
    ]


def test_a_word_is_forbidden_in_every_language_of_the_pack():
    """Catches a German voucher in an English reply."""
    assert ["forbidden"] == rules("Thank you, here is a Gutschein.")


def test_what_must_be_said_is_asked_for_in_the_language_of_the_text():
    """Catches a reply that thanks nobody."""
    assert ["required"] == rules("We are sorry.")


@pytest.mark.parametrize("audience", [Audience.CUSTOMER, Audience.NETWORK, Audience.AIRLINE])
def test_what_is_not_public_may_say_whom_it_is_about(audience):
    """Catches a letter to the bank that may not name the booking."""
    letter = Document("letter", "chargeback", {}, {}, audience, 400)
    text = "Dear Mrs Carter, booking QX7R2P, call +49 89 1234567 or anna@mail.example."

    assert [] == rules(text, document=letter, wordings=())


@pytest.mark.parametrize("audience", list(Audience))
def test_the_number_of_a_card_stands_in_no_document(audience):
    """Catches a card number in a letter, whoever reads it."""
    letter = Document("letter", "chargeback", {}, {}, audience, 400)

    assert "card-number" in rules("It was 4111 1111-1111 1111.", document=letter)


@pytest.mark.parametrize(
    ("digits", "is_one"),
    [("4111111111111111", True), ("4111111111111112", False), ("0000000000000000", False)],
)
def test_a_card_is_told_by_its_sum(digits, is_one):
    """Catches every long number that is taken for a card."""
    assert is_one == is_card(digits)


def test_a_name_that_is_known_is_found_in_any_case_and_in_part():
    """Catches `thank you, priya`, where the CRM knows Priya Nair."""
    fills = {"author": "Priya Nair"}

    assert ["name"] == rules("Thank you so much, PRIYA!", fills=fills)


def test_the_address_of_the_business_itself_gives_nobody_away():
    """Catches a reply that cannot say where to write to."""
    own = "Please write to service@desk.example or call +49 30 1234567."

    assert [] == rules(f"Thank you. {own}", own=own)


OURS = "desk@agency.example, +49 (30) 5550100 or 030 5550100"


def test_what_is_ours_may_be_told_where_it_is_an_address_or_a_telephone_and_nothing_else():
    """Catches a reply that cannot say where to write to, or whom to call."""
    text = "Thank you. Please write to Desk@agency.example, or call +49 30 5550100, or 030-5550100."

    assert [] == rules(text, ours=(OURS,))
    assert ["e-mail", "number", "number"] == rules(text)


@pytest.mark.law(10)
@pytest.mark.parametrize(
    ("passed_off", "rule"),
    [
        ("4111 1111 1111 1111", "card-number"),
        ("+4111111111111111", "card-number"),
        ("DE89 3704 0044 0532 0130 00", "iban"),
        ("QX7R2P", "booking"),
        ("BK-30871", "booking"),
        ("220-2412345678", "number"),
        ("0202412345678", "number"),
        ("Dear Mrs Carter", "name"),
        ("anna@mail.example, booked as BK-30871", "e-mail"),
        ("Anna Carter, +49 89 1234567", "number"),
    ],
)
def test_what_is_told_as_ours_is_judged_all_the_same(passed_off, rule):
    """Catches a card, a booking or a guest in public because somebody called them our address."""
    assert rule in rules(f"Thank you. We mean {passed_off}.", ours=(passed_off,))


@pytest.mark.law(10)
def test_the_number_of_a_card_stands_not_even_in_a_template():
    """Catches a card number that is excused because the business itself wrote it."""
    own = "Our card is 4111 1111 1111 1111."

    assert "card-number" in rules(f"Thank you. {own}", own=own)


@pytest.mark.law(10)
def test_a_piece_of_what_the_template_says_is_no_word_of_the_template():
    """Catches a number that is let through because it is part of a longer one of ours."""
    assert ["number"] == rules("Thank you. 49 30 12345", own="Call +49 30 1234567.")


@pytest.mark.law(10)
@pytest.mark.parametrize(
    "written",
    ["BK-30871", "bk30871", "BK\u201330871", "B\u200bK-30871", "booking TR/200417", "C_2041"],
)
def test_a_booking_is_found_by_the_forms_that_agencies_give_it(written):
    """Catches a booking's number in public since it has no six letters."""
    assert ["booking"] == rules(f"Thank you. It was {written}.")


@pytest.mark.parametrize("written", ["COVID-19", "summer-2026", "an A320", "in 2026", "EU 261"])
def test_not_every_word_with_digits_is_a_booking(written):
    """Catches a reply that may not say what everybody knows."""
    assert [] == rules(f"Thank you. It was {written}.")


def test_letters_that_each_stand_for_a_phrase_are_not_searched_but_refused():
    """Catches a short text that grows to eighteen times its length while everybody waits."""
    text = "\ufdfa" * 11_900

    found = rules(text, limit=20_000)

    assert "unreadable" in found
    assert 2 * len(text) + 64 >= len(PlainText(text).plain)


def test_a_text_with_a_few_ligatures_and_fractions_is_read_as_it_is():
    """Catches a limit on letters that common ones reach."""
    assert [] == rules("Thank you… ½ an hour was too long for the ﬁrst oﬃce™. Grüße, Maß für Maß…")


HIDDEN = st.sampled_from(["", "\u00ad", "\u200b", "\u2060"])
SPACES = st.sampled_from([" ", "  ", "\n", "\u00a0", " \n "])


@given(
    st.sampled_from(["delete your review", "remove this review", "voucher", "Gutschein"]),
    st.lists(HIDDEN, min_size=30, max_size=30),
    SPACES,
    st.booleans(),
)
def test_a_forbidden_phrase_is_found_wherever_it_is_hidden(phrase, hidden, space, shouts):
    """Catches a phrase that passes with soft hyphens, odd spaces or capitals in it."""
    phrase = phrase.upper() if shouts else phrase
    written = "".join(letter + mark for letter, mark in zip(phrase, hidden, strict=False))
    text = f"Thank you for writing. {written.replace(' ', space)} as we said."

    assert rules(text)[:1] in (["no-deal"], ["forbidden"])


@given(st.text(max_size=300))
def test_no_text_makes_the_linter_fail(text):
    """Catches a text that is let through because looking at it broke."""
    for each in findings(text, proof()):
        assert each.line <= text.count("\n") + 1
