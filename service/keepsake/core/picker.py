"""The picker: for which offers a catalogue is to be searched at all."""

from __future__ import annotations

from collections.abc import Sequence

from keepsake.core.conditions import AllOf, Truth
from keepsake.core.evaluate import check_of
from keepsake.core.facts import Facts
from keepsake.core.inquirer import early_conditions
from keepsake.core.pack import Offer, Pack


class Picker:
    """Knows which offers of a pack take their alternatives from a catalogue."""

    def __init__(self, pack: Pack) -> None:
        self._picking = [
            (offer, check_of(AllOf(tuple(early_conditions(offer, pack))), pack.vocabulary))
            for offer in pack.offers.values()
            if offer.pick
        ]

    def picking(self, facts: Facts) -> Sequence[Offer]:
        """Return the offers that could still be made, by what is known in words."""
        return [offer for offer, check in self._picking if check(facts) is not Truth.FALSE]
