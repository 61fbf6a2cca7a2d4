"""Keeps the keys as fresh as their issuer publishes them.

Judging a token never waits: it goes by the keys that are at hand. A token that names a key which is
not among them is refused, and has the keys looked at again soon, but not more often than
`_LEAST_SECONDS`, however many such tokens come.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, build_opener

import structlog

from keepsake.rpc.identity.keys import KeyRing, KeysRefused, parse_keys
from keepsake.rpc.options import is_loopback

_FILE_SECONDS = 5.0
_URL_SECONDS = 300.0
_LEAST_SECONDS = 5.0
_FETCH_SECONDS = 5.0
_KEPT_SECONDS = 24 * 3600.0  # without news; a key that was taken back must not count for ever
_MOST_BYTES = 256 * 1024
_LOG = structlog.get_logger("keepsake.rpc")


class KeySource:
    """The keys of a file, or of a URL that serves a set of them."""

    def __init__(self, place: str) -> None:
        self.ring = KeyRing()
        self._place = place
        self._is_url = "://" in place
        self._data = b""
        self._heard = time.monotonic()
        self._asked = asyncio.Event()
        if self._is_url:
            _refuse_open(place)

    def load(self) -> None:
        """Read the keys; raise KeysRefused or OSError, and keep those at hand, where that fails."""
        data = self._fetch() if self._is_url else Path(self._place).read_bytes()
        if len(data) > _MOST_BYTES:
            raise KeysRefused(f"{self._place} is larger than {_MOST_BYTES} bytes")
        if data != self._data:
            self.ring, self._data = parse_keys(data), data
        self._heard = time.monotonic()

    def load_first(self) -> None:
        """Read the keys at the start: a file must be there, while an issuer may be away."""
        try:
            self.load()
        except KeysRefused as error:
            raise KeysRefused(f"{self._place}: {error}") from error
        except OSError as error:
            if not self._is_url:
                raise KeysRefused(f"cannot read {self._place}: {error.strerror}") from error
            self.ask_again()
            _LOG.error("identity_keys_away", place=self._place, told="no token can be judged yet")

    def ask_again(self) -> None:
        """Have the keys looked at soon: a token named one that is not at hand."""
        self._asked.set()

    async def keep_fresh(self) -> None:
        """Look at the keys from time to time, and when asked to."""
        every = _URL_SECONDS if self._is_url else _FILE_SECONDS
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._asked.wait(), every)
            self._asked.clear()
            await asyncio.to_thread(self._refresh)
            await asyncio.sleep(_LEAST_SECONDS)

    def _refresh(self) -> None:
        try:
            self.load()
        except Exception as error:  # noqa: BLE001 - whatever it is, old keys must lapse in time
            _LOG.warning("identity_keys_stale", place=self._place, cause=type(error).__name__)
        if self.ring.keys and time.monotonic() - self._heard > _KEPT_SECONDS:
            self.ring, self._data = KeyRing(), b""
            _LOG.error("identity_keys_lapsed", place=self._place, told="no token is good any more")

    def _fetch(self) -> bytes:
        try:
            with build_opener(_Straight).open(self._place, timeout=_FETCH_SECONDS) as answer:
                data: bytes = answer.read(_MOST_BYTES + 1)
                return data
        except HTTPException as error:
            raise OSError(f"no whole answer: {type(error).__name__}") from error


class _Straight(HTTPRedirectHandler):
    """Follows no redirect: it could lead from https to where anybody may answer."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _refuse_open(url: str) -> None:
    parts = urlsplit(url)
    is_local = parts.scheme == "http" and is_loopback(parts.hostname or "")
    if parts.scheme != "https" and not is_local:
        raise KeysRefused(f"{url}: keys are fetched by https only, or from this machine")
