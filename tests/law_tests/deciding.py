"""Deciding without a server: inputs gathered from a request, and a decision made of them."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from keepsake.app import forge
from keepsake.core.findings import Change
from keepsake.core.keyed import Keyed
from keepsake.core.pack import OfferClass
from keepsake.counting import Counting
from keepsake.decide import decide, rule_on
from keepsake.gather import Gatherer
from keepsake.kept import Kept
from keepsake.recorded import facts_of, record
from keepsake.snapshot import Models
from keepsake.v1.journal_pb2 import DecisionInputs
from prometheus_client import CollectorRegistry

from tests.fakes.intercepts import NOW_MS, Intercepts
from tests.fakes.memory_store import MemoryStore
from tests.fakes.models import MadeUpReasonModel, MadeUpSaveModel
from tests.fakes.readings import inputs_of
from tests.fakes.steering import Steering

ROOT = Path(__file__).parents[2]
SECRET = b"a secret for tests, of more than thirty-two bytes"


def load(pack, kept):
    """Return a shipped pack in force, with its own models."""
    loaded = Kept(ROOT / "rules", ROOT / "models", kept).load(pack)
    snapshot = forge(loaded, "durable", Counting(CollectorRegistry()))
    snapshot.engine.build()
    return snapshot


def with_facts(inputs, changes):
    """Return inputs with other values for some facts."""
    changed = DecisionInputs()
    changed.CopyFrom(inputs)
    facts = facts_of(inputs.facts) | {change.fact: change.value for change in changes}
    changed.facts.CopyFrom(record(facts))
    return changed


class Desk:
    """One pack in force: `own` with the models it pins, `wide` with made-up ones.

    The made-up models give every verdict a chance to occur.
    """

    def __init__(self, snapshot):
        pack = snapshot.pack
        self.own = snapshot
        self.save_model = MadeUpSaveModel(pack.kinds)
        made_up = Models(save=self.save_model, reason=MadeUpReasonModel(pack.reasons))
        self.wide = replace(snapshot, models=made_up)
        self.pack = pack
        self.intercepts = Intercepts(pack)
        offers = pack.offers.values()
        self._steering = Steering(pack)
        self._remedies = [o.id for o in offers if o.offer_class is OfferClass.REMEDY]
        self._no_remedies = [o.id for o in offers if o.offer_class is not OfferClass.REMEDY]

    def snapshot(self, seed):
        """Return one of the two, by turns."""
        return self.own if seed % 3 == 0 else self.wide

    def inputs(self, seed, *, reading=None, parts=(), **options):
        """Return the inputs of a random intercept."""
        return self.gathered(
            self.intercepts.request(seed, **options), seed, reading=reading, parts=parts
        )

    def gathered(self, request, seed=0, *, reading=None, parts=()):
        """Return the inputs of a request."""
        store = MemoryStore()
        gatherer = Gatherer(store, Keyed(SECRET), clock_ms=lambda: NOW_MS, check_share=0.3)
        snapshot = self.snapshot(seed).of(request.intercept.kind)
        return inputs_of(gatherer, request, snapshot, reading=reading, parts=parts)

    @lru_cache(maxsize=400)  # noqa: B019 - desks live as long as the session
    def walked(self, seed, **options):
        """Return inputs that come near an offer: most of what it asks for is so."""
        inputs = self.inputs(seed, **options)
        chance = random.Random(seed)
        facts = facts_of(inputs.facts)
        steered = self._steering.towards(chance.choice(self._no_remedies), facts)
        moved = [name for name, value in steered.items() if facts.get(name) != value]
        for name in chance.sample(moved, min(len(moved), chance.choice((0, 0, 0, 1, 2)))):
            steered.pop(name)
            if name in facts:
                steered[name] = facts[name]
        return with_facts(inputs, [Change(*each) for each in steered.items()])

    def with_a_remedy(self, seed):
        """Return inputs near an offer in which something is owed, too."""
        inputs, owed = self.walked(seed), random.Random(seed).choice(self._remedies)
        facts = self._steering.towards(owed, facts_of(inputs.facts))
        return with_facts(inputs, [Change(*each) for each in facts.items()])

    def decision(self, seed, **options):
        """Return the decision on a random intercept."""
        return decide(self.inputs(seed, **options), self.snapshot(seed))

    def ruling(self, inputs, seed):
        """Return a ruling before it is put into words."""
        return rule_on(inputs, self.snapshot(seed))
