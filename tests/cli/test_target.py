"""Every command that calls the service reaches one behind TLS."""

import shutil
import subprocess

import pytest
from keepsake.cli.logs import _escaped

OPENSSL = shutil.which("openssl")
CALLING = ["packs", "kill", "restore", "recommend", "decision", "explain", "scan"]


@pytest.mark.parametrize("command", CALLING)
def test_every_command_that_calls_takes_the_files_of_tls(offline, command):
    """A kill switch that cannot reach the server is none."""
    ended = offline(command, "--help")

    options = ("--address", "--tls-ca", "--tls-certificate", "--tls-key", "--token-file")
    assert [] == [option for option in options if option not in ended.out]


@pytest.mark.parametrize("half", ["--tls-certificate", "--tls-key"])
def test_half_an_identity_is_refused(offline, tmp_path, half):
    """Would catch a call without the certificate that its caller named."""
    file = tmp_path / "half.pem"
    file.touch()

    ended = offline("packs", half, file)

    assert ended.code == 2
    assert "go together" in ended.err


def test_a_command_reaches_a_server_behind_tls(offline, monkeypatch, tls_address):
    """The environment says it once for all commands."""
    address, ca = tls_address
    monkeypatch.setenv("KEEPSAKE_CLIENT_TLS_CA", str(ca))

    ended = offline("packs", "--address", address)

    assert ended.code == 0
    assert "jeweller" in ended.out


def test_it_is_said_that_the_call_was_without_tls(offline, tls_address):
    """The server is there, so "no answer" alone would send its operator the wrong way."""
    ended = offline("packs", "--address", tls_address[0])

    assert ended.code == 4
    assert "without TLS; --tls-ca turns it on" in " ".join(ended.err.split())


def test_a_log_on_a_terminal_moves_no_cursor():
    """Would catch an id that clears the screen of whoever reads the log, or turns it round."""
    event = {"event": "call", "id": "a\x1b[2J\u202eb\n", "causes": ["x\x07"], "ms": 1.5}

    expected = {"event": "call", "id": r"a\x1b[2J\u202eb\n", "causes": [r"x\x07"], "ms": 1.5}
    assert expected == _escaped(None, "info", event)


@pytest.fixture
def certificate(tmp_path):
    """Make a certificate of this machine that vouches for itself."""
    if OPENSSL is None:
        pytest.skip("openssl is not installed")
    files = tmp_path / "server.pem", tmp_path / "server.key"
    subprocess.run(  # noqa: S603 - a program of the system
        [
            *(OPENSSL, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-days", "2"),
            *("-out", files[0], "-keyout", files[1]),
        ],
        check=True,
        capture_output=True,
    )
    return files
