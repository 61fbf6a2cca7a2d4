import pytest
from keepsake.core.grants import read_roles, read_service
from keepsake.core.principal import Principal


@pytest.mark.parametrize(
    ("grant", "name", "roles", "packs"),
    [
        ("crm.example=system", "crm.example", {"system"}, None),
        ("nightly=system,analyst@travel", "nightly", {"system", "analyst"}, {"travel"}),
        ("spiffe://x/crm=system@a,b", "spiffe://x/crm", {"system"}, {"a", "b"}),
        ("crm@example.com=system", "crm@example.com", {"system"}, None),
    ],
)
def test_a_service_is_read_with_its_roles_and_packs(grant, name, roles, packs):
    """Catches names of certificates that the grammar would cut in the wrong place."""
    expected = Principal(name, frozenset(roles), packs and frozenset(packs), is_service=True)

    assert (name, expected) == read_service(grant)


@pytest.mark.law(7)
@pytest.mark.parametrize("grant", ["crm=lead", "crm=system,manager", "crm=agent", "crm=director"])
def test_no_service_has_the_role_of_a_person(grant):
    """Catches a service account that approves what only a person may."""
    with pytest.raises(ValueError, match="no service has the role"):
        read_service(grant)


def test_a_slip_of_the_pen_in_a_role_is_named():
    """Catches a service that is locked out by one letter, with nobody told why."""
    with pytest.raises(ValueError, match="did you mean 'system'"):
        read_service("crm=sytem")


@pytest.mark.parametrize("grant", ["", "crm", "crm=", "=system", "crm=system@", "crm=a b"])
def test_what_is_no_grant_is_refused(grant):
    """Catches half a grant that grants everything or nothing."""
    with pytest.raises(ValueError, match="is not name="):
        read_service(grant)


def test_the_names_of_an_issuer_stand_for_roles():
    """Catches a group with a space in its name, as directories have them."""
    expected = ("Retention Leads", frozenset({"lead", "team_lead"}))

    assert expected == read_roles("Retention Leads=lead,team_lead")


def test_a_name_of_an_issuer_limits_no_packs():
    """Catches a limit that would be read and never heeded."""
    with pytest.raises(ValueError, match="is not name="):
        read_roles("leads=lead@travel")
