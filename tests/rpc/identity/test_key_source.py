import asyncio
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from keepsake.rpc.identity import key_source
from keepsake.rpc.identity.key_source import KeySource
from keepsake.rpc.identity.keys import KeysRefused
from structlog.testing import capture_logs

from tests.rpc.signers import Signer
from tests.rpc.waiting import until


class Issuer:
    """What an issuer answers at the moment, and how often it was asked."""

    def __init__(self, body):
        self.status, self.body, self.asked = 200, body, 0
        self.location = ""


@contextmanager
def published(issuer):
    """Serve what an issuer answers on this machine; give the address."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self):  # named by the library
            issuer.asked += 1
            self.send_response(issuer.status)
            self.send_header("Content-Length", str(len(issuer.body)))
            self.send_header("Location", issuer.location)
            self.end_headers()
            self.wfile.write(issuer.body)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/keys"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def hasty(monkeypatch):
    """Have everything that takes time take little."""
    monkeypatch.setattr(key_source, "_LEAST_SECONDS", 0.01)
    monkeypatch.setattr(key_source, "_FILE_SECONDS", 0.01)


@pytest.fixture
async def refreshing():
    """Give what keeps a source fresh for the rest of a test."""
    tasks = []
    yield lambda source: tasks.append(asyncio.ensure_future(source.keep_fresh()))
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def names(source):
    """Return the names of the keys at hand."""
    return [key.kid for key in source.ring.keys]


@pytest.mark.usefixtures("hasty")
async def test_a_file_that_changes_is_read_again(signer, tmp_path, refreshing):
    """Catches a rotation that needs a restart."""
    source = KeySource(str(signer.file))
    source.load_first()
    refreshing(source)

    signer.file.write_bytes(Signer(tmp_path, kid="k2").file.read_bytes())

    await until(lambda: names(source) == ["k2"])


@pytest.mark.usefixtures("hasty")
async def test_a_file_that_breaks_leaves_the_keys_at_hand(signer, refreshing):
    """Catches an outage by half a file."""
    source = KeySource(str(signer.file))
    source.load_first()
    refreshing(source)

    with capture_logs() as lines:
        signer.file.write_text('{"keys": [')
        await until(lambda: any(line["event"] == "identity_keys_stale" for line in lines))

    assert ["k1"] == names(source)


@pytest.mark.usefixtures("hasty")
async def test_a_key_that_is_not_at_hand_is_fetched(signer, tmp_path, refreshing):
    """Catches people who are locked out for five minutes after each rotation."""
    issuer = Issuer(signer.file.read_bytes())
    with published(issuer) as url:
        source = KeySource(url)
        source.load_first()
        refreshing(source)

        issuer.body = Signer(tmp_path, kid="k2").file.read_bytes()
        source.ask_again()

        await until(lambda: names(source) == ["k2"])


async def test_many_unknown_keys_ask_the_issuer_once(signer, refreshing):
    """Catches a flood of forged tokens that is passed on to the issuer."""
    issuer = Issuer(signer.file.read_bytes())
    with published(issuer) as url:
        source = KeySource(url)
        source.load_first()
        refreshing(source)

        for _ in range(1000):
            source.ask_again()
        await until(lambda: issuer.asked == 2)
        for _ in range(1000):
            source.ask_again()
            await asyncio.sleep(0)

        assert 2 == issuer.asked


@pytest.mark.usefixtures("hasty")
async def test_who_starts_while_the_issuer_is_away_gets_its_keys_later(signer, refreshing):
    """Catches a service that cannot be started since somebody else's is down."""
    issuer = Issuer(signer.file.read_bytes())
    issuer.status = 503
    with published(issuer) as url:
        source = KeySource(url)
        with capture_logs() as lines:
            source.load_first()
        before = names(source)
        issuer.status = 200
        source.ask_again()
        refreshing(source)

        await until(lambda: names(source) == ["k1"])

    assert [] == before
    assert ["identity_keys_away"] == [line["event"] for line in lines]


def test_keys_without_news_lapse(signer, monkeypatch):
    """Catches a key that its issuer took back long ago, and nobody heard."""
    source = KeySource(str(signer.file))
    source.load_first()
    signer.file.unlink()
    source._refresh()
    kept = names(source)
    monkeypatch.setattr(key_source, "_KEPT_SECONDS", -1.0)

    source._refresh()

    assert [["k1"], []] == [kept, names(source)]


def test_a_redirect_is_not_followed(signer):
    """Catches keys from where a redirect leads, which may be anywhere."""
    real = Issuer(signer.file.read_bytes())
    with published(real) as elsewhere:
        issuer = Issuer(b"")
        issuer.status, issuer.location = 302, elsewhere
        with published(issuer) as url, pytest.raises(OSError, match="302"):
            KeySource(url).load()

    assert 0 == real.asked


def test_an_answer_that_is_cut_off_leaves_the_keys_at_hand(signer):
    """Catches a source that is never looked at again since one answer was broken."""
    issuer = Issuer(signer.file.read_bytes())
    with published(issuer) as url:
        source = KeySource(url)
        source.load_first()
        issuer.status = -1  # no number that HTTP knows

        source._refresh()

    assert ["k1"] == names(source)


def test_an_answer_without_end_is_not_read():
    """Catches memory filled by what stands at the address by mistake."""
    with published(Issuer(b" " * 300_000)) as url, pytest.raises(KeysRefused, match="larger"):
        KeySource(url).load()


@pytest.mark.parametrize(
    "url", ["http://issuer.example/keys", "ftp://127.0.0.1/keys", "file:///etc/passwd"]
)
def test_keys_are_fetched_by_https_only(url):
    """Catches keys that somebody on the way can replace by their own."""
    with pytest.raises(KeysRefused, match="https only"):
        KeySource(url)


def test_a_file_that_is_not_there_is_an_operators_mistake(tmp_path):
    """Catches a server that starts and refuses everybody."""
    with pytest.raises(KeysRefused, match="cannot read"):
        KeySource(str(tmp_path / "none.pem")).load_first()
