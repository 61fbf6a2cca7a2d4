"""Reads who is granted which roles, as an operator writes it: `crm.example=system@jeweller`."""

from __future__ import annotations

import re

from keepsake.core.facts import nearest
from keepsake.core.principal import PERSONAL, ROLES, Principal

_GRANT = re.compile(r"(?P<name>.+)=(?P<roles>[a-z0-9_,-]+)(?:@(?P<packs>[a-z0-9_,-]+))?")
_OF_SERVICES = ROLES - PERSONAL


def read_service(grant: str) -> tuple[str, Principal]:
    """Read a name in a certificate, the roles of the service it is of, and the packs it may see.

    Raise ValueError for a role that no service has.
    """
    found = _GRANT.fullmatch(grant)
    if not found:
        raise ValueError(f"{grant!r} is not name=role,role or name=role@pack,pack")
    roles = frozenset(found["roles"].split(","))
    for role in sorted(roles - _OF_SERVICES):
        near = nearest(role, tuple(sorted(_OF_SERVICES)))
        hint = f"; did you mean {near!r}?" if near else ""
        raise ValueError(f"{grant!r}: no service has the role {role!r}{hint}")
    packs = frozenset(found["packs"].split(",")) if found["packs"] else None
    return found["name"], Principal(found["name"], roles, packs, is_service=True)


def read_roles(grant: str) -> tuple[str, frozenset[str]]:
    """Read a name that an issuer uses, and the roles it stands for; raise ValueError."""
    found = _GRANT.fullmatch(grant)
    if not found or found["packs"]:
        raise ValueError(f"{grant!r} is not name=role,role")
    return found["name"], frozenset(found["roles"].split(","))
