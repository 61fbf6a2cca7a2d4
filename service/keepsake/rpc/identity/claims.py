"""Reads the principal out of the claims of a token whose signature was good."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from keepsake.core.errors import NotAuthenticated
from keepsake.core.principal import PERSONAL, SYSTEM, Principal

_ID = re.compile(r"[\x21-\x7e]{1,255}")
_TEAM = re.compile(r"[\x21-\x7e]{1,64}")
_ROLE = re.compile(r"[a-z][a-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True)
class Claims:
    """Where a token says what, and which of our roles the issuer's names stand for.

    Without `named_roles` a name that is spelled as a role is that role, and others count for
    nothing. With them only the names that are listed count.
    """

    roles: str = "roles"
    packs: str = "packs"
    team: str = "team"
    named_roles: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def principal(self, claims: Mapping[str, Any]) -> Principal:
        """Return who the token speaks of; raise NotAuthenticated where that is not clear."""
        subject = claims.get("sub")
        if not isinstance(subject, str) or not _ID.fullmatch(subject):
            raise NotAuthenticated("TOKEN_UNCLEAR", "`sub` is no id of at most 255 letters")
        roles = self._roles(claims)
        is_service = SYSTEM in roles or subject in (claims.get("azp"), claims.get("client_id"))
        if is_service and not PERSONAL.isdisjoint(roles):
            told = "a service has none of the roles agent, lead, manager and director"
            raise NotAuthenticated("TOKEN_UNCLEAR", told)
        packs = _found(claims, self.packs)
        return Principal(
            id=subject,
            roles=roles,
            packs=None if packs is None else frozenset(_words(packs, self.packs)),
            is_service=is_service,
            team=_team(_found(claims, self.team), self.team),
        )

    def _roles(self, claims: Mapping[str, Any]) -> frozenset[str]:
        names = _words(_found(claims, self.roles) or [], self.roles)
        if self.named_roles:
            return frozenset().union(*(self.named_roles.get(name, ()) for name in names))
        return frozenset(name for name in names if _ROLE.fullmatch(name))


def _found(claims: Mapping[str, Any], name: str) -> object:
    """Return a claim by its name, or by its path where the name has points and no such claim is."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def _team(value: object, name: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or not _TEAM.fullmatch(value):
        raise NotAuthenticated("TOKEN_UNCLEAR", f"`{name}` is no word of at most 64 letters")
    return value


def _words(value: object, name: str) -> list[str]:
    """Return the words of a claim: a list of them, or a text with spaces between, as scopes are."""
    words = value.split() if isinstance(value, str) else value
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise NotAuthenticated("TOKEN_UNCLEAR", f"`{name}` is no list of words")
    return words
