"""Certificates for one test, made by openssl."""

import shutil
import subprocess

import pytest
from keepsake.rpc.options import Tls

OPENSSL = shutil.which("openssl")


def certificate(folder, name, issuer=None, names="DNS:localhost"):
    """Make a key and a certificate of some names, signed by `issuer` or by itself."""
    if OPENSSL is None:
        pytest.skip("openssl makes the certificates, and it is not here")
    key, made = folder / f"{name}.key", folder / f"{name}.crt"
    command = [OPENSSL, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-days", "2", "-subj", f"/CN={name}", "-keyout", key, "-out", made]
    if issuer:
        command += ["-CA", issuer.certificate, "-CAkey", issuer.key]
        command += ["-addext", f"subjectAltName={names}"] if names else []
        command += ["-addext", "basicConstraints=critical,CA:FALSE"]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603  # all ours
    return Tls(made, key)
