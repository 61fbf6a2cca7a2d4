"""`keepsake token`: who one is, for development and tests."""

from __future__ import annotations

from typing import Annotated

import typer

from keepsake.cli.console import Refusal, say
from keepsake.cli.settings_options import settings_with
from keepsake.core.principal import ROLES

_MOST_MINUTES = 24 * 60


def token(
    principal: Annotated[str, typer.Argument(metavar="ID", help="Whom the token speaks of.")],
    role: Annotated[
        list[str], typer.Option(help="agent, lead, manager, ... or a role of the pack's authority.")
    ],
    pack: Annotated[list[str] | None, typer.Option(help="A pack to see; none names all.")] = None,
    *,
    minutes: Annotated[float, typer.Option(min=0.1, max=_MOST_MINUTES)] = 60.0,
) -> None:
    """Sign a token for development and tests. In production your identity provider does.

    The key pair is made at the first call, in the data folder.
    """
    from keepsake.rpc.identity.signing import (
        ISSUER,
        key_pair,
        sign,
    )

    if ROLES.isdisjoint(role):
        raise Refusal(f"none of these roles may call anything; one of {', '.join(sorted(ROLES))}")
    settings = settings_with({})
    private, public = key_pair(settings.data_dir / "identity")
    issuer = settings.identity_issuer or ISSUER
    claims = {"iss": issuer, "aud": settings.identity_audience, "sub": principal, "roles": role}
    typer.echo(sign(private, claims | ({"packs": pack} if pack else {}), minutes=minutes))
    say("For development. A service takes it that is started with")
    say(f"  --identity-keys {public} --identity-issuer {issuer}")
