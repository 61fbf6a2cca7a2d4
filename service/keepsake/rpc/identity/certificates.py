"""Knows services by the names in their certificates, which TLS has verified."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from keepsake.core.errors import NotAuthenticated
from keepsake.core.principal import Principal

_ALTERNATIVE_NAMES = "x509_subject_alternative_name"
_COMMON_NAME = "x509_common_name"


class Certificates:
    """The services that are known, by the names their certificates bear."""

    def __init__(self, services: Mapping[str, Principal]) -> None:
        self._services = {name.encode(): service for name, service in services.items()}

    def principal(self, peer: Mapping[str, Iterable[bytes]]) -> Principal | None:
        """Return the service at the other end; None where its certificate is of nobody known.

        The common name counts only where there is no alternative name, as everywhere in TLS.
        """
        names = peer.get(_ALTERNATIVE_NAMES) or peer.get(_COMMON_NAME) or ()
        known = [self._services[name] for name in names if name in self._services]
        if len({service.id for service in known}) > 1:
            told = "the certificate bears the names of several services"
            raise NotAuthenticated("CERTIFICATE_UNCLEAR", told)
        return known[0] if known else None
