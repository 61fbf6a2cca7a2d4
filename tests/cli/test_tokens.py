import pytest
from keepsake.rpc.options import Identity

from tests.cli.conftest import running


@pytest.fixture
def data(tmp_path, monkeypatch):
    """Give the command a data folder of its own."""
    monkeypatch.setenv("KEEPSAKE_DATA_DIR", str(tmp_path))
    return tmp_path / "identity"


@pytest.fixture
def strict_address(advisor, offline, data):
    """Run a server that takes the tokens of `keepsake token`."""
    offline("token", "somebody", "--role", "agent")
    keys = str(data / "public.pem")
    identity = Identity(
        is_development=False, keys=keys, issuer="keepsake-development", audience="keepsake"
    )
    with running(advisor, identity=identity) as where:
        yield where


def signed(offline, folder, *words):
    """Have a token signed; return the file it was written to."""
    file = folder / "token"
    file.write_text(offline("token", *words).out)
    return file


def test_a_command_shows_the_token_of_a_file(offline, strict_address, advisor, tmp_path):
    """Catches a kill switch that nobody can throw once identity is asked for."""
    file = signed(offline, tmp_path, "olga", "--role", "manager")
    stop = ("kill", "jeweller", "offer:expedite", "--why", "a test", "--address", strict_address)

    ended = offline(*stop, "--token-file", file)

    assert 0 == ended.code
    assert ["olga"] == advisor.actors


def test_the_environment_names_the_token_for_every_command(
    offline, strict_address, tmp_path, monkeypatch
):
    """Catches a variable that the page for integrators names and nobody reads."""
    file = signed(offline, tmp_path, "ada", "--role", "agent", "--pack", "travel")
    monkeypatch.setenv("KEEPSAKE_CLIENT_TOKEN_FILE", str(file))

    ended = offline("packs", "--address", strict_address, "--json")

    assert 0 == ended.code
    assert "jeweller" not in ended.out


def test_who_shows_no_token_is_told_so(offline, strict_address):
    """Catches a refusal that looks like a service that is away."""
    ended = offline("packs", "--address", strict_address)

    assert 3 == ended.code
    assert "NOT_AUTHENTICATED" in ended.err


def test_the_token_is_all_that_goes_to_stdout(offline, data):
    """Catches talk in the file that a script writes the token to."""
    ended = offline("token", "ada", "--role", "lead", "--role", "team_lead")

    assert 3 == len(ended.out.strip().split("."))
    assert 1 == len(ended.out.splitlines())
    assert "public.pem" in ended.err.replace("\n", "")
    assert 0o600 == (data / "private.pem").stat().st_mode & 0o777


def test_a_token_that_could_call_nothing_is_refused(offline, data):
    """Catches the tier of a pack given where the role of the API was meant."""
    ended = offline("token", "ada", "--role", "team_lead")

    assert 2 == ended.code
    assert "none of these roles may call anything" in " ".join(ended.err.split())
    assert not data.exists()
