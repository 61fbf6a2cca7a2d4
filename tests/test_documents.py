"""Documents of a case over real gRPC, on a real store, by people with tokens of their own."""

import asyncio
from contextlib import AsyncExitStack

import grpc
import pytest
from keepsake.v1 import case_pb2, document_pb2

from tests.law_tests.serving import Bench
from tests.law_tests.test_privacy import whole_store
from tests.rpc.signers import Signer
from tests.rpc.told import details, refusal
from tests.writers import ADA, BOB, CRM, FILLS, Claim, add_claims, identified

STAGED, CONFIRMED = document_pb2.DOCUMENT_STATE_STAGED, document_pb2.DOCUMENT_STATE_CONFIRMED


@pytest.fixture(scope="module")
def signer(tmp_path_factory):
    """Return who signs the tokens."""
    return Signer(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
async def bench(tmp_path_factory):
    """Open apps on one embedded store, whose jeweller has claims, too."""
    async with AsyncExitStack() as stack:
        bench = Bench(tmp_path_factory.mktemp("documents"), stack)
        add_claims(bench.rules)
        yield bench


@pytest.fixture(scope="module")
async def served(bench, signer):
    """Return one app that all tests of this file share."""
    return await bench.serve(packs=("jeweller",), **identified(signer))


@pytest.fixture
async def claim(served, signer, request):
    """Return the case of a claim whom no other test knows."""
    return await Claim.opened(served, signer, request.node.name)


def rules_of(error):
    """Return which rules a refused text broke, in order."""
    told = details(error)["BadRequest"].field_violations
    return [each.description.partition("allowed; ")[2].partition(":")[0] for each in told]


@pytest.mark.law(8)
async def test_a_draft_tells_facts_and_fills_and_shows_what_is_missing_as_a_gap(served, signer):
    """Catches a letter that makes up what nobody told, or leaves the gap out of sight."""
    claim = await Claim.opened(served, signer, "no day", **{"claim.loss_date": None})

    draft = await claim.draft(policy_holder="Renée Müller")

    assert "on [[ to fill: claim.loss_date ]] the ring of Renée Müller was lost." in draft.text
    assert "settle 1,850.00 USD." in draft.text
    assert ["fill.reference", "claim.loss_date"] == [each.name for each in draft.gaps]
    assert "Their reference" == draft.gaps[0].title
    assert ["gap", "gap"] == [each.rule for each in draft.findings]
    assert {"claim.amount": "1,850.00 USD"} == {each.name: each.text for each in draft.facts}
    assert {claim.decision.decision_id} == {each.decision_id for each in draft.facts}


async def test_a_draft_speaks_the_language_that_is_asked_for(claim):
    """Catches a German letter with English months and amounts."""
    draft = await claim.draft(language="de", **FILLS)

    assert "am 3. Oktober 2026 ging der Ring von Renée Müller verloren" in draft.text
    assert "1.850,00 USD" in draft.text
    assert [] == list(draft.gaps)


async def test_a_timeline_is_told_in_the_order_of_its_days(claim):
    """Catches a history that is told in the order in which somebody wrote it down."""
    draft = await claim.draft(**FILLS)

    assert (
        "- 3 October 2026: The ring was lost.\n- 5 October 2026: The loss was reported."
        in draft.text
    )


async def test_only_what_is_there_is_said_to_be_enclosed(claim):
    """Catches a letter that encloses what nobody has."""
    draft = await claim.draft(**FILLS)

    assert "Enclosed: Photo of the ring" in draft.text
    assert "Report of the loss" not in draft.text


@pytest.mark.law(8)
async def test_neither_branch_of_a_question_is_told_that_nobody_can_answer(served, signer):
    """Catches a letter that says that nothing was settled because nobody said whether it was."""
    claim = await Claim.opened(served, signer, "who knows", **{"claim.settled": None})

    draft = await claim.draft(**FILLS)

    assert "settled before" not in draft.text
    assert "[[ to fill: claim.settled ]]" in draft.text


async def test_a_document_that_a_kind_does_not_have_is_told_with_the_nearest(claim):
    """Catches a slip of the pen that costs an afternoon."""
    refused = await refusal(claim.draft(document="leter"))

    assert grpc.StatusCode.NOT_FOUND is refused.code()
    assert "did you mean letter?" in refused.details()


async def test_a_fill_that_no_document_asks_for_is_refused(claim):
    """Catches a text that is sent, and lost without a word."""
    refused = await refusal(claim.draft(policy_hold="Renée"))

    assert grpc.StatusCode.INVALID_ARGUMENT is refused.code()
    assert "did you mean policy_holder?" in refused.details()


async def test_what_looks_like_a_template_in_a_fill_is_text(claim):
    """Catches a customer's words that are run."""
    words = "{{ 7 * 7 }}{% for each in timeline %}"

    draft = await claim.draft(policy_holder=words, reference="x")

    assert f"the ring of {words} was lost" in draft.text


@pytest.mark.law(10)
async def test_what_was_drafted_and_what_was_staged_stay_with_the_case_and_out_of_the_journal(
    bench, served, claim
):
    """Catches a letter in a journal that nobody can delete, or an edit nobody can learn from."""
    draft = await claim.draft(**FILLS)
    edited = draft.text.replace("was lost", "went missing at sea")

    staged = await claim.stage(edited, fills=FILLS)

    whole = await claim.whole()
    texts = {each.type: each.text for each in whole.events}
    journal = b"".join(each.SerializeToString() for each in await bench.journal(served.app))
    assert (draft.text, edited) == (texts["document_drafted"], texts["document_staged"])
    assert (STAGED, True, "ada") == (
        staged.document.state,
        staged.document.edited,
        staged.document.staged_by,
    )
    assert staged.document.digest.encode() in journal
    assert [] == [word for word in (b"Ren\xc3\xa9e", b"at sea") if word in journal]


async def test_a_draft_that_nobody_changed_is_kept_once(claim):
    """Catches two copies of one text."""
    draft = await claim.draft(**FILLS)

    staged = await claim.stage(draft.text, fills=FILLS)

    kinds = [each.type for each in (await claim.whole()).events]
    assert not staged.document.edited
    assert draft.digest == staged.document.digest
    assert "document_drafted" not in kinds


@pytest.mark.law(8)
async def test_a_text_with_gaps_or_forbidden_words_is_refused_with_each_rule_and_place(claim):
    """Catches a letter that goes out unfinished, or says what it must not."""
    text = "Dear Sirs,\nthe holder is no fraudster.\n[[ to fill: claim.loss_date ]]"

    refused = await refusal(claim.stage(text))

    assert grpc.StatusCode.INVALID_ARGUMENT is refused.code()
    assert ["required", "forbidden", "gap"] == rules_of(refused)
    assert "line 2, column 18" in refused.details()
    assert "fraudster" not in refused.details()
    assert [] == list((await claim.whole()).case.documents)


@pytest.mark.law(10)
@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ("Thank you, Mrs Carter.", "name"),
        ("Thank you, call +49 89 1234567.", "number"),
        ("Thank you. We wrote to anna@mail.example.", "e-mail"),
        ("Thank you. Booking QX7R2P was ours.", "booking"),
        ("Thank you. Card 4111 1111 1111 1111.", "card-number"),
        ("Thank you. DE89 3704 0044 0532 0130 00", "iban"),
    ],
)
async def test_what_says_in_public_who_somebody_is_is_refused(claim, said, rule):
    """Catches a public reply that gives a customer away."""
    refused = await refusal(claim.stage(said, document="reply"))

    assert rule in rules_of(refused)


@pytest.mark.law(10)
async def test_a_name_that_is_known_stands_in_no_public_reply(claim):
    """Catches a reply that greets the author by the name that the CRM knows."""
    refused = await refusal(
        claim.stage("Thank you, that was kind of Priya.", document="reply",
                    fills={"author": "Priya Nair"})
    )  # fmt: skip

    assert ["name"] == rules_of(refused)


async def test_our_own_address_may_stand_in_public(claim):
    """Catches a reply that cannot say where to write to."""
    draft = await claim.draft(document="reply")

    staged = await claim.stage(draft.text, document="reply")

    assert "public" == staged.document.audience
    assert [] == list(draft.findings)


async def test_the_lower_limit_counts_where_a_fact_tells_one(served, signer):
    """Catches a reply that a platform cuts off."""
    claim = await Claim.opened(served, signer, "short", **{"claim.reply_limit": {"number": 40}})

    refused = await refusal(claim.stage("Thank you. " * 5, document="reply"))

    assert ["length"] == rules_of(refused)
    assert "allowed 40" in refused.details()


async def staged(claim, **more):
    """Return the digest of a staged letter."""
    draft = await claim.draft(**FILLS)
    return (await claim.stage(draft.text, fills=FILLS, **more)).document.digest


@pytest.mark.law(7)
@pytest.mark.parametrize("by", [ADA, ("ADA", "lead", "team_lead")])
async def test_who_staged_a_letter_does_not_confirm_it(claim, by):
    """Catches a second pair of eyes that is the first."""
    await claim.accept()
    digest = await staged(claim)

    refused = await refusal(claim.confirm(digest, by=by))

    assert grpc.StatusCode.PERMISSION_DENIED is refused.code()
    assert "another person" in refused.details()


@pytest.mark.law(7)
async def test_for_whom_a_service_staged_a_letter_does_not_confirm_it(claim):
    """Catches somebody who stages by the CRM's account, and confirms by their own."""
    await claim.accept()
    unsaid = await refusal(staged(claim, by=CRM))
    digest = await staged(claim, by=CRM, staged_for="bob")

    refused = await refusal(claim.confirm(digest, by=BOB))

    assert "staged_for" in unsaid.details()
    assert "another person" in refused.details()


@pytest.mark.law(7)
async def test_who_staged_a_letter_does_not_confirm_it_though_another_stages_it_again(claim):
    """Catches an author who has the CRM stage the same words again, and then confirms them."""
    await claim.accept()
    await staged(claim)
    digest = await staged(claim, by=CRM, staged_for="bob")

    refused = await refusal(claim.confirm(digest, by=("ada", "lead", "team_lead")))

    assert grpc.StatusCode.PERMISSION_DENIED is refused.code()
    assert "another person" in refused.details()


@pytest.mark.law(7)
@pytest.mark.parametrize("nobody", ["ADA\u200b", "ada ", "\uff41\uff44\uff41", "a" * 256])
async def test_whom_a_service_speaks_for_is_named_by_an_id_that_a_token_can_have(claim, nobody):
    """Catches an id that reads like a person's, and is nobody's."""
    await claim.accept()

    refused = await refusal(staged(claim, by=CRM, staged_for=nobody))

    assert grpc.StatusCode.INVALID_ARGUMENT is refused.code()
    assert "staged_for" in refused.details()


@pytest.mark.law(7)
async def test_a_service_confirms_nothing(claim):
    """Catches a letter that no person has answered for."""
    await claim.accept()
    digest = await staged(claim)

    refused = await refusal(claim.confirm(digest, by=CRM))

    assert grpc.StatusCode.PERMISSION_DENIED is refused.code()


@pytest.mark.law(7)
async def test_a_letter_is_confirmed_only_for_a_resolution_that_somebody_chose(claim):
    """Catches a dispute that is sent though nobody with the authority decided to contest."""
    digest = await staged(claim)

    refused = await refusal(claim.confirm(digest))

    assert grpc.StatusCode.FAILED_PRECONDITION is refused.code()
    assert "none of contest-claim is accepted" in refused.details()


@pytest.mark.law(8)
async def test_what_is_confirmed_is_what_was_read(claim):
    """Catches a text that is changed between reading and confirming."""
    await claim.accept()
    read = await staged(claim)
    draft = await claim.draft(**FILLS)
    await claim.stage(draft.text + "\nWe withdraw it.", fills=FILLS)

    refused = await refusal(claim.confirm(read))

    assert grpc.StatusCode.FAILED_PRECONDITION is refused.code()
    assert "another text of letter is staged by now" in refused.details()


async def test_another_person_confirms_a_letter_once_for_all_and_the_subject_moves_on(claim):
    """Catches a submission that is made twice, or of which the case knows nothing."""
    await claim.accept()
    digest = await staged(claim)

    confirmed = await claim.confirm(digest)

    again = await refusal(staged(claim))
    anew = await refusal(claim.confirm(digest))
    document = confirmed.document
    assert (CONFIRMED, "ada", "bob") == (
        document.state,
        document.staged_by,
        document.confirmed_by,
    )
    assert "submitted" == confirmed.case.stage
    assert "was submitted, and may be only once" in again.details()
    assert grpc.StatusCode.FAILED_PRECONDITION is anew.code()


@pytest.mark.law(8)
@pytest.mark.parametrize("is_named", [True, False])
async def test_what_is_submitted_once_is_so_over_all_cases_of_its_subject(served, signer, is_named):
    """Catches a dispute that is asked about twice, and answered to the bank twice."""
    claims = await two_cases(served, signer, "twice", is_named=is_named)
    first, second = [(each, await ready(each)) for each in claims]
    await first[0].confirm(first[1])

    refused = await refusal(second[0].confirm(second[1]))

    assert claims[0].case_id != claims[1].case_id
    assert grpc.StatusCode.FAILED_PRECONDITION is refused.code()
    assert "in another case of this claim" in refused.details()


@pytest.mark.law(8)
async def test_of_two_people_who_submit_at_once_one_is_refused(served, signer):
    """Catches a check that both pass before either has written."""
    claims = await two_cases(served, signer, "at once")
    digests = [await ready(each) for each in claims]

    confirmed = await asyncio.gather(
        *(each.confirm(digest) for each, digest in zip(claims, digests, strict=True)),
        return_exceptions=True,
    )

    assert 1 == sum(isinstance(each, grpc.RpcError) for each in confirmed)


async def test_another_claim_of_the_same_customer_is_submitted_all_the_same(served, signer):
    """Catches a customer of whom only one dispute can ever be answered."""
    first = await Claim.opened(served, signer, "two claims")
    await first.confirm(await ready(first))
    other = await Claim.opened(served, signer, "two claims", subject="other", request_id="other-1")

    confirmed = await other.confirm(await ready(other))

    assert CONFIRMED == confirmed.document.state


async def two_cases(served, signer, customer, *, is_named=True):
    """Ask twice about one claim; return both cases."""
    ids = [f"{customer[:2]}-{is_named}-{at}" for at in "ab"]
    return [
        await Claim.opened(served, signer, customer, request_id=each, is_named=is_named)
        for each in ids
    ]


async def ready(claim):
    """Choose to contest, and return the digest of what is staged for that."""
    await claim.accept()
    return await staged(claim)


async def test_a_confirmation_that_is_sent_again_gets_the_same_answer(claim):
    """Catches a lost answer that makes a person confirm twice, or be told that they may not."""
    await claim.accept()
    digest = await staged(claim)

    first = await claim.confirm(digest, request_id="c-1")
    second = await claim.confirm(digest, request_id="c-1")

    assert first == second


async def test_a_case_tells_that_documents_may_be_staged_and_confirmed(claim):
    """Catches a desk that offers no button for what the case allows."""
    before = (await claim.whole()).case.allowed_steps
    await staged(claim)

    after = (await claim.whole()).case.allowed_steps

    assert ("StageDocument" in before, "ConfirmDocument" in before) == (True, False)
    assert "ConfirmDocument" in after


async def test_evidence_is_put_together_of_facts_fills_and_what_is_staged(claim):
    """Catches a field that is made up, or one that is known and left out."""
    await staged(claim)

    made = await claim.evidence(holder="Renée Müller")

    told = {each.name: (each.text[:14], each.source) for each in made.fields if each.text}
    assert {"response", "day", "holder"} == told.keys()
    assert "document:letter" == told["response"][1]
    assert ("Renée Müller", "fill.holder") == told["holder"]
    assert ("3 October 2026", "claim.loss_date") == told["day"]
    assert ["unconfirmed"] == [each.rule for each in made.findings]
    assert (200_000, 2) == (made.bytes_limit, made.pages_limit)
    assert ["photo"] == next(list(each.items) for each in made.fields if each.name == "picture")


@pytest.mark.law(8)
async def test_evidence_without_a_single_text_is_told(served, signer):
    """Catches the one submission that is used up by nothing."""
    claim = await Claim.opened(served, signer, "nothing told", **{"claim.loss_date": None})

    made = await claim.evidence()

    assert [] == [each.name for each in made.fields if each.text]
    assert ["unconfirmed", "empty"] == [each.rule for each in made.findings]


@pytest.mark.law(8)
async def test_evidence_whose_confirmed_letter_was_deleted_is_told(served, signer):
    """Catches evidence that counts as confirmed, and says nothing any more."""
    claim = await Claim.opened(served, signer, "forgotten-0944")
    await claim.confirm(await ready(claim))
    before = await claim.evidence()
    await forget(served, signer, "forgotten-0944")

    made = await claim.evidence()

    assert [] == list(before.findings)
    assert "deleted" in [each.rule for each in made.findings]
    assert "" == next(each.text for each in made.fields if each.name == "response")


async def test_a_fill_that_no_field_of_evidence_asks_for_is_refused(claim):
    """Catches a text that somebody thinks was sent."""
    refused = await refusal(claim.evidence(holdr="Renée"))

    assert "did you mean holder?" in refused.details()


async def test_a_processor_that_nobody_declared_is_told(claim):
    """Catches evidence for a processor of another name."""
    refused = await refusal(claim.evidence(processor="stripe"))

    assert grpc.StatusCode.NOT_FOUND is refused.code()
    assert "it knows bank" in refused.details()


@pytest.mark.law(10)
async def test_the_letters_of_a_customer_who_is_forgotten_are_deleted(bench, served, signer):
    """Catches a letter that stays in the store when its customer has gone."""
    claim = await Claim.opened(served, signer, "forgotten-0817")
    await claim.accept()
    draft = await claim.draft(policy_holder="Ottiliezqxjkv", reference="x")
    edited = draft.text + "\nOttiliezqxjkv was kind."
    fills = {"policy_holder": "Ottiliezqxjkv", "reference": "x"}
    digest = (await claim.stage(edited, fills=fills)).document.digest

    await forget(served, signer, "forgotten-0817")

    refused = await refusal(claim.confirm(digest))
    whole = await claim.whole()
    assert "was deleted with the customer's words" in refused.details()
    assert {""} == {each.text for each in whole.events}
    assert b"zqxjkv" not in await whole_store(served.app)
    assert b"zqxjkv" not in b"".join(
        each.SerializeToString() for each in await bench.journal(served.app)
    )


async def forget(served, signer, customer):
    """Forget a customer."""
    wish = case_pb2.ForgetCustomerRequest(
        request_id=f"forget-{customer}",
        pack="jeweller",
        customer_id=customer,
        why="requested_by_customer",
    )
    await served.cases.ForgetCustomer(wish, metadata=signer.bearer(sub="root", roles=["admin"]))


@pytest.mark.parametrize("code", ["{{7*7}}", "{%25if%25}", "a\x00b", "x" * 200], ids=range(4))
async def test_a_code_that_is_no_code_never_comes_into_a_letter(served, signer, code):
    """Catches a fact that somebody sends as a template, a control character or a novel."""
    facts = {"claim.code": {"text": code}}

    refused = await refusal(Claim.opened(served, signer, "hostile", **facts))

    assert grpc.StatusCode.INVALID_ARGUMENT is refused.code()


@pytest.mark.parametrize("text", ["a\x00b", "\x1b[31m", "\u202egnp.exe", "x" * 81], ids=range(4))
async def test_a_fill_that_would_act_or_is_too_long_is_refused(claim, text):
    """Catches a name that turns a line around, or fills the page."""
    refused = await refusal(claim.draft(policy_holder=text))

    assert grpc.StatusCode.INVALID_ARGUMENT is refused.code()
    assert "fills[policy_holder]" in refused.details()
