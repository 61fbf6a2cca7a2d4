import os
import subprocess
import sys

import pytest
from keepsake.cli.settings_options import settings_with
from keepsake.settings import Settings


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
