"""Where the server listens, and under which identity."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import grpc

from keepsake.rpc.options import ServerOptions, Tls, is_loopback


class CannotListen(Exception):
    """The server cannot listen as it was told to; the text says what to do."""


class PlaintextRefused(CannotListen):
    """Customers' data would leave this machine unencrypted, and nobody said that it may."""


def listen(server: grpc.aio.Server, options: ServerOptions) -> int | None:
    """Bind the server's port and unix socket; return the port."""
    if options.unix_socket is not None:
        server.add_insecure_port(f"unix:{options.unix_socket}")
    if options.port is None:
        return None
    host = f"[{options.host}]" if ":" in options.host.strip("[]") else options.host
    address = f"{host.replace('[[', '[').replace(']]', ']')}:{options.port}"
    if options.tls is not None:
        return _bound(server.add_secure_port, address, credentials(options.tls))
    if not (options.allow_plaintext or is_loopback(options.host)):
        raise PlaintextRefused(
            f"{address} is open to other machines and has no TLS;"
            " name a certificate and key, or allow plaintext where the network is trusted"
        )
    return _bound(server.add_insecure_port, address)


def _bound(bind: Callable[..., int], address: str, *how: object) -> int:
    try:
        return bind(address, *how)
    except RuntimeError as error:
        raise CannotListen(
            f"cannot listen at {address}: it is taken, or no address of this machine;"
            " end what listens there or choose another"
        ) from error


def stop_listening(port: int) -> None:
    """Take no new connection on the port from now on; those that are open stay.

    gRPC has no call for this, only one that stops everything at once. What has connected, but has
    not been greeted by then, is cut; so its listening socket, found among the files of this
    process, is shut first.
    """
    for file in Path("/dev/fd").iterdir():
        with (
            suppress(OSError),
            socket.socket(fileno=os.dup(int(file.name))) as found,
        ):  # or no socket
            is_listening = found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
            if is_listening and found.getsockname()[1] == port:
                found.shutdown(socket.SHUT_RD)


def credentials(tls: Tls) -> grpc.ServerCredentials:
    """Serve with the files' present content: a renewed certificate needs no restart."""
    try:
        identity = _Identity(tls)
        first = identity.read()
    except OSError as error:
        raise CannotListen(
            f"cannot read {error.filename}: {error.strerror}; name a PEM file that is there"
        ) from error
    return grpc.dynamic_ssl_server_credentials(
        first,
        identity.renewed,  # type: ignore[arg-type]  # gRPC takes None for "no change"
        require_client_authentication=tls.client_ca is not None,
    )


class _Identity:
    """Reads the files again when one of them has changed."""

    def __init__(self, tls: Tls) -> None:
        self._tls = tls
        self._files = [path for path in (tls.certificate, tls.key, tls.client_ca) if path]
        self._changed = self._times()

    def read(self) -> grpc.ServerCertificateConfiguration:
        ca = self._tls.client_ca
        pair = (self._tls.key.read_bytes(), self._tls.certificate.read_bytes())
        return grpc.ssl_server_certificate_configuration(
            [pair], root_certificates=ca.read_bytes() if ca else None
        )

    def renewed(self) -> grpc.ServerCertificateConfiguration | None:
        """Return the new identity; None, at each handshake where nothing changed."""
        if (now := self._times()) == self._changed:
            return None
        self._changed = now
        return self.read()

    def _times(self) -> list[int]:
        return [path.stat().st_mtime_ns for path in self._files]
