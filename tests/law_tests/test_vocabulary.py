"""Law 5: one vocabulary for rules, models and requests."""

from dataclasses import replace

import grpc
import pytest
from google.rpc.error_details_pb2 import BadRequest
from google.rpc.status_pb2 import Status
from keepsake.adapters.bundles import load_bundle
from keepsake.core.errors import BundleError, PackError
from keepsake.core.facts import FactKind, Vocabulary
from keepsake.core.strata import facts_read
from keepsake.packs.load import load_pack
from keepsake.packs.vocabulary import attributes

from tests.law_tests.cases import example
from tests.law_tests.deciding import ROOT

pytestmark = pytest.mark.law(5)
BUNDLES = sorted(path.parent for path in (ROOT / "models").glob("*/*/*/manifest.json"))


def features_of(bundle):
    """Return the facts that a tree model reads; none for a reader of words."""
    model = load_bundle(bundle, vocabulary_of(bundle))
    return {f.fact for f in getattr(model, "features", ()) if not f.is_of_arm}


def vocabulary_of(bundle):
    """Return the vocabulary of a bundle's pack."""
    return load_pack(ROOT / "rules" / bundle.parts[-3]).vocabulary


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("order.stage before casting", "order.stagee before casting", "order.stage"),
        ("order.stage before casting", "order.stage before castingg", "casting"),
        ("order.stage before casting", "order.stage > 3", "order.stage"),
        ("feasibility.expedite", "feasibility.expdite", "expedite"),
    ],
    ids=["a fact", "a word", "a kind", "a question"],
)
def test_a_rule_that_speaks_of_what_is_not_declared_is_refused(bench, old, new, told):
    """Catches a rule with a slip of the pen that would never be true."""
    bench.edit("jeweller/offers.yaml", old, new)

    with pytest.raises(PackError) as refused:
        load_pack(bench.rules / "jeweller")

    bench.edit("jeweller/offers.yaml", new, old)
    assert told in refused.value.message
    assert all("offers.yaml:" in str(problem) for problem in refused.value.problems)


@pytest.mark.parametrize("bundle", BUNDLES, ids=lambda path: "/".join(path.parts[-3:-1]))
def test_a_model_that_reads_a_fact_the_pack_lacks_is_refused(bundle):
    """Catches a model that is fed nothing, or other words than it learned from."""
    whole = vocabulary_of(bundle)
    read = sorted(features_of(bundle))

    for fact in read[:3]:
        lacking = Vocabulary(each for name, each in whole.items() if name != fact)
        changed = Vocabulary(
            replace(each, kind=FactKind.TIME, words=()) if name == fact else each
            for name, each in whole.items()
        )
        for vocabulary in (lacking, changed):
            with pytest.raises(BundleError) as refused:
                load_bundle(bundle, vocabulary)
            assert fact in refused.value.message


def test_every_model_reads_only_facts_of_its_pack():
    """Catches a feature that is computed from something beside the vocabulary."""
    assert {"jeweller", "travel"} == {bundle.parts[-3] for bundle in BUNDLES}
    for bundle in BUNDLES:
        assert features_of(bundle) <= set(vocabulary_of(bundle))


def test_every_rule_reads_only_facts_of_its_pack(desk):
    """Catches a rule that reads what nobody can send, derive or score."""
    read = {
        fact
        for stratum in desk.pack.rulebook.strata
        for rule in stratum
        for fact in facts_read(rule.when)
    }

    assert read <= set(desk.pack.vocabulary)
    assert {fact.name for fact in attributes(desk.pack.vocabulary)} <= set(desk.pack.vocabulary)


async def test_a_request_that_speaks_of_what_is_not_declared_is_refused_with_every_field(served):
    """Catches facts that are dropped in silence, and mistakes that are told one by one."""
    request = example("jeweller-needed-for-the-proposal", "r-undeclared")
    intercept = request.intercept
    intercept.attributes["stone.caratt"].number = 1.0
    intercept.attributes["stone.origin"].text = "lunar"
    intercept.order.stage = "melting"
    intercept.feasibility.add(question="teleport", feasible=True)
    intercept.stated_reason = "too_late"
    request.agent.role = "emperor"

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await served.recommend(request)

    assert grpc.StatusCode.INVALID_ARGUMENT is refused.value.code()
    wrong = {each.field: each.description for each in violations(refused.value)}
    assert {
        "agent.role",
        "intercept.stated_reason",
        "intercept.attributes[stone.caratt]",
        "intercept.attributes[stone.origin]",
        "intercept.order.stage",
        "intercept.feasibility[2].question",
    } == set(wrong)
    assert "stone.carat" in wrong["intercept.attributes[stone.caratt]"]


def violations(error):
    """Return the field violations of an error."""
    found = BadRequest()
    details = dict(error.trailing_metadata())["grpc-status-details-bin"]
    for detail in Status.FromString(details).details:
        detail.Unpack(found)
    return found.field_violations


async def test_protected_traits_have_no_field_and_cannot_be_sent(served):
    """Catches a trait that nobody may be judged by, sent as an attribute."""
    request = example("jeweller-needed-for-the-proposal", "r-trait")
    request.intercept.attributes["customer.religion"].text = "any"

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await served.recommend(request)

    assert grpc.StatusCode.INVALID_ARGUMENT is refused.value.code()
