"""The way to Redis or Valkey: one server, Sentinel, or a Cluster, by URL."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any
from urllib.parse import parse_qs, urlsplit

from redis import RedisError
from redis.asyncio import Redis, RedisCluster
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import NoScriptError

from keepsake.adapters.batcher import Command
from keepsake.core.errors import StoreUnavailable


@dataclass(frozen=True, slots=True)
class Script:
    """A Lua script that stands beside this file, known to the server by its SHA-1."""

    source: str
    sha: str

    @staticmethod
    def load(name: str) -> Script:
        """Read the script of this name."""
        folder = resources.files("keepsake.adapters") / "scripts"
        source = (folder / f"{name}.lua").read_text(encoding="utf-8")
        digest = hashlib.sha1(source.encode(), usedforsecurity=False)
        return Script(source, digest.hexdigest())

    def on(self, keys: Sequence[str], *args: str | bytes | int) -> Command:
        """Return the command that runs this script."""
        return ("EVALSHA", self.sha, len(keys), *keys, *args)


class Connection:
    """Sends pipelines of commands to the store behind a URL.

    `redis://`, `rediss://` and `unix://` lead to one server, `redis+sentinel://host,host/name` to
    the primary that the Sentinels name, `redis-cluster://` and `rediss-cluster://` to a Cluster.
    Nothing is sent before the first command. Every step has `timeout_seconds`; a pipeline that
    fails is sent once more, so commands must bear being repeated.
    """

    def __init__(self, url: str, scripts: Sequence[Script], *, timeout_seconds: float) -> None:
        self._client = _client(url, timeout_seconds)
        self._sources = {script.sha: script.source for script in scripts}

    async def send(self, commands: Sequence[Command]) -> list[Any]:
        """Send commands in one pipeline; a command that failed has its error for a reply."""
        try:
            replies = await self._execute(commands)
            unknown = [at for at, reply in enumerate(replies) if isinstance(reply, NoScriptError)]
            if unknown:  # the server was started anew since
                again = await self._execute([self._in_full(commands[at]) for at in unknown])
                for at, reply in zip(unknown, again, strict=True):
                    replies[at] = reply
        except (RedisError, OSError) as error:
            raise StoreUnavailable from error
        return [_told(reply) if isinstance(reply, RedisError) else reply for reply in replies]

    async def close(self) -> None:
        """Close every connection."""
        await self._client.aclose()

    async def _execute(self, commands: Sequence[Command]) -> list[Any]:
        async with self._client.pipeline(transaction=False) as pipeline:
            for command in commands:
                pipeline.execute_command(*command)
            replies: list[Any] = await pipeline.execute(raise_on_error=False)
            return replies

    def _in_full(self, command: Command) -> Command:
        return ("EVAL", self._sources[str(command[1])], *command[2:])


def _told(error: RedisError) -> StoreUnavailable:
    told = StoreUnavailable(f"the store refused: {type(error).__name__}")
    told.__cause__ = error
    return told


def _client(url: str, timeout_seconds: float) -> Any:
    options: dict[str, Any] = {
        "protocol": 2,  # what proxies and old servers speak too; nothing here needs more
        "socket_timeout": timeout_seconds,
        "socket_connect_timeout": timeout_seconds,
        "retry": Retry(ExponentialWithJitterBackoff(base=0.005, cap=0.05), retries=1),
    }
    scheme, rest = url.split("://", 1)
    if scheme == "redis+sentinel":
        return _behind_sentinels(url, options)
    if scheme in ("redis-cluster", "rediss-cluster"):
        return RedisCluster.from_url(f"{scheme.removesuffix('-cluster')}://{rest}", **options)
    return Redis.from_url(url, **options)


def _behind_sentinels(url: str, options: dict[str, Any]) -> Any:
    """Read `redis+sentinel://[user:password@]host[:port],…/name[?db=0]`."""
    parts = urlsplit(url)
    hosts = parts.netloc.rpartition("@")[2]
    addresses = [(host, int(port or 26379)) for host, _, port in map(_split, hosts.split(","))]
    database = int(parse_qs(parts.query).get("db", ["0"])[0])
    options |= {"db": database, "username": parts.username, "password": parts.password}
    sentinel: Any = Sentinel(addresses, sentinel_kwargs=options)  # type: ignore[no-untyped-call]
    return sentinel.master_for(parts.path.strip("/"), **options)


def _split(address: str) -> tuple[str, str, str]:
    return address.partition(":")
