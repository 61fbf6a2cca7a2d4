"""The settings of one process: from the environment (`KEEPSAKE_*`), `.env`, or the caller."""

from __future__ import annotations

import re
import secrets
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from keepsake.core.catalogue import read_place
from keepsake.core.grants import read_roles, read_service
from keepsake.rpc.options import is_loopback

__all__ = ["Settings", "SettingsError", "WrongSetting"]

_ADDRESS = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[^\s:\[\]/]+):([0-9]{1,5})")
_MOST_PORTS = 65_535
_SECRET_BYTES = 32


class WrongSetting(ValueError):
    """What an operator has to mend before Keepsake can start."""


class Settings(BaseSettings):
    """What an operator may set; every default works on a laptop."""

    model_config = SettingsConfigDict(env_prefix="KEEPSAKE_", env_file=".env", extra="ignore")

    rules_dir: Path = Field(Path("rules"), description="the folder of the pack folders")
    models_dir: Path = Field(Path("models"), description="the folder of the model bundles")
    data_dir: Path = Field(
        Path(".keepsake"), description="embedded store, spool, kept versions, secret"
    )
    packs: tuple[str, ...] = Field(("jeweller", "travel"), description="the packs to serve")
    catalogues: tuple[str, ...] = Field(
        (),
        description="files for the catalogues of packs: `jeweller/stones=stock.csv`, "
        "`travel/rooms=rooms.parquet:mapping`; else the packs' own",
    )
    address: str = Field("127.0.0.1:50051", description="where to listen; port 0 takes a free one")
    workers: int = Field(
        1, gt=0, description="processes on the one port; above 1 a supervisor keeps them"
    )
    store_url: str = Field("", description="redis://, rediss://, unix://; empty = embedded Valkey")
    store_timeout_seconds: float = Field(0.2, gt=0, description="how long a request waits for it")
    secret: SecretStr = Field(
        SecretStr(""),
        description="at least 32 characters, the same for all workers of one store; "
        "empty = kept in data_dir/secret",
    )
    engine: str = Field(
        "durable", pattern="^(durable|reference)$", description="the rule engine that answers"
    )
    cross_check_share: float = Field(
        0.01, ge=0, le=1, description="share of decisions evaluated by both engines"
    )
    watch_seconds: float = Field(1.0, gt=0, description="how often edits of packs are looked for")
    max_seconds: float = Field(2.0, gt=0, description="deadline where the caller gives none")
    max_concurrent: int = Field(256, gt=0, description="calls at once, else RESOURCE_EXHAUSTED")
    concurrent_scans: int = Field(
        8, gt=0, description="scans that score at once; more batches are refused, streams wait"
    )
    reflection: bool = Field(default=True, description="whether clients may ask for the API")
    drain_seconds: float = Field(5.0, ge=0, description="how long a stop waits for calls under way")
    metrics_port: int = Field(0, ge=0, le=65535, description="Prometheus port; 0 = none")
    tls_certificate: Path | None = Field(None, description="PEM chain; with tls_key turns TLS on")
    tls_key: Path | None = Field(None, description="PEM key")
    tls_client_ca: Path | None = Field(None, description="PEM; clients must show a certificate")
    allow_plaintext: bool = Field(
        default=False, description="whether plaintext may leave the loopback interface"
    )
    identity: str = Field(
        "",
        pattern="^(|required|development)$",
        description="`required`, or `development`: who shows nothing is believed, on loopback "
        "only; empty = required where keys or services are named, else development",
    )
    identity_keys: str = Field(
        "", description="public keys of who signs the tokens: a PEM or JWK file, or an https URL"
    )
    identity_issuer: str = Field("", description="the `iss` that tokens must have")
    identity_audience: str = Field("keepsake", description="the `aud` that tokens must have")
    identity_leeway_seconds: float = Field(
        30.0, ge=0, le=300, description="how far the clocks of issuer and server may be apart"
    )
    identity_roles_claim: str = Field(
        "roles", description="the claim with the roles; `a.b` is `b` within `a`"
    )
    identity_packs_claim: str = Field(
        "packs", description="the claim with the packs that may be seen; without it all"
    )
    identity_team_claim: str = Field(
        "team", description="the claim with a person's team, whose budget pays"
    )
    identity_roles: tuple[str, ...] = Field(
        (), description="what the issuer's names stand for: `Retention Leads=lead,team_lead`"
    )
    identity_services: tuple[str, ...] = Field(
        (), description="services by a name in their certificate: `crm.example=system@jeweller`"
    )

    feasibility_url: str = Field(
        "",
        pattern=r"^(|grpcs?://[^/@\s]+:[0-9]{1,5})$",
        description="the service of operations, grpc:// or (with TLS) grpcs://host:port; "
        "empty = the calendar of the pack answers",
    )
    feasibility_share: float = Field(
        0.4, gt=0, le=0.9, description="share of the time left that operations may take"
    )
    feasibility_ca: Path | None = Field(
        None, description="PEM; who vouches for operations, empty = whom this machine trusts"
    )
    feasibility_certificate: Path | None = Field(
        None, description="PEM chain; shown to operations, with feasibility_key"
    )
    feasibility_key: Path | None = Field(None, description="PEM key")

    @field_validator("address")
    @classmethod
    def _is_host_and_port(cls, address: str) -> str:
        found = _ADDRESS.fullmatch(address)
        if not found or int(found[1]) > _MOST_PORTS:
            raise ValueError(f"{address!r} is not host:port, like 127.0.0.1:50051 or [::1]:50051")
        return address

    @field_validator("secret")
    @classmethod
    def _is_long_enough(cls, secret: SecretStr) -> SecretStr:
        if 0 < len(secret.get_secret_value().encode()) < _SECRET_BYTES:
            raise ValueError(f"is shorter than {_SECRET_BYTES} characters")
        return secret

    @model_validator(mode="after")
    def _is_tls_whole(self) -> Self:
        """Refuse half a setting of TLS: it would serve plaintext, and nobody would notice."""
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("tls_certificate and tls_key turn TLS on together; one is missing")
        if self.tls_client_ca and not self.tls_key:
            raise ValueError("tls_client_ca needs tls_certificate and tls_key")
        return self

    @field_validator("catalogues")
    @classmethod
    def _are_places(cls, places: tuple[str, ...]) -> tuple[str, ...]:
        for place in places:
            read_place(place)
        return places

    @model_validator(mode="after")
    def _is_feasibility_whole(self) -> Self:
        """Refuse half a setting of operations: facts of orders would travel in the open."""
        if (self.feasibility_certificate is None) != (self.feasibility_key is None):
            raise ValueError("feasibility_certificate and feasibility_key go together")
        url = urlsplit(self.feasibility_url)
        if url.scheme == "grpc" and not (self.allow_plaintext or is_loopback(url.hostname or "")):
            raise ValueError("feasibility_url leaves this machine; write grpcs:// for TLS")
        if url.scheme != "grpcs" and (self.feasibility_ca or self.feasibility_key):
            raise ValueError(
                "feasibility_ca and feasibility_key need a feasibility_url of grpcs://"
            )
        return self

    @field_validator("identity_roles", "identity_services")
    @classmethod
    def _are_grants(cls, grants: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        read = read_roles if info.field_name == "identity_roles" else read_service
        for grant in grants:
            read(grant)
        return grants

    @model_validator(mode="after")
    def _is_identity_whole(self) -> Self:
        """Refuse half a setting of identity: it would lock everybody out, or let everybody in."""
        if self.identity == "required" and not (self.identity_keys or self.identity_services):
            raise ValueError("identity required needs identity_keys, identity_services, or both")
        if self.identity_keys and not (self.identity_issuer and self.identity_audience):
            raise ValueError("identity_keys needs identity_issuer and identity_audience")
        if self.identity_services and not self.tls_client_ca:
            raise ValueError("identity_services needs tls_client_ca, which vouches for them")
        return self

    @property
    def is_development(self) -> bool:
        """Whether who shows nothing is believed."""
        named = self.identity_keys or self.identity_services
        return self.identity == "development" or not (self.identity or named)

    def secret_bytes(self) -> bytes:
        """Return the secret; the first call of an unset one makes it and keeps it, mode 600."""
        if self.secret.get_secret_value():
            return self.secret.get_secret_value().encode()
        path = self.data_dir / "secret"
        if not path.exists():
            self.data_dir.mkdir(parents=True, exist_ok=True)
            _create_once(path, secrets.token_hex(32))
        kept = path.read_bytes()
        if len(kept) < _SECRET_BYTES:
            raise WrongSetting(f"{path} holds less than {_SECRET_BYTES} bytes; restore the secret")
        return kept


def _create_once(path: Path, text: str) -> None:
    """Write a private file whole, unless another process was first."""
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    fresh.touch(mode=0o600)
    fresh.write_text(text)
    try:
        path.hardlink_to(fresh)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
