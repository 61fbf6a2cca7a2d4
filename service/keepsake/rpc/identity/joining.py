"""Joins the parts of identity as the options say.

PyJWT and cryptography take their time to import; a server that takes no tokens does without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepsake.core.principal import DEVELOPMENT
from keepsake.rpc.identity.certificates import Certificates
from keepsake.rpc.identity.credentials import Credentials
from keepsake.rpc.listening import CannotListen
from keepsake.rpc.options import Identity, ServerOptions, is_loopback

if TYPE_CHECKING:
    from keepsake.rpc.identity.key_source import KeySource
    from keepsake.rpc.identity.tokens import Tokens


class DevelopmentRefused(CannotListen):
    """Other machines could call a server that believes everybody."""


def refuse_open_development(options: ServerOptions) -> None:
    """Raise DevelopmentRefused where others than this machine could call in development."""
    is_open = options.port is not None and not is_loopback(options.host)
    if options.identity.is_development and is_open:
        raise DevelopmentRefused(
            f"{options.host} is open to other machines, and in development everybody is believed;"
            " name who signs the tokens of callers (identity_keys, identity_issuer), or the"
            " services that show a certificate (identity_services)"
        )


def join(identity: Identity) -> tuple[Credentials | None, KeySource | None]:
    """Return what proves callers, and the keys to keep fresh.

    Only development does without proof; else nobody is let in before there is a way to prove.
    """
    keys = _keys(identity.keys) if identity.keys else None
    if identity.is_development and keys is None and not identity.services:
        return None, None
    credentials = Credentials(
        tokens=_tokens(identity, keys) if keys else None,
        certificates=Certificates(identity.services) if identity.services else None,
        otherwise=DEVELOPMENT if identity.is_development else None,
    )
    return credentials, keys


def _keys(place: str) -> KeySource:
    from keepsake.rpc.identity.key_source import KeySource  # noqa: PLC0415 - see above

    keys = KeySource(place)
    keys.load_first()
    return keys


def _tokens(identity: Identity, keys: KeySource) -> Tokens:
    from keepsake.rpc.identity.claims import Claims  # noqa: PLC0415 - see above
    from keepsake.rpc.identity.tokens import Expected, Tokens  # noqa: PLC0415 - see above

    expected = Expected(identity.issuer, identity.audience, identity.leeway_seconds)
    claims = Claims(
        roles=identity.roles_claim,
        packs=identity.packs_claim,
        team=identity.team_claim,
        named_roles=identity.named_roles,
    )
    return Tokens(keys, expected, claims)
