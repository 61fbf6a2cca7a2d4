import pytest
from hypothesis import given
from hypothesis import strategies as st
from keepsake.core.errors import NotAuthenticated
from keepsake.core.principal import PERSONAL, ROLES
from keepsake.rpc.identity.claims import Claims

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
WORDS = st.lists(st.sampled_from([*sorted(ROLES), "specialist", "team_lead", "Sales Europe"]))


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "sub": st.just("ada") | ANYTHING,
            "roles": WORDS | ANYTHING,
            "packs": st.lists(st.sampled_from(["jeweller", "travel"])) | ANYTHING,
            "azp": st.just("ada") | ANYTHING,
            "team": st.just("berlin") | ANYTHING,
        },
    )
)
def test_claims_become_what_they_say_or_are_refused(claims):
    """Catches claims of a strange form that grant something, or end as a defect."""
    try:
        principal = Claims().principal(claims)
    except NotAuthenticated:
        return

    said = claims.get("roles") or []
    assert claims["sub"] == principal.id
    assert principal.roles <= set(said.split() if isinstance(said, str) else said)
    assert (claims.get("packs") is None) == (principal.packs is None)
    assert not (principal.is_service and principal.roles & PERSONAL)
    assert principal.team == (claims.get("team") or "")
    assert principal.is_service == (
        "system" in principal.roles or claims.get("azp") == principal.id
    )


@given(
    WORDS,
    st.dictionaries(
        st.sampled_from(["Sales Europe", "lead"]),
        st.frozensets(st.sampled_from(["agent", "lead", "specialist"]), min_size=1),
        min_size=1,
    ),
)
def test_where_names_are_listed_only_they_count(said, named):
    """Catches a directory's group that happens to be spelled as a role, and grants it."""
    principal = Claims(named_roles=named).principal({"sub": "ada", "roles": said})

    expected = {role for name in said if name in named for role in named[name]}
    assert expected == principal.roles


@pytest.mark.parametrize(
    ("name", "claims"),
    [
        ("roles", {"roles": "agent lead"}),
        ("realm_access.roles", {"realm_access": {"roles": ["agent", "lead"]}}),
        ("https://keepsake.example/roles", {"https://keepsake.example/roles": ["agent", "lead"]}),
    ],
)
def test_roles_are_found_where_issuers_put_them(name, claims):
    """Catches an identity provider whose tokens would grant nothing."""
    principal = Claims(roles=name).principal({"sub": "ada"} | claims)

    assert {"agent", "lead"} == principal.roles


@pytest.mark.law(7)
@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "crm", "roles": ["system", "lead"]},
        {"sub": "crm", "azp": "crm", "roles": ["manager"]},
        {"sub": "crm", "client_id": "crm", "roles": ["director"]},
    ],
)
def test_no_token_makes_a_service_a_person(claims):
    """Catches a service account that is given the role of a lead, and approves."""
    with pytest.raises(NotAuthenticated, match="a service has none of the roles"):
        Claims().principal(claims)


@pytest.mark.parametrize("subject", [None, "", 7, "a b", "a\nb", "ä", "x" * 256, ["ada"]])
def test_a_subject_must_be_an_id(subject):
    """Catches an id that breaks a line of the journal, or is none."""
    with pytest.raises(NotAuthenticated, match="`sub`"):
        Claims().principal({"sub": subject, "roles": ["agent"]})


def test_the_team_is_the_one_of_the_claim():
    """Catches a team that pays for what another gives away."""
    teams = [Claims().principal({"sub": "ada", **said}).team for said in ({}, {"team": "berlin"})]

    assert ["", "berlin"] == teams


@pytest.mark.parametrize("team", ["", "a b", "x" * 65, 7, ["berlin"], "a\nb"])
def test_a_team_must_be_a_word(team):
    """Catches a team that would break the key of its budget."""
    with pytest.raises(NotAuthenticated, match="`team`"):
        Claims().principal({"sub": "ada", "team": team})
