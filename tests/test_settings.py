"""Settings that only make sense together."""

import pytest
from keepsake.app import identity_of
from keepsake.settings import Settings
from pydantic import ValidationError

TLS = {"tls_certificate": "c.pem", "tls_key": "c.key", "tls_client_ca": "ca.pem"}
KEYS = {"identity_keys": "keys.json", "identity_issuer": "https://issuer.example"}
SERVICES = {"identity_services": ("crm.example=system",)}


def settings(**chosen):
    """Return settings without what the environment of a test run says."""
    return Settings(_env_file=None, **chosen)


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({}, True),
        (KEYS, False),
        (TLS | SERVICES, False),
        (KEYS | {"identity": "required"}, False),
        (KEYS | {"identity": "development"}, True),
    ],
)
def test_development_ends_where_somebody_can_prove_who_they_are(chosen, expected):
    """Catches a service whose operator named the keys, and which believes everybody."""
    assert expected == identity_of(settings(**chosen)).is_development


@pytest.mark.parametrize(
    ("chosen", "told"),
    [
        ({"identity": "required"}, "needs identity_keys, identity_services, or both"),
        ({"identity": "none"}, "should match pattern"),
        ({"identity_keys": "keys.json"}, "needs identity_issuer"),
        (KEYS | {"identity_audience": ""}, "needs identity_issuer and identity_audience"),
        (SERVICES, "needs tls_client_ca"),
        (TLS | {"identity_services": ("crm.example=lead",)}, "no service has the role"),
        (KEYS | {"identity_roles": ("leads",)}, "is not name=role"),
    ],
)
def test_half_an_identity_is_refused(chosen, told):
    """Catches a setting that locks everybody out, or lets everybody in."""
    with pytest.raises(ValidationError, match=told):
        settings(**chosen)


def test_what_is_granted_reaches_the_edge():
    """Catches a setting that is read and heeded by nobody."""
    chosen = KEYS | TLS | SERVICES | {"identity_roles": ("Leads=lead,team_lead",)}

    identity = identity_of(settings(**chosen))

    assert {"Leads": {"lead", "team_lead"}} == identity.named_roles
    assert {"system"} == identity.services["crm.example"].roles
    assert ("keys.json", "https://issuer.example", "keepsake") == (
        identity.keys,
        identity.issuer,
        identity.audience,
    )


@pytest.mark.parametrize(
    ("chosen", "told"),
    [
        ({"feasibility_url": "http://planning.example:80"}, "feasibility_url"),
        ({"feasibility_url": "grpc://planning.example:50052"}, "write grpcs:// for TLS"),
        ({"feasibility_key": "key.pem"}, "go together"),
        ({"feasibility_url": "grpc://localhost:50052", "feasibility_ca": "ca.pem"}, "of grpcs://"),
    ],
)
def test_half_a_way_to_operations_is_refused(chosen, told):
    """Catches facts of orders that leave the machine in the open."""
    with pytest.raises(ValidationError, match=told):
        settings(**chosen)


def test_operations_on_this_machine_or_behind_tls_are_asked():
    """Catches a setting that refuses what is right."""
    near, far = "grpc://127.0.0.1:50052", "grpcs://planning.example:443"

    found = [settings(feasibility_url=url).feasibility_url for url in (near, far)]

    assert [near, far] == found
