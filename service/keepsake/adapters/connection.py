"""The way to Redis or Valkey: one server, Sentinel, or a Cluster, by URL."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any
from urllib.parse import parse_qs, urlsplit

from hiredis import pack_command
from redis import RedisError, ResponseError
from redis.asyncio import Redis, RedisCluster
from redis.asyncio.connection import DefaultParser
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoScriptError, ReadOnlyError
from redis.exceptions import TimeoutError as RedisTimeoutError

from keepsake.adapters.batcher import Command
from keepsake.core.errors import StoreUnavailable

_SOURCES: dict[str, str] = {}
"""The scripts that were loaded, by their SHA-1, for servers that do not know them."""
_SILENT = "the store does not answer in time"
_REST_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Script:
    """A Lua script that stands beside this file, known to the server by its SHA-1."""

    sha: str

    @staticmethod
    def load(name: str) -> Script:
        """Read the script of this name."""
        folder = resources.files("keepsake.adapters") / "scripts"
        source = (folder / f"{name}.lua").read_text(encoding="utf-8")
        sha = hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest()
        _SOURCES[sha] = source
        return Script(sha)

    def on(self, keys: Sequence[str], *args: str | bytes | int) -> Command:
        """Return the command that runs this script."""
        return ("EVALSHA", self.sha, len(keys), *keys, *args)


class Connection:
    """Sends pipelines of commands to the store behind a URL.

    `redis://`, `rediss://` and `unix://` lead to one server, `redis+sentinel://host,host/name` to
    the primary that the Sentinels name, `redis-cluster://` and `rediss-cluster://` to a Cluster.
    Nothing is sent before the first command. Connecting may take `timeout_seconds`, and so may a
    pipeline. One whose connection breaks is sent once more, so commands must bear repeating. After
    a time-out the store is left alone for a moment, so that not every call waits in vain.
    """

    def __init__(self, url: str, *, timeout_seconds: float) -> None:
        self._client, *self._sentinels = _clients(url, timeout_seconds)
        self._timeout_seconds = timeout_seconds
        self._rests_until = 0.0
        self._at_hand: list[Any] = []
        is_cluster = isinstance(self._client, RedisCluster)
        self._execute = self._by_slot if is_cluster else self._in_one_pipeline

    async def send(self, commands: Sequence[Command]) -> list[Any]:
        """Send commands in one pipeline; a command that failed has its error for a reply."""
        now = asyncio.get_running_loop().time()
        if now < self._rests_until:
            raise StoreUnavailable(_SILENT, retry_seconds=self._rests_until - now)
        try:
            replies = await self._execute(commands)
            unknown = [at for at, reply in enumerate(replies) if isinstance(reply, NoScriptError)]
            if unknown:  # the server was started anew since
                again = await self._execute([self._in_full(commands[at]) for at in unknown])
                for at, reply in zip(unknown, again, strict=True):
                    replies[at] = reply
        except (TimeoutError, RedisTimeoutError) as error:
            self._rests_until = asyncio.get_running_loop().time() + _REST_SECONDS
            raise StoreUnavailable(_SILENT, retry_seconds=_REST_SECONDS) from error
        except (RedisError, OSError) as error:
            raise StoreUnavailable from error
        return [_told(reply) if isinstance(reply, RedisError) else reply for reply in replies]

    async def settings(self, *names: str) -> dict[str, str]:
        """Return what the server is set to, as far as it tells; some providers do not."""
        try:
            return dict(await self._client.config_get(*names))
        except (RedisError, OSError):
            return {}

    async def ask_all(self, *command: str) -> list[Any]:
        """Send a command to every server behind the URL; raise PermissionError if one refuses."""
        every = {"target_nodes": RedisCluster.ALL_NODES}
        try:
            if not isinstance(self._client, RedisCluster):
                return [await self._client.execute_command(*command)]
            return [*(await self._client.execute_command(*command, **every)).values()]
        except ResponseError as error:
            raise PermissionError(str(error)) from error
        except (RedisError, OSError) as error:
            raise StoreUnavailable from error

    async def close(self) -> None:
        """Close every connection."""
        for client in (self._client, *self._sentinels):
            await client.aclose()

    @staticmethod
    def _in_full(command: Command) -> Command:
        return ("EVAL", _SOURCES[str(command[1])], *command[2:])

    async def _by_slot(self, commands: Sequence[Command]) -> list[Any]:
        async with self._client.pipeline() as pipeline:
            for command in commands:
                pipeline.execute_command(*command)
            replies: list[Any] = await pipeline.execute(raise_on_error=False)
            return replies

    async def _in_one_pipeline(self, commands: Sequence[Command]) -> list[Any]:
        """Do what the client's own pipeline does at a third of the cost.

        A line that has just answered is kept at hand: asking the pool for it costs as much again.
        """
        packed = b"".join([pack_command(command) for command in commands])  # type: ignore[arg-type]  # typed too narrowly
        pool = self._client.connection_pool
        line = self._at_hand.pop() if self._at_hand else await pool.get_connection()
        line.socket_timeout = None  # that is for connecting; here one time limit counts for all
        try:
            return await line.retry.call_with_retry(  # type: ignore[no-any-return]  # untyped
                lambda: self._exchange(line, packed, len(commands)),
                lambda _: line.disconnect(),
            )
        except BaseException:
            await line.disconnect()  # replies to come must not answer the next commands
            raise
        finally:
            line.socket_timeout = self._timeout_seconds
            if line.is_connected:
                self._at_hand.append(line)
            else:
                await pool.release(line)

    async def _exchange(self, line: Any, packed: bytes, count: int) -> list[Any]:
        async with asyncio.timeout(self._timeout_seconds):
            await line.send_packed_command(packed)
            read: Callable[[], Awaitable[Any]] = line.shown_parser.read_response
            try:
                replies = [await read() for _ in range(count)]
            except OSError as error:
                raise RedisConnectionError("the connection broke") from error
        if any(isinstance(reply, ReadOnlyError) for reply in replies):
            await line.disconnect()  # it is no longer the primary: ask anew who is
        return replies


class _ShownParser(DefaultParser):  # type: ignore[misc, valid-type]  # untyped
    """The client's own parser, shown to us by its connection.

    Each reply read through the connection costs as much as all else that is done for a command.
    Read here, a reply that is an error is a reply; the connection would raise it.
    """

    def on_connect(self, connection: Any) -> None:
        """Begin with a new connection."""
        super().on_connect(connection)
        connection.shown_parser = self


def _told(error: RedisError) -> StoreUnavailable:
    """Tell a refusal for the server's state (OOM, READONLY, LOADING) from one that is final.

    The first has a code of its own; the driver takes the code of a common error (ERR) away.
    """
    code = str(error).partition(" ")[0]
    is_final = type(error) is ResponseError and (code == "WRONGTYPE" or not code.isupper())
    told = StoreUnavailable(f"the store refused: {type(error).__name__}", is_final=is_final)
    told.__cause__ = error
    return told


def _clients(url: str, timeout_seconds: float) -> tuple[Any, ...]:
    """Return the client to use, and those it needs to find its server."""
    backoff = ExponentialWithJitterBackoff(base=0.005, cap=0.05)
    options: dict[str, Any] = {
        "protocol": 2,  # what proxies and old servers speak too; nothing here needs more
        "socket_timeout": timeout_seconds,
        "socket_connect_timeout": timeout_seconds,
        "retry": Retry(backoff, retries=1, supported_errors=(RedisConnectionError,)),
    }
    scheme, rest = url.split("://", 1)
    if scheme == "redis+sentinel":
        return _behind_sentinels(url, options)
    if scheme in ("redis-cluster", "rediss-cluster"):
        return (_cluster(f"{scheme.removesuffix('-cluster')}://{rest}", options),)
    return (Redis.from_url(url, parser_class=_ShownParser, **options),)


def _behind_sentinels(url: str, options: dict[str, Any]) -> tuple[Any, ...]:
    """Read `redis+sentinel://[user:password@]host[:port],host[:port]/name[?db=0]`."""
    parts = urlsplit(url)
    hosts = [address.partition(":") for address in parts.netloc.rpartition("@")[2].split(",")]
    addresses = [(host, int(port or 26379)) for host, _, port in hosts]
    database = int(parse_qs(parts.query).get("db", ["0"])[0])
    sentinel: Any = Sentinel(addresses, sentinel_kwargs=dict(options))  # type: ignore[no-untyped-call]  # untyped
    options |= {"db": database, "username": parts.username, "password": parts.password}
    options["parser_class"] = _ShownParser
    return (sentinel.master_for(parts.path.strip("/"), **options), *sentinel.sentinels)


def _cluster(url: str, options: dict[str, Any]) -> Any:
    client: Any = RedisCluster.from_url(url, **options)
    client.set_response_callback("XRANGE", lambda reply, **_: reply)  # as one server has it
    return client
