"""Templates of documents: what they may say, and that they make nothing up."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keepsake.core.documents import Sources, gaps_in
from keepsake.packs.template_check import Names, mistakes
from keepsake.packs.templates import drafted

FACTS = ("claim.amount", "claim.day", "claim.insurer", "claim.settled", "order.value")
NAMES = Names(
    frozenset((*FACTS, "fill.reference", "business")),
    flags=frozenset({"claim.settled"}),
    rows={"timeline": ("date", "text"), "checklist.papers": ("item", "title", "state", "note")},
    private=frozenset({"order.value"}),
)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a\n{{ claim.amuont }}", "f:2: documents = claim.amuont: no such fact or fill"),
        ("{{ claim.amuont }}", "did you mean claim.amount?"),
        ("{{ fill.refrence }}", "did you mean fill.reference?"),
        ("{{ order.value }}", "tells in public what somebody bought"),
        ("{{ claim.amount or 'nothing' }}", "a missing one would be made up"),
        ("{{ claim.amount|default('nothing') }}", "a missing one would be made up"),
        ("{{ 'yesterday' }}", "a missing one would be made up"),
        ("{{ 'a' if claim.settled else 'b' }}", "a missing one would be made up"),
        ("{{ claim.amount|reverse }}", "no such filter (known: upper"),
        ("{% if not claim.settled %}x{% endif %}", "would be true where the fact is missing"),
        ("{% if claim.settled is not yes %}x{% endif %}", "would be true where the fact"),
        ("{% if claim.insurer not in ['north'] %}x{% endif %}", "would be true where the fact"),
        ("{% if claim.insurer %}x{% endif %}", "is no yes or no"),
        ("{% if claim.settled is odd %}x{% endif %}", "odd"),
        ("{% if claim.amount|length > 3 %}x{% endif %}", "no question may do that"),
        ("{% for x in timeline %}{{ x.date }}{% endfor %}", "for each in"),
        ("{% for each in timeline %}{{ each.dat }}{% endfor %}", "did you mean each.date?"),
        ("{% for each in checklist.paper %}x{% endfor %}", "did you mean checklist.papers?"),
        ("{% for each in range(9) %}x{% endfor %}", "no such list"),
        ("{% set day = claim.day %}", "no template may do that"),
        ("{% include 'other' %}", "no template may do that"),
        ("{% macro a() %}x{% endmacro %}", "no template may do that"),
        ("{{ ''.__class__.__mro__ }}", "a missing one would be made up"),
        ("{{ claim.__class__ }}", "no such fact or fill"),
        ("{{ cycler('a') }}", "a missing one would be made up"),
        ("{% if claim.settled %}", "Unexpected end of template"),
        ("We refund 120 EUR.", "states a figure that no fact tells"),
        ("It left on 12 May.", "states a figure that no fact tells"),
        ("You have 14 days.", "states a figure that no fact tells"),
    ],
)
def test_what_a_template_may_not_say_is_told_with_its_line(text, told):
    """Catches a letter that states what no fact tells, or reaches out of its sandbox."""
    found = [str(each) for each in mistakes(text, "f", NAMES)]

    assert any(told in each for each in found), found


def test_a_good_template_has_no_mistakes():
    """Catches a check that nobody can satisfy."""
    text = """{{ business|upper }} {{ claim.amount }} {{ fill.reference }} (850m, 4.4.1)
{% if claim.settled is yes and claim.insurer == 'north' or claim.amount > 100 %}a
{% elif claim.day is not known %}b{% else %}c{% endif %}
{% for each in timeline %}{{ loop.index }} {{ each.date }}: {{ each.text }}{% endfor %}
{% for each in checklist.papers %}{% if each.state == 'there' %}{{ each.title }}{% endif %}
{% endfor %}"""

    assert [] == list(mistakes(text, "f", NAMES))


def draft(text, **values):
    """Return a draft from facts, each said as it is."""
    named = {name.replace("_", ".", 1): value for name, value in values.items()}
    said = {name: f"<{name}={value}>" for name, value in named.items()}
    return drafted(text, Sources(facts=said, values=named))


@pytest.mark.parametrize("settled", [True, False, None])
def test_each_branch_is_told_only_where_its_question_is_answered(settled):
    """Catches `nothing was paid`, said because nobody knows."""
    text = "{% if claim.settled is yes %}PAID{% else %}NOTHING PAID{% endif %}"
    values = {} if settled is None else {"claim_settled": settled}

    told = draft(text, **values).text

    gap = "[[ to fill: claim.settled ]]"
    assert {True: "PAID", False: "NOTHING PAID", None: gap}[settled] == told


def test_whoever_asks_whether_a_fact_is_known_says_what_is_told_otherwise():
    """Catches a gap where the template has thought of the other case."""
    text = "{% if claim.day is known %}On {{ claim.day }}{% else %}Lately{% endif %}"

    assert "Lately" == draft(text).text


def test_a_comparison_with_what_is_missing_is_never_true():
    """Catches `not the north`, said of an insurer whom nobody knows."""
    asked = ("claim.insurer != 'north'", "claim.amount < 5", "claim.amount >= 5", "claim.settled")
    text = "".join(f"{{% if {each} %}}TOLD{{% endif %}}" for each in asked)

    assert "" == draft(text).text


def test_a_filter_leaves_a_gap_as_it_is():
    """Catches a gap that is written otherwise, and so is not found when the text is staged."""
    told = draft("{{ claim.insurer|upper }}").text

    assert "[[ to fill: claim.insurer ]]" == told
    assert 1 == len(list(gaps_in(told)))


NODES = st.sampled_from(
    [
        "The sum is {{ claim.amount }}.",
        "{{ claim.insurer|title }} said it on {{ claim.day }}.",
        "{% if claim.settled is yes %}It was paid.{% else %}It was not paid.{% endif %}",
        "{% if claim.settled is no %}Nothing came.{% endif %}",
        "{% if claim.amount > 10 %}It is more than a little: {{ claim.amount }}.{% endif %}",
        (
            "{% if claim.insurer == 'north' %}The north.{% elif claim.day is known %}By then.\n"
            "{% else %}The south.{% endif %}"
        ),
    ]
)
VALUES = st.fixed_dictionaries(
    {},
    optional={
        "claim_amount": st.floats(0, 1e6, allow_nan=False),
        "claim_insurer": st.sampled_from(["north", "south", "{{ 7*7 }}", "a\x00b"]),
        "claim_day": st.integers(0, 30000).map(float),
        "claim_settled": st.booleans(),
    },
)
NEEDS = {
    "It was paid.": "claim.settled",
    "It was not paid.": "claim.settled",
    "Nothing came.": "claim.settled",
    "It is more than a little": "claim.amount",
    "The north.": "claim.insurer",
    "The south.": "claim.insurer",
    "By then.": "claim.day",
}


@given(st.lists(NODES, min_size=1, max_size=6), VALUES)
def test_nothing_is_stated_without_its_fact(parts, values):
    """Catches any statement of a draft that stands there although its fact is missing."""
    told = draft("\n".join(parts), **values)

    known = {name.replace("_", ".", 1) for name in values}
    for sentence, fact in NEEDS.items():
        assert sentence not in told.text or fact in known
    quoted = set(re.findall(r"<([a-z.]+)=", told.text.lower()))
    assert quoted <= known
    assert set(told.gaps) == {
        each[0].removeprefix("[[ to fill: ").removesuffix(" ]]") for each in gaps_in(told.text)
    }
    assert not set(told.gaps) & known


def test_the_day_of_a_letter_is_that_of_its_draft():
    """Catches a letter that is dated on the day of the decision, weeks before."""
    sources = Sources(
        facts={"today": "1 May"}, values={"today": 1.0}, words={"today": "22 November"}
    )

    assert "22 November" == drafted("{{ today }}", sources).text
