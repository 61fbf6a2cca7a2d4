"""Turns the shape of a pack's frequency into the core's frozen value."""

from __future__ import annotations

from keepsake.core.history import Counted, Frequency
from keepsake.packs.draft import Draft

_SELF_SERVICE = {"web": 1}
"""Nobody sits with the customer there: one offer, then the way out."""


def read_frequency(draft: Draft) -> Frequency:
    """Return how often a business persuades; mistakes are noted in the document."""
    shape, channels = draft.shape.frequency, draft.shape.channels
    for channel in shape.offers_per_attempt:
        if channel not in channels:
            path = ("frequency", "offers_per_attempt", channel)
            draft.document.refuse_name(path, channel, channels, what="channel")
    limits = {**_SELF_SERVICE, **shape.offers_per_attempt}
    return Frequency(
        same_attempt_hours=shape.same_attempt_hours,
        discount_days=shape.discount_days,
        offers_per_attempt={name: most for name, most in limits.items() if name in channels},
        kinds={kind: Counted(counted) for kind, counted in shape.kinds.items()},
    )
