import pytest
from keepsake.core.pack import Tier
from keepsake.core.principal import DEVELOPMENT, ROLES, Principal, tier_of

TIERS = (
    Tier(tier=1, role="specialist"),
    Tier(tier=2, role="team_lead"),
    Tier(tier=3, role="manager"),
)


@pytest.mark.law(7)
@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        (set(), None),
        ({"agent", "lead"}, None),
        ({"agent", "specialist"}, 1),
        ({"team_lead", "specialist"}, 2),
        ({"manager", "specialist"}, 3),
    ],
)
def test_the_highest_tier_that_a_role_names_counts(roles, expected):
    """Catches authority that nobody granted, and a lead who is taken for a specialist."""
    tier = tier_of(roles, TIERS)

    assert expected == (tier.tier if tier else None)


@pytest.mark.parametrize(
    ("packs", "expected"),
    [(None, True), (frozenset({"travel"}), True), (frozenset({"jeweller"}), False)],
)
def test_a_principal_sees_the_packs_it_is_limited_to(packs, expected):
    """Catches a limit that does not limit, and none that does."""
    assert expected == Principal("ada", frozenset(), packs).sees("travel")


def test_in_development_everything_may_be_called_and_nobody_is_a_person():
    """Catches an approval by a person who was never there."""
    assert (ROLES, True) == (DEVELOPMENT.roles, DEVELOPMENT.is_service)
