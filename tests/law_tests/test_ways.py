"""Law 4: what would make an offer available, or best, does: each way is taken and decided again."""

import sys
from collections import Counter
from itertools import islice

import pytest
from keepsake.answer.offers import ranking
from keepsake.core.findings import Verdict
from keepsake.core.supposing import Means
from keepsake.decide import decide
from keepsake.supposed import suppose
from keepsake.ways import WaysTo

from tests.law_tests.given import of_examples, of_rule_cases

pytestmark = pytest.mark.law(4)
SEEDS = range(6)


def of_near_offers(desk):
    """Yield inputs that come near an offer, by the desk's own models."""
    for seed in SEEDS:
        yield seed, desk.walked(seed), desk.own


def of_some_rule_cases(desk):
    """Yield every fifth rule case; all of them take half a minute."""
    yield from islice(of_rule_cases(desk), 0, None, 5)


def withheld(inputs, snapshot):
    """Return what a decision names as withheld or outranked, and what needs an approval."""
    decision = decide(inputs, snapshot)
    waiting = [r.offer_id for r in decision.recommendations if r.HasField("approval")]
    return dict.fromkeys([*(entry.offer_id for entry in decision.withheld), *waiting])


def is_presentable(ruling, inputs, offer_id):
    """Tell whether an agent may present the offer at once: it is owed, or listed and allowed."""
    listed = [ruling.standing[place] for place in ranking(ruling, inputs.max_offers) if place >= 0]
    owed = [each for each in ruling.standing if each.considered.candidate.is_remedy]
    return any(
        offer_id_of(each) == offer_id and each.considered.finding.verdict is Verdict.ALLOWED
        for each in (*listed, *owed)
    )


def is_best(ruling, offer_id):
    """Tell whether nothing that is offered is worth more."""
    scores = {
        offer_id_of(ruling.standing[place]): ruling.standing[place].score
        for place in sorted(ruling.offered, key=lambda place: ruling.standing[place].score)
    }
    return scores.get(offer_id, 0) > 0 and scores[offer_id] == max(scores.values())


def offer_id_of(valued):
    """Return the offer of a valued candidate."""
    return valued.considered.candidate.offer.id


def check(ways, reaches):
    """Take each way and hold it to its end; then leave out each step, and shorten each sum."""
    for way in ways.ways:
        assert reaches(way.steps), way
        for place, step in enumerate(way.steps):
            rest = (*way.steps[:place], *way.steps[place + 1 :])
            assert not reaches(rest), (way, step)
            if [step] == [each for each in way.steps if each.means in (Means.COST, Means.KEPT)]:
                less = step._replace(value=round(step.value - 0.01, 2))
                assert not reaches((*way.steps[:place], less, *way.steps[place + 1 :])), (way, step)


def told_most(why_not):
    """Return the reasons why no change is named, the most frequent first."""
    return "; ".join(f"{count} x {why}" for why, count in why_not.most_common(6))


@pytest.mark.timeout(300)  # it decides some ten thousand times
@pytest.mark.parametrize(
    "given",
    [
        of_examples,
        of_some_rule_cases,
        pytest.param(of_rule_cases, marks=pytest.mark.slow),
        of_near_offers,
    ],
)
def test_each_change_that_is_named_makes_the_offer_available_or_best(desk, given, capsys):
    """Catches a change that does not help, one too many, and an offer that is not explained."""
    named, why_not = Counter(), Counter()
    for name, inputs, snapshot in given(desk):
        for offer_id in withheld(inputs, snapshot):
            ways = WaysTo(inputs, snapshot, offer_id)

            def is_available(steps, offer_id=offer_id, inputs=inputs, snapshot=snapshot):
                supposed = suppose(inputs, snapshot, steps)
                return is_presentable(supposed.ruling, supposed.inputs, offer_id)

            def is_best_too(steps, offer_id=offer_id, inputs=inputs, snapshot=snapshot):
                supposed = suppose(inputs, snapshot, steps)
                ruling = supposed.ruling
                is_there = is_presentable(ruling, supposed.inputs, offer_id)
                return is_there and is_best(ruling, offer_id)

            for end, found, reaches in (
                ("available", ways.available(), is_available),
                ("best", ways.best(), is_best_too),
            ):
                check(found, reaches)
                assert found.reached or found.ways or found.why_none, (name, offer_id)
                assert found.reached == reaches(()), (name, offer_id, end)
                named[end] += bool(found.ways or found.reached)
                why_not.update([found.why_none] if found.why_none else [])
                named["all"] += end == "best"

    with capsys.disabled():
        told = [f"{named[end] / named['all']:.1%} {end}" for end in ("available", "best")]
        sys.stdout.write(
            f"\n{desk.pack.id}, {given.__name__}: {named['all']} offers withheld or outranked; "
            f"a change is named for {' and '.join(told)}; why none: {told_most(why_not)}\n"
        )
    assert named["available"] > named["all"] / 2
