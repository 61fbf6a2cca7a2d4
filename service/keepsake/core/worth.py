"""The arithmetic of worth, in numbers and in words: of concessions, and of what has a chance."""

from __future__ import annotations

from keepsake.core.candidates import Candidate
from keepsake.core.conditions import Truth
from keepsake.core.findings import Situation
from keepsake.core.resolutions import Weighed, given_up, stake_known
from keepsake.core.sums import Reckoning, Sum
from keepsake.core.value import Stake


def worth(
    candidate: Candidate, at_stake: Stake, chances: tuple[float, float], *, currency: str
) -> Reckoning | None:
    """Return how the net value is reckoned, of P(kept) with the offer and without it.

    None where the margin or the cost is not known.
    """
    with_it, without = chances
    margin, lost, now, cost = at_stake.kept, at_stake.lost, candidate.cost_now, candidate.cost
    if margin is None or cost is None or now is None:
        return None
    kept = margin * candidate.offer.keeps_percent / 100
    offered = with_it * (kept - cost) + (1 - with_it) * lost - now
    nothing = without * margin + (1 - without) * lost
    net = round(offered - nothing, 2) + 0.0
    words = (
        f"{with_it:.4f} x ({kept:,.2f} - {cost:,.2f}) + {1 - with_it:.4f} x {lost:,.2f}"
        f" - {now:,.2f} = {offered:,.2f} with it; {without:.4f} x {margin:,.2f}"
        f" + {1 - without:.4f} x {lost:,.2f} = {nothing:,.2f} with nothing; net {net:,.2f}"
        f" {currency}"
    )
    money = {"kept": kept, "lost": lost, "cost": cost, "cost_now": now, "net": net}
    sums = [Sum(name, amount, currency) for name, amount in money.items()]
    odds = (Sum("p_kept", with_it, ""), Sum("p_kept_without", without, ""))
    return Reckoning("value", Truth.TRUE if net > 0 else Truth.FALSE, words, (*odds, *sums))


def worth_by_chance(weighed: Weighed, *, told_by: str, currency: str) -> Reckoning:
    """Return how the net value of what has a chance is reckoned."""
    chance, kept, cost, now, if_lost, nothing = weighed
    expected, net = weighed.expected, weighed.net
    words = (
        f"chance {chance:.4f} ({told_by}); {chance:.4f} x ({kept:,.2f} - {cost:,.2f})"
        f" - {1 - chance:.4f} x {if_lost:,.2f} - {now:,.2f} = {expected:,.2f};"
        f" doing nothing {-nothing + 0.0:,.2f}; net {net:,.2f} {currency}"
    )
    money = {"kept": kept, "cost": cost, "if_lost": if_lost, "cost_now": now, "nothing": nothing}
    sums = [Sum(name, amount, currency) for name, amount in (money | {"net": net}).items()]
    truth = Truth.TRUE if net > 0 else Truth.FALSE
    return Reckoning("value", truth, words, (Sum("chance", chance, ""), *sums))


def of_stake(candidate: Candidate, situation: Situation) -> tuple[str, tuple[Sum, ...]]:
    """Return what is at stake."""
    finding, margin = stake_known(candidate, situation), situation.margin
    currency = situation.pack.currency
    sums = (Sum("stake", margin, currency),)
    if finding is not None or margin is None:
        return finding.why if finding else "the stake is not known", sums
    return f"{margin:,.2f} {currency} are at stake, and all it is weighed by is known", sums


def of_giving_up(candidate: Candidate, situation: Situation) -> tuple[str, tuple[Sum, ...]]:
    """Return how much is given up, and who may."""
    amount, tier = given_up(candidate, situation), situation.circumstances.tier
    currency = situation.pack.currency
    ladder = "; ".join(
        f"{each.role} (tier {each.tier}): "
        + ("any amount" if each.max_amount is None else f"up to {each.max_amount:,.2f} {currency}")
        for each in situation.pack.authority.tiers
    )
    said = "it is not known how much" if amount is None else f"{amount:,.2f} {currency}"
    words = f"given up for sure: {said}; {ladder}"
    return words, (Sum("given_up", amount, currency), Sum("tier", float(tier), ""))
