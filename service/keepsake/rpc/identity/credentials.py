"""Takes the credentials out of a call: a certificate, a token, both, or none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from keepsake.core.errors import NotAuthenticated
from keepsake.core.principal import Principal
from keepsake.rpc.identity.certificates import Certificates
from keepsake.rpc.interceptors.wrapping import Context

if TYPE_CHECKING:  # it imports PyJWT, which only who takes tokens needs
    from keepsake.rpc.identity.tokens import Tokens

_BEARER = "bearer "


@dataclass(frozen=True, slots=True)
class Credentials:
    """Finds out who calls. Without `otherwise`, who shows nothing is refused."""

    tokens: Tokens | None = None
    certificates: Certificates | None = None
    otherwise: Principal | None = None

    def principal(self, context: Context) -> Principal:
        """Return who calls; raise NotAuthenticated.

        With a certificate and a token the service asks and the person decides: roles are the
        person's alone, and packs those that both may see.
        """
        service = None
        if self.certificates is not None:
            service = self.certificates.principal(context.auth_context())
        token = _bearer(context.invocation_metadata() or ())
        if token is not None:
            return self._person(token, service)
        found = service or self.otherwise
        if found is None:
            told = "no token: send `authorization: Bearer <token>` with each call"
            raise NotAuthenticated("CREDENTIALS_MISSING", told)
        return found

    def _person(self, token: str, service: Principal | None) -> Principal:
        if self.tokens is None:
            raise NotAuthenticated("TOKEN_REFUSED", "no tokens are taken here, only certificates")
        person = self.tokens.principal(token)
        if service is None or service.packs is None:
            return person
        packs = service.packs if person.packs is None else service.packs & person.packs
        return replace(person, packs=packs)


def _bearer(metadata: Iterable[tuple[str, str | bytes]]) -> str | None:
    """Return the token; refuse what another reader of the same call could read otherwise."""
    found = [value for key, value in metadata if key == "authorization"]
    if not found:
        return None
    value = found[0]
    if len(found) > 1 or not isinstance(value, str) or not value.isascii():
        raise NotAuthenticated("TOKEN_REFUSED", "there must be one `authorization`, of plain text")
    if value[: len(_BEARER)].lower() != _BEARER:
        raise NotAuthenticated("TOKEN_REFUSED", "`authorization` must be `Bearer <token>`")
    return value[len(_BEARER) :].strip()
