"""The settings of one process: from the environment (`KEEPSAKE_*`), `.env`, or the caller."""

from __future__ import annotations

import secrets
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What an operator may set; every default works on a laptop."""

    model_config = SettingsConfigDict(env_prefix="KEEPSAKE_", env_file=".env", extra="ignore")

    rules_dir: Path = Field(Path("rules"), description="the folder of the pack folders")
    models_dir: Path = Field(Path("models"), description="the folder of the model bundles")
    data_dir: Path = Field(
        Path(".keepsake"), description="embedded store, spool, kept versions, secret"
    )
    packs: tuple[str, ...] = Field(("jeweller", "travel"), description="the packs to serve")
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

    def secret_bytes(self) -> bytes:
        """Return the secret; the first call of an unset one makes it and keeps it, mode 600."""
        if self.secret.get_secret_value():
            return self.secret.get_secret_value().encode()
        path = self.data_dir / "secret"
        if not path.exists():
            self.data_dir.mkdir(parents=True, exist_ok=True)
            _create_once(path, secrets.token_hex(32))
        return path.read_bytes()


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
