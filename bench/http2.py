"""A caller of unary gRPC methods that costs next to nothing: HTTP/2 frames over a plain socket.

A client library would cost more than an empty server does, and `h2load` repeats one body, which
Keepsake answers from its store. So frames are written here as RFC 9113 has them: the headers are
the same bytes for every call, and of an answer only its end and its status are looked at.
"""

from __future__ import annotations

import socket
import struct
from collections import deque

_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_DATA, _HEADERS, _RST_STREAM, _SETTINGS, _PING, _GOAWAY, _WINDOW_UPDATE = 0, 1, 3, 4, 6, 7, 8
_END_STREAM, _END_HEADERS, _ACK = 1, 4, 1
_HEAD = struct.Struct(">HBBBL")  # length (16 and 8 bits), type, flags, stream
_HEAD_BYTES = 9
_LARGEST_WINDOW = 2**31 - 1
_FIRST_WINDOW = 65_535
_LARGEST_FRAME = 16_384
_AGAIN_BELOW = 2**30
_OK = b"grpc-status\x010"


class Broken(Exception):
    """The server ended the connection, or does not speak as gRPC does."""


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    size = len(payload)
    return _HEAD.pack(size >> 8, size & 0xFF, kind, flags, stream) + payload


def _headers(path: str) -> bytes:
    """Return the headers of a call, as literals: no table has to be kept."""
    return b"".join(
        (
            b"\x83\x86",  # :method POST, :scheme http
            b"\x04" + bytes([len(path)]) + path.encode(),
            b"\x01\x09localhost",  # :authority
            b"\x00\x02te\x08trailers",
            b"\x0f\x10\x10application/grpc",  # content-type
            b"\x00\x0cgrpc-timeout\x0310S",
        )
    )


class Line:
    """One connection to a server, with any number of calls of one method under way."""

    def __init__(self, port: int, path: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.failed: list[bytes] = []
        self.replies: dict[int, bytearray] = {}
        self._headers = _headers(path)
        self._stream = 1
        self._window = _FIRST_WINDOW
        self._held: deque[tuple[bytes, int]] = deque()
        self._read = bytearray()
        self._unconfirmed = 0
        no_table_wide_window = struct.pack(">HLHLHL", 1, 0, 2, 0, 4, _LARGEST_WINDOW)
        self._send = [_PREFACE + _frame(_SETTINGS, 0, 0, no_table_wide_window)]
        self._widen(_LARGEST_WINDOW - _FIRST_WINDOW)

    def call(self, body: bytes, *, keep: bool = False) -> int:
        """Put a call among what is sent next; return its number. A kept one's reply is kept."""
        stream, size = self._stream, len(body) + 5
        if size > _LARGEST_FRAME:
            raise ValueError(f"a body of {len(body)} bytes needs more than one frame")
        self._stream += 2
        if keep:
            self.replies[stream] = bytearray()
        frames = _frame(_HEADERS, _END_HEADERS, stream, self._headers) + _frame(
            _DATA, _END_STREAM, stream, b"\0" + struct.pack(">L", size - 5) + body
        )
        if self._held or size > self._window:
            self._held.append((frames, size))
        else:
            self._window -= size
            self._send.append(frames)
        return stream

    def flush(self) -> None:
        """Send what waits to be sent."""
        if self._send:
            self.socket.sendall(b"".join(self._send))
            self._send.clear()

    def ended(self) -> list[int]:
        """Read what has come, and return the numbers of the calls that ended."""
        received = self.socket.recv(262_144)
        if not received:
            raise Broken("the server closed the connection")
        self._read += received
        read, place, ended = self._read, 0, list[int]()
        while len(read) - place >= _HEAD_BYTES:
            high, low, kind, flags, stream = _HEAD.unpack_from(read, place)
            end = place + _HEAD_BYTES + (high << 8) + low
            if len(read) < end:
                break
            if self._took(kind, flags, stream, payload=read[place + _HEAD_BYTES : end]):
                ended.append(stream)
            place = end
        del read[:place]
        return ended

    def close(self) -> None:
        """Close the connection."""
        self.socket.close()

    def _took(self, kind: int, flags: int, stream: int, *, payload: bytearray) -> bool:
        """Take one frame in; tell whether it ends a call."""
        if kind == _DATA:
            self._confirm(len(payload))
            if stream in self.replies:
                self.replies[stream] += payload
        elif kind == _HEADERS:
            if flags & _END_STREAM and _OK not in payload:
                self.failed.append(bytes(payload))
            return bool(flags & _END_STREAM)
        elif kind == _RST_STREAM and any(payload):  # without an error it follows an ended call
            self.failed.append(b"reset")
            return True
        elif kind == _GOAWAY:
            raise Broken(f"the server says good-bye: {bytes(payload)!r}")
        else:
            self._took_of_connection(kind, flags, stream, payload)
        return False

    def _took_of_connection(self, kind: int, flags: int, stream: int, payload: bytearray) -> None:
        if kind == _WINDOW_UPDATE and stream == 0:
            self._window += int.from_bytes(payload, "big")
            while self._held and self._held[0][1] <= self._window:
                frames, size = self._held.popleft()
                self._window -= size
                self._send.append(frames)
        elif kind in (_SETTINGS, _PING) and not flags & _ACK:
            self._send.append(_frame(kind, _ACK, 0, bytes(payload) if kind == _PING else b""))

    def _confirm(self, size: int) -> None:
        """Widen the window of the connection again, now and then."""
        self._unconfirmed += size
        if self._unconfirmed > _AGAIN_BELOW:
            self._widen(self._unconfirmed)
            self._unconfirmed = 0

    def _widen(self, size: int) -> None:
        self._send.append(_frame(_WINDOW_UPDATE, 0, 0, struct.pack(">L", size)))
