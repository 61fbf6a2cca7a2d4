"""What an operator may set of the edge, with the defaults that suit one worker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

from prometheus_client import REGISTRY, CollectorRegistry

from keepsake.core.principal import Principal


@dataclass(frozen=True, slots=True)
class Tls:
    """The files of a server's identity; each new connection uses what they hold then.

    With `client_ca` only callers with a certificate of that authority are let in.
    """

    certificate: Path
    key: Path
    client_ca: Path | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that the server takes at once, and the longest it works on a call."""

    concurrent_calls: int = 200
    concurrent_scans: int = 8  # that score at this moment
    open_scans: int = 64  # streams
    open_watches: int = 512  # streams of health and reflection
    call_bytes: int = 512 * 1024
    scan_bytes: int = 4 * 1024 * 1024
    probe_bytes: int = 1024
    call_seconds: float = 2.0
    scan_seconds: float = 60.0
    idle_seconds: float = 30.0  # of a scan that sends nothing


@dataclass(frozen=True, slots=True)
class Identity:
    """How callers prove who they are.

    `keys` is a PEM or JWK file, or the URL of a set of keys; without it no token is taken.
    `services` are those known by a name in their certificate. `named_roles` are the roles that the
    issuer's names stand for. In development who shows nothing is believed.
    """

    is_development: bool = True
    keys: str = ""
    issuer: str = ""
    audience: str = ""
    leeway_seconds: float = 30.0
    roles_claim: str = "roles"
    packs_claim: str = "packs"
    team_claim: str = "team"
    named_roles: Mapping[str, frozenset[str]] = field(default_factory=dict)
    services: Mapping[str, Principal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """Where and how to serve.

    Port 0 takes a free one, None listens on no port. `reuse_port` lets several workers share one;
    without it a second server on a port fails loudly. Plaintext leaves this machine only with
    `allow_plaintext`.
    """

    host: str = "127.0.0.1"
    port: int | None = 50051
    unix_socket: Path | None = None
    reuse_port: bool = False
    tls: Tls | None = None
    identity: Identity = field(default_factory=Identity)
    allow_plaintext: bool = False
    reflection: bool = True
    limits: Limits = field(default_factory=Limits)
    notice_seconds: float = (
        5.0  # from NOT_SERVING to the end of listening; longer than a probe's period
    )
    grace_seconds: float = 30.0  # for calls in flight, after that
    registry: CollectorRegistry = REGISTRY


def is_loopback(host: str) -> bool:
    """Tell whether `host` is reachable from this machine only; a name is, if it is localhost."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
