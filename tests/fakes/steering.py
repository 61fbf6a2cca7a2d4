"""Steers facts towards an offer: its conditions are met, and what would hold it back is not."""

from __future__ import annotations

from keepsake.core.conditions import AllOf, Comparison, Truth
from keepsake.core.evaluate import truth
from keepsake.core.nearby import nearby_values
from keepsake.core.rules import Bar, Cap, Withhold
from keepsake.core.strata import facts_read

OUT_OF_REACH = ("risk",)  # it comes from the model


class Steering:
    """Steers the facts of one pack."""

    def __init__(self, pack):
        self._words = pack.vocabulary
        self._book = pack.rulebook
        self._pack = pack
        self._rules = [rule for stratum in pack.rulebook.strata for rule in stratum]

    def towards(self, offer_id, facts):
        """Return facts in which as much as can be speaks for the offer."""
        steered = dict(facts)
        offer = self._pack.offers[offer_id]
        wanted = self._book.rule(f"offer:{offer_id}").when
        self._meet(wanted, Truth.TRUE, steered)
        for rule in self._rules:
            if self._restricts(rule, offer_id) and self._applies(rule, steered):
                self._meet(rule.when, Truth.FALSE, steered, but_not=facts_read(wanted))
        valuation = self._pack.valuation
        value = float(steered.setdefault(valuation.value, 4200.0)) or 4200.0
        steered[valuation.value], steered[valuation.margin] = value, round(value * 0.45, 2)
        for question in {*offer.needs, *((offer.promise,) if offer.promise else ())}:
            steered[f"feasibility.{question}"] = True
            steered[f"feasibility.{question}.ready_date"] = float(steered["today"]) + 9
        return steered

    def _restricts(self, rule, offer_id):
        restrictions = (e for e in rule.effects if isinstance(e, Bar | Withhold | Cap))
        return any(offer_id in effect.offers for effect in restrictions)

    def _applies(self, rule, facts):
        found = truth(rule.when, facts, self._words)
        return found is Truth.TRUE or (found is Truth.UNKNOWN and rule.if_missing_apply)

    def _meet(self, condition, want, facts, *, but_not=frozenset()):
        """Change facts until a condition is what is wanted, if that can be."""
        if truth(condition, facts, self._words) is want:
            return
        if isinstance(condition, Comparison):
            self._move(condition, want, facts, but_not)
            return
        needs_all = isinstance(condition, AllOf) is (want is Truth.TRUE)
        for part in condition.conditions:
            self._meet(part, want, facts, but_not=but_not)
            if not needs_all and truth(condition, facts, self._words) is want:
                return

    def _move(self, comparison, want, facts, but_not):
        fact = self._words[comparison.fact]
        if fact.derived:
            self._derive(comparison, want, facts, but_not)
        elif fact.name not in (*OUT_OF_REACH, *but_not):
            for value in nearby_values(fact, [comparison], facts):
                if truth(comparison, {**facts, fact.name: value}, self._words) is want:
                    facts[fact.name] = value
                    return

    def _derive(self, comparison, want, facts, but_not):
        """Make true the first rule that sets a value which will do, and those before it false."""
        derived = (each for stratum in self._book.derivations for each in stratum)
        derivation = next(each for each in derived if each.fact == comparison.fact)
        default = {derivation.fact: derivation.default}
        rests = derivation.default is not None and truth(comparison, default, self._words) is want
        for rule_id, value in derivation.by_strength:
            does = truth(comparison, {derivation.fact: value}, self._words) is want
            if does and rests:
                continue
            wanted = Truth.TRUE if does else Truth.FALSE
            self._meet(self._book.rule(rule_id).when, wanted, facts, but_not=but_not)
            if does:
                return
