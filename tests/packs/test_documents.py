"""The documents of packs: what is told of mistakes, and that the shipped ones hold their rules."""

import shutil
from itertools import product

import pytest
from keepsake.core.documents import Sources
from keepsake.core.errors import PackError
from keepsake.core.facts import FactKind
from keepsake.core.proofreading import Proof, findings
from keepsake.core.texts import Speaker
from keepsake.packs.load import load_pack
from keepsake.packs.templates import drafted

from tests.packs.folders import RULES, edit
from tests.writers import CLAIM, add_claims

PACKS = {name: load_pack(RULES / name) for name in ("jeweller", "travel")}
DOCUMENTS = [
    (pack, kind, document.id, language)
    for pack, loaded in PACKS.items()
    for kind, seen in loaded.others.items()
    for document, language in product(seen.work.documents.values(), loaded.languages)
]


def sources_of(pack, document, language):
    """Return sources in which every fact is known, and every fill supplied."""
    say = Speaker(pack.vocabulary, language, pack.currency)
    values = {
        name: fact.words[-1] if fact.words else True if fact.kind is FactKind.FLAG else 20000.0
        for name, fact in pack.vocabulary.items()
        if fact.words or fact.kind is not FactKind.ONE_OF
    }
    codes = {name: "081" for name, fact in pack.vocabulary.items() if name not in values and fact}
    values |= codes
    facts = {name: say.sayer(name)(value) for name, value in values.items()}
    fills = dict.fromkeys(document.fills, "Something that a person wrote")
    words = {"business": "The business", "case_id": "p.00.case", "today": "1 May", "reason": "why"}
    rows = {
        f"checklist.{name.replace('-', '_')}": ({"title": "A paper", "state": "there"},)
        for name in pack.work.checklists
    }
    timeline = ({"date": "1 May", "text": "It began."},)
    return Sources(
        facts, values, fills, words | {"language": language}, {"timeline": timeline} | rows
    )


@pytest.mark.parametrize(("pack", "kind", "name", "language"), DOCUMENTS)
def test_a_shipped_document_with_all_that_it_asks_for_may_go_out(pack, kind, name, language):
    """Catches a letter that breaks the rules of its own pack, so that nobody can ever send it."""
    seen = PACKS[pack].of(kind)
    document = seen.work.documents[name]
    sources = sources_of(seen, document, language)

    told = drafted(document.templates[language], sources)

    proof = Proof(document, language, document.limit, seen.work.wordings, own="")
    assert () == told.gaps
    assert () == findings(told.text, proof)


@pytest.mark.law(10)
def test_what_all_may_read_is_confirmed_by_a_second_person():
    """Catches a shipped reply that goes out unread, though no search finds every guest's name."""
    shipped = [PACKS[pack].of(kind).work.documents[name] for pack, kind, name, _ in DOCUMENTS]

    public = [each for each in shipped if each.audience == "public"]

    assert public
    assert [] == [each.id for each in public if not each.second_person]


@pytest.mark.parametrize(("pack", "kind", "name", "language"), DOCUMENTS)
def test_of_nothing_a_shipped_document_says_nothing(pack, kind, name, language):
    """Catches a figure, a day or a name that stands in a letter before anybody told it."""
    document = PACKS[pack].of(kind).work.documents[name]

    told = drafted(document.templates[language], Sources())

    assert () == told.used
    assert {"case_id", "business"} & set(told.gaps) or document.audience == "public"


def problems_of(folder):
    """Return what is said of a pack when it is loaded; its rule cases are not run."""
    try:
        load_pack(folder)
    except PackError as refused:
        return [str(each) for each in refused.problems]
    return []


@pytest.fixture
def rules(tmp_path):
    """Copy the jeweller's pack with claims."""
    for name in ("jeweller", "law", "law-goods"):
        shutil.copytree(RULES / name, tmp_path / "rules" / name)
    add_claims(tmp_path / "rules")
    return tmp_path / "rules"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("for: [contest-claim]", "for: [contest-clam]", "(did you mean contest-claim?)"),
        ("at: claim.loss_date", "at: claim.loss_dat", "did you mean claim.loss_date?"),
        ("at: claim.loss_date", "at: claim.amount", "is no day and no time"),
        ("limit_fact: claim.reply_limit", "limit_fact: claim.limit", "no such fact"),
        ("de: [Betrüger]", "fr: [escroc]", "has no phrase in de"),
        ("en: [fraudster]", 'en: ["/(a+)+b/"]', "repeats a group"),
        ("en: [fraudster]", 'en: ["/(a/"]', "is no regular expression"),
        ("en: [fraudster]", 'en: ["/a*/"]', "finds everything"),
        ("documents/reply.{language}", "documents/repli.{language}", "there is no documents/repli"),
        ("audience: network", "audience: everybody", "audience"),
    ],
)
def test_a_mistake_in_a_document_is_told_with_its_place(rules, old, new, told):
    """Catches a document that is broken only when somebody needs it."""
    edit(rules / "jeweller/kinds/claim/documents.yaml", old, new)

    problems = problems_of(rules / "jeweller")

    assert any(told in each and "documents.yaml:" in each for each in problems), problems


def test_an_unknown_fact_in_a_template_is_told_with_its_file_and_line(rules):
    """Catches a gap that no fact can ever fill."""
    template = rules / "jeweller/kinds/claim/documents/letter.en.j2"
    edit(template, "{{ claim.amount }}", "{{ claim.amout }}")

    problems = problems_of(rules / "jeweller")

    (told,) = problems
    assert "kinds/claim/documents/letter.en.j2:6: " in told
    assert "did you mean claim.amount?" in told


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("fact: claim.loss_date", "fact: claim.loss", "no such fact"),
        ("document: letter", "document: leter", "did you mean letter?"),
        ("kind: file, items", "kind: file, fill: x, items", "is for texts only"),
        ("fill: holder", "fill: holder, fact: claim.amount", "has two sources"),
        ("pages_of: claim.insurer", "pages_of: claim.insure", "no such fact"),
    ],
)
def test_a_mistake_in_a_processor_is_told(rules, old, new, told):
    """Catches a field of evidence that stays empty for a slip of the pen."""
    edit(rules / "jeweller/kinds/claim/processors.yaml", old, new)

    problems = problems_of(rules / "jeweller")

    assert any(told in each for each in problems), problems


def test_the_kind_of_the_tests_is_sound(rules):
    """Catches a kind that breaks other tests by itself."""
    assert CLAIM.is_dir()
    assert [] == problems_of(rules / "jeweller")


STRIPE = [
    "access_activity_log",
    "billing_address",
    "cancellation_policy",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_communication",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "customer_signature",
    "duplicate_charge_documentation",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "receipt",
    "refund_policy",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "service_documentation",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_documentation",
    "shipping_tracking_number",
    "uncategorized_file",
    "uncategorized_text",
]
FILES = [
    "cancellation_policy",
    "customer_communication",
    "customer_signature",
    "duplicate_charge_documentation",
    "receipt",
    "refund_policy",
    "service_documentation",
    "shipping_documentation",
    "uncategorized_file",
]


def test_stripe_is_given_the_fields_that_it_documents_and_no_other():
    """Catches a field that Stripe does not know, for which it refuses all of them."""
    stripe = PACKS["travel"].of("chargeback").work.processors["stripe"]

    kinds = {name: each.kind for name, each in stripe.fields.items()}

    assert 27 == len(STRIPE)
    assert [*STRIPE, "enhanced_evidence", "appeal"] == list(kinds)
    assert FILES == [name for name, kind in kinds.items() if kind == "file"]
    assert ["enhanced_evidence", "appeal"] == [n for n, kind in kinds.items() if kind == "object"]
    assert (20_000, 150_000) == (stripe.limits.most_characters, stripe.limits.all_characters)
    assert {"S"} == {each.confidence for each in stripe.fields.values()}
    assert "G" == stripe.limits.confidence


def test_each_item_of_the_evidence_has_one_field_for_its_file():
    """Catches an exhibit that no field of Stripe takes, or two take."""
    stripe = PACKS["travel"].of("chargeback").work.processors["stripe"]

    items = [item for each in stripe.fields.values() for item in each.items]

    assert len(items) == len(set(items))
