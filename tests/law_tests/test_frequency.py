"""How often is too often: over real gRPC and a real store, from the first threat to the next."""

import asyncio
import itertools
import time
from pathlib import Path

import grpc
import pytest
from google.protobuf.json_format import Parse
from keepsake.core.windows import FACTS
from keepsake.recorded import facts_of
from keepsake.v1.case_pb2 import (
    AcceptOfferRequest,
    DeclineOfferRequest,
    PresentOfferRequest,
    RecordOutcomeRequest,
)
from keepsake.v1.decision_pb2 import VERDICT_ALLOWED, VERDICT_NEEDS_APPROVAL
from keepsake.v1.intercept_pb2 import VIEW_FULL, RecommendRequest, RecommendResponse
from keepsake.v1.journal_pb2 import DecisionInputs

ROOT = Path(__file__).parents[2]
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
NUMBERS = itertools.count()


class Clock:
    """The server's clock, which a test moves."""

    def __init__(self):
        self.ms = time.time_ns() // 1_000_000

    def __call__(self):
        """Tell the time."""
        return self.ms

    def pass_(self, *, hours=0, days=0):
        """Let time pass."""
        self.ms += hours * HOUR_MS + days * DAY_MS


class Customer:
    """Somebody who asks the jeweller again and again, and the agent who answers."""

    def __init__(self, served, clock):
        self.served = served
        self.clock = clock
        self.id = f"customer {next(NUMBERS)}"

    async def asks(self, *, order="ring", channel="email", reason="budget_changed", **how):
        """Ask to cancel an order; return the decision."""
        text = (ROOT / "examples" / "jeweller-budget-changed.json").read_text()
        request = Parse(text, RecommendRequest())
        request.request_id = f"request-{next(NUMBERS)}"
        request.view, request.max_offers = VIEW_FULL, 20
        request.validate_only = how.get("validate_only", False)
        request.agent.id, request.agent.role = "dora", "director"  # so that nothing needs approval
        intercept = request.intercept
        intercept.words, intercept.stated_reason, intercept.channel = "", reason, channel
        intercept.subject_id = f"{self.id} {order}"
        intercept.customer.id = self.id
        if how.get("is_anonymous"):
            intercept.ClearField("customer")
        answer = await self.served.recommend(request)
        return RecommendResponse.FromString(answer).decision

    async def is_shown(self, decision, offer_id, **changes):
        """Present an offer of a decision."""
        step = {"request_id": f"step-{next(NUMBERS)}", "case_id": decision.case_id, **changes}
        request = PresentOfferRequest(offer_id=offer_id, **step)
        return await self.served.cases.PresentOffer(request)

    async def takes(self, decision, offer_id):
        """Accept an offer."""
        step = f"step-{next(NUMBERS)}"
        return await self.served.cases.AcceptOffer(
            AcceptOfferRequest(request_id=step, case_id=decision.case_id, offer_id=offer_id)
        )

    async def declines(self, decision, offer_id):
        """Decline an offer."""
        step = f"step-{next(NUMBERS)}"
        return await self.served.cases.DeclineOffer(
            DeclineOfferRequest(request_id=step, case_id=decision.case_id, offer_id=offer_id)
        )

    async def ends(self, decision, outcome):
        """Tell how a case ended."""
        step = f"step-{next(NUMBERS)}"
        return await self.served.cases.RecordOutcome(
            RecordOutcomeRequest(request_id=step, case_id=decision.case_id, outcome=outcome)
        )

    async def facts(self, decision):
        """Return the facts that a decision was made from."""
        stored = await self.served.app.advisor.stored(decision.decision_id)
        return facts_of(DecisionInputs.FromString(stored.inputs).facts)


@pytest.fixture(scope="module")
def clock():
    """One clock for the whole file."""
    return Clock()


@pytest.fixture(scope="module")
async def desk(bench, clock):
    """Serve the jeweller's pack without a control group."""
    bench.edit("jeweller/pack.yaml", "holdout: 0.05", "holdout: 0.0")
    return await bench.serve(clock_ms=clock)


@pytest.fixture
def anna(desk, clock):
    """Return a customer of whom nobody has heard; the time is now."""
    clock.ms = time.time_ns() // 1_000_000
    return Customer(desk, clock)


def of_class(decision, offer_class):
    """Return the offers of a class that are recommended."""
    return [each.offer_id for each in decision.recommendations if each.offer_class == offer_class]


def failures(decision):
    """Return what failed, by offer."""
    return {(each.offer_id, each.failed) for each in decision.withheld}


async def test_online_an_attempt_sees_one_offer_and_presenting_counts(anna):
    """Catches a page that goes on offering, and one that stops since it was asked."""
    await anna.asks(channel="web", reason="trust_concern")
    first = await anna.asks(channel="web", reason="trust_concern")
    shown, *others = of_class(first, "incentive")

    await anna.is_shown(first, shown)

    again = await anna.asks(channel="web", reason="trust_concern")
    assert others
    assert {(each, "guard:frequency") for each in others} <= failures(again)
    assert of_class(again, "incentive") in ([], [shown])
    assert of_class(first, "alternative") == of_class(again, "alternative")
    assert 1 == (await anna.facts(again))["shown.offers"]


async def test_a_second_offer_is_not_presented_online_though_it_was_recommended(anna):
    """Catches a limit that is only looked at when offers are recommended."""
    decision = await anna.asks(channel="web", reason="trust_concern")
    first, second, *_ = of_class(decision, "incentive")
    await anna.is_shown(decision, first)

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await anna.is_shown(decision, second)

    assert grpc.StatusCode.FAILED_PRECONDITION is refused.value.code()
    assert "has seen 1 of the 1 offers that it may see by web" in refused.value.details()


@pytest.mark.parametrize(("asked", "shown"), [("web", "email"), ("email", "web")])
async def test_of_two_channels_the_stricter_limit_counts(anna, asked, shown):
    """Catches a second offer online that goes through by naming another channel."""
    decision = await anna.asks(channel=asked, reason="trust_concern")
    first, second, *_ = of_class(decision, "incentive")
    await anna.is_shown(decision, first)

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await anna.is_shown(decision, second, channel=shown)

    assert grpc.StatusCode.FAILED_PRECONDITION is refused.value.code()
    assert "offers that it may see by web" in refused.value.details()


async def test_a_channel_that_the_pack_does_not_declare_is_refused(anna):
    """Catches a made-up channel that no limit knows, and so no limit holds."""
    decision = await anna.asks(channel="web", reason="trust_concern")
    shown = of_class(decision, "incentive")[0]

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await anna.is_shown(decision, shown, channel="fax")

    assert grpc.StatusCode.INVALID_ARGUMENT is refused.value.code()
    assert "one of email, phone, chat, web, store" in refused.value.details()


async def test_of_two_offers_that_are_presented_at_once_in_two_cases_one_is_shown(anna):
    """Catches two pages that both look, and both show."""
    decisions = [await anna.asks(channel="web", reason="trust_concern") for _ in range(2)]
    offers = of_class(decisions[0], "incentive")[:2]

    shown = await asyncio.gather(
        *(anna.is_shown(*each) for each in zip(decisions, offers, strict=True)),
        return_exceptions=True,
    )

    assert 1 == sum(isinstance(each, grpc.aio.AioRpcError) for each in shown)


async def test_the_next_attempt_may_see_an_offer_again(anna, clock):
    """Catches a customer who is never offered anything again."""
    decision = await anna.asks(channel="web")
    await anna.is_shown(decision, of_class(decision, "incentive")[0])
    clock.pass_(hours=25)

    later = await anna.asks(channel="web")

    facts = await anna.facts(later)
    assert (0, 1, 2) == (
        facts["shown.offers"],
        facts["customer.offers_shown_90d"],
        facts["customer.cancel_attempts_90d"],
    )
    assert not [each for each in failures(later) if "guard:frequency" in each]


async def test_a_discount_is_not_raised_by_coming_back(anna, clock):
    """Catches a customer who learns that the second threat is worth more."""
    first = await anna.asks()
    await anna.is_shown(first, "price-adjustment")
    percent = next(e.terms.percent for e in first.recommendations if e.terms.HasField("percent"))
    clock.pass_(days=40)

    second = await anna.asks(order="bracelet")

    deeper = {
        each.terms.percent
        for each in second.candidates
        if each.offer_id == "price-adjustment"
        and each.terms.percent > percent
        and each.verdict in (VERDICT_ALLOWED, VERDICT_NEEDS_APPROVAL)
    }
    facts = await anna.facts(second)
    assert set() == deeper
    assert percent == facts["shown.percent"] == facts["customer.discount_shown_365d"]


async def test_what_the_customer_did_is_counted_over_orders_and_channels(anna, clock):
    """Catches a happening that is not written, or written under another name than it is read."""
    first = await anna.asks()
    await anna.is_shown(first, "pause-order")
    await anna.takes(first, "pause-order")
    clock.pass_(days=2)
    second = await anna.asks(order="bracelet", channel="phone")
    await anna.is_shown(second, "pause-order")
    await anna.declines(second, "pause-order")
    clock.pass_(hours=1)

    third = await anna.asks(order="bracelet", channel="chat")

    facts = await anna.facts(third)
    counted = {name.removeprefix("customer."): facts[name] for name in facts if name[-1] == "d"}
    assert {
        "cancel_attempts_90d": 2,
        "same_reason_90d": 2,
        "offers_shown_90d": 2,
        "offers_declined_90d": 1,
        "offers_accepted_365d": 1,
        "attempts_accepted_365d": 1,
    }.items() <= counted.items()
    assert 2 == facts["customer.channels_48h"]
    assert {"senior_owner", "merge_the_contacts"} <= set(third.advice)


async def test_trying_a_case_out_leaves_no_trace_in_the_history(anna):
    """Catches an attempt that is counted though nobody asked."""
    tried = await anna.asks(validate_only=True)
    asked = await anna.asks()

    assert tried.decision_id
    assert 1 == (await anna.facts(asked))["customer.cancel_attempts_90d"]


@pytest.mark.law(8)
async def test_an_offer_that_is_presented_again_by_a_retry_counts_once(anna):
    """Catches a slow network that uses up what an attempt may see."""
    decision = await anna.asks(channel="web")
    step = f"step-{next(NUMBERS)}"
    shown = of_class(decision, "incentive")[0]
    for _ in range(3):
        await anna.is_shown(decision, shown, request_id=step)

    later = await anna.asks(channel="web")

    assert 1 == (await anna.facts(later))["customer.offers_shown_90d"]


@pytest.mark.law(1)
async def test_what_is_owed_is_offered_however_often_somebody_asked(anna):
    """Catches a remedy that a frequency limit withholds."""
    decision = await anna.asks(channel="web")
    await anna.is_shown(decision, of_class(decision, "incentive")[0])

    again = await anna.asks(channel="web")

    assert [each.offer_id for each in decision.remedies] == [e.offer_id for e in again.remedies]
    assert again.let_go.text


async def test_of_a_visitor_whom_nobody_named_the_order_alone_is_remembered(anna, clock):
    """Catches a visitor who is offered more by not saying who they are, and facts made up."""
    decision = await anna.asks(channel="web", is_anonymous=True)
    await anna.is_shown(decision, of_class(decision, "incentive")[0])
    clock.pass_(hours=1)

    again = await anna.asks(channel="web", is_anonymous=True)

    facts = await anna.facts(again)
    assert 1 == facts["shown.offers"]
    assert [] == [name for name in facts if name in FACTS]


async def test_who_took_an_offer_and_cancelled_is_offered_no_further_one(anna, clock):
    """Catches a boomerang, and one who is taken for one after the outcome was corrected."""
    first = await anna.asks()
    await anna.is_shown(first, "pause-order")
    await anna.takes(first, "pause-order")
    await anna.ends(first, "lost")
    clock.pass_(days=3)

    then = await anna.asks(order="bracelet")
    await anna.ends(first, "saved")
    corrected = await anna.asks(order="bracelet")

    counted = "customer.accepted_then_cancelled_365d"
    told = next(each for each in then.withheld if each.failed == "rule:taken-and-then-cancelled")
    assert (f"{counted} >= 1", "1") == (told.condition, told.actual)
    assert [1, 0] == [(await anna.facts(each))[counted] for each in (then, corrected)]
    assert not [f for f in failures(corrected) if "rule:taken-and-then-cancelled" in f]


async def test_who_was_refunded_for_three_orders_is_looked_at_by_people(anna, clock):
    """Catches a serial refunder of whom each order is looked at alone."""
    for order in ("ring", "bracelet", "watch"):
        await anna.ends(await anna.asks(order=order), "lost")
        clock.pass_(days=10)

    fourth = await anna.asks(order="necklace", reason="trust_concern")

    rule = "rule:serial-refunders-are-reviewed-by-people"
    told = [each for each in fourth.withheld if each.failed == rule]
    assert "human_fraud_review" in fourth.advice
    assert {("customer.refunds_and_disputes_365d >= 3", "3")} == {
        (each.condition, each.actual) for each in told
    }
