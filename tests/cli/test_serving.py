import os
import socket
import subprocess
import sys

import pytest
from keepsake.cli.settings_options import settings_with
from keepsake.settings import Settings


@pytest.fixture
def starting(tmp_path):
    """Start `serve` as a process, in a folder of its own and without a store, until it refuses."""

    def start(*options):
        environment = {"KEEPSAKE_DATA_DIR": str(tmp_path), "KEEPSAKE_STORE_URL": "redis://[::1]:1"}
        return subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-m", "keepsake.cli", "serve", "--packs", "jeweller", *options],
            env=os.environ | environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return start


def test_every_setting_is_an_option_of_serve(offline):
    """A setting that no option sets can only be found in the code."""
    ended = offline("serve", "--help")

    options = {f"--{name.replace('_', '-')}" for name in Settings.model_fields} - {"--secret"}
    assert [] == [option for option in options if option[:24] not in ended.out]


def test_a_secret_is_no_option(offline):
    """What stands on a command line is read by everybody on the machine."""
    ended = offline("serve", "--help")

    assert "--secret" not in ended.out


def test_an_option_overrides_the_environment(monkeypatch):
    """The nearer word counts."""
    monkeypatch.setenv("KEEPSAKE_MAX_CONCURRENT", "7")

    settings = settings_with({"max_concurrent": 9, "drain_seconds": None})

    assert (9, 5.0) == (settings.max_concurrent, settings.drain_seconds)


def test_all_wrong_settings_are_told_at_once(offline):
    """Settings that are refused one by one take a restart each."""
    ended = offline("serve", "--engine", "guess", "--max-concurrent", "0")

    assert ended.code == 2
    assert "engine" in ended.err
    assert "max_concurrent" in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--tls-certificate", "a.pem"], "tls_certificate and tls_key turn TLS on together"),
        (["--tls-key", "a.key"], "tls_certificate and tls_key turn TLS on together"),
        (["--tls-client-ca", "ca.pem"], "tls_client_ca needs tls_certificate and tls_key"),
        (["--address", "50051"], "'50051' is not host:port"),
        (["--address", "127.0.0.1:http"], "is not host:port"),
        (["--address", "127.0.0.1:99999"], "is not host:port"),
        (["--packs", "florist"], "no pack florist in"),
    ],
)
def test_an_operators_mistake_is_told_as_one(offline, options, told):
    """Would catch plaintext where TLS was meant, and a traceback where a setting is wrong."""
    ended = offline("serve", "--address", "127.0.0.1:0", *options)

    assert ended.code == 2
    assert told in " ".join(ended.err.split())
    assert "hint:" in ended.err


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--address", "0.0.0.0:0"], "everybody is believed"),
        (["--tls-certificate", "no.pem", "--tls-key", "no.key"], "cannot read no.pem"),
    ],
)
def test_what_cannot_listen_is_an_operators_mistake(starting, options, told):
    """These are found late, and told no worse for it."""
    ended = starting("--address", "127.0.0.1:0", *options)

    assert ended.returncode == 2
    assert told in " ".join(ended.stderr.split())
    assert "hint:" in ended.stderr


def test_a_port_in_use_is_an_operators_mistake(starting):
    """The commonest mistake of all is no defect."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = starting("--address", f"127.0.0.1:{taken.getsockname()[1]}")

    assert ended.returncode == 2
    assert "it is taken" in ended.stderr


def test_a_kept_secret_that_was_cut_is_refused(starting, tmp_path):
    """A secret that can be guessed tells who a customer is."""
    (tmp_path / "secret").write_text("cut", encoding="utf-8")

    ended = starting("--address", "127.0.0.1:0")

    assert ended.returncode == 2
    assert "holds less than 32 bytes" in " ".join(ended.stderr.split())


def test_a_short_secret_is_refused_unquoted(offline, monkeypatch):
    """An error goes into logs, where a secret has no place."""
    monkeypatch.setenv("KEEPSAKE_SECRET", "short one")

    ended = offline("serve")

    assert ended.code == 2
    assert "is shorter than 32 characters" in ended.err
    assert "short one" not in ended.err


@pytest.mark.parametrize("command", [["replay", "--all"], ["run", "--exit"], ["serve"]])
@pytest.mark.parametrize(("name", "value"), [("ENGINE", "guess"), ("PACKS", "jeweller")])
def test_a_wrong_environment_is_no_defect(offline, monkeypatch, command, name, value):
    """Every command that reads settings tells what is wrong with them."""
    monkeypatch.setenv(f"KEEPSAKE_{name}", value)

    ended = offline(*command)

    assert ended.code == 2
    assert "settings are wrong" in ended.err


@pytest.mark.parametrize("command", ["serve", "run", "scan", "check", "replay", "explain"])
def test_every_command_explains_itself(offline, command):
    """Help that fails is no help."""
    ended = offline(command, "--help")

    assert ended.code == 0
    assert "Usage: keepsake" in ended.out


def test_a_defect_is_one_sentence_and_no_traceback(offline, monkeypatch):
    """A traceback tells an operator nothing, and its values may be a customer's."""
    monkeypatch.setattr("keepsake.cli.serving.settings_with", lambda _: 1 / 0)

    ended = offline("serve")

    assert ended.code == 70
    assert "a defect in Keepsake: ZeroDivisionError" in ended.err
    assert "Traceback" not in ended.err


def test_without_the_training_extra_it_is_said_how_to_install_it(offline, monkeypatch):
    """A module that is not found is no answer to somebody who wants to train."""

    def absent(_name):
        raise ModuleNotFoundError(name="polars")

    monkeypatch.setattr("importlib.import_module", absent)

    ended = offline("train", "hazard")

    assert ended.code == 5
    assert "polars" in ended.err
    assert "keepsake[train]" in ended.err


def test_commands_and_options_complete(tmp_path):
    """Completion that prints nothing is installed once and never used."""
    environment = os.environ | {
        "_KEEPSAKE_COMPLETE": "complete_bash",
        "COMP_WORDS": "keepsake re",
        "COMP_CWORD": "1",
        "HOME": str(tmp_path),
    }

    told = subprocess.run(
        [sys.executable, "-m", "keepsake.cli"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert told.stdout.split() == ["recommend", "restore", "replay"]
