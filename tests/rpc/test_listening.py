import grpc
import pytest
from keepsake.rpc.identity.joining import DevelopmentRefused
from keepsake.rpc.listening import CannotListen, PlaintextRefused
from keepsake.rpc.options import Tls, is_loopback
from keepsake.v1.intercept_pb2_grpc import InterceptServiceStub

from tests.rpc.advisors import an_intercept
from tests.rpc.certificates import certificate
from tests.rpc.told import refusal

EVERYWHERE = "0.0.0.0"  # noqa: S104  # what the tests are about


@pytest.mark.parametrize("host", [EVERYWHERE, "::", "192.0.2.1", "keepsake.example"])
async def test_plaintext_is_not_offered_to_other_machines(host, serving, signer):
    """Customers' words must not cross a network unencrypted because of a default."""
    with pytest.raises(PlaintextRefused, match="has no TLS"):
        async with serving(host=host, identity=signer.identity()):
            pass


@pytest.mark.parametrize("host", [EVERYWHERE, "::", "192.0.2.1", "keepsake.example"])
async def test_development_is_not_offered_to_other_machines(host, serving):
    """Would catch a service on a network that takes everybody's word for who they are."""
    with pytest.raises(DevelopmentRefused, match="everybody is believed"):
        async with serving(host=host, allow_plaintext=True):
            pass


async def test_plaintext_is_offered_where_an_operator_says_so(serving, calling, signer):
    """Inside a pod or a mesh something else encrypts."""
    chosen = {"host": EVERYWHERE, "allow_plaintext": True, "identity": signer.identity()}

    async with serving(**chosen) as server, calling(server) as stub:
        response = await stub.Recommend(an_intercept(), metadata=signer.bearer())

    assert "r-1" == response.decision.request_id


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("[::1]", True),
        ("localhost", True),
        ("10.0.0.1", False),
        ("localhost.evil.example", False),
    ],
)
def test_loopback_is_what_only_this_machine_reaches(host, expected):
    """A name is trusted only if it is localhost itself."""
    assert expected == is_loopback(host)


async def test_a_second_server_on_a_port_fails_loudly(serving):
    """Would catch two servers that share a port by accident, each with half the calls."""
    async with serving() as server:
        with pytest.raises(CannotListen, match="it is taken"):
            async with serving(port=server.port):
                pass


async def test_workers_share_a_port_where_they_are_told_to(serving):
    """SO_REUSEPORT is for the workers of one server."""
    async with serving(reuse_port=True) as one, serving(reuse_port=True, port=one.port) as two:
        assert one.port == two.port


async def test_a_unix_socket_serves_without_a_port(serving, tmp_path):
    """A caller on the same machine needs no network at all."""
    path = tmp_path / "keepsake.sock"

    async with (
        serving(port=None, unix_socket=path) as server,
        grpc.aio.insecure_channel(f"unix:{path}") as channel,
    ):
        response = await InterceptServiceStub(channel).Recommend(an_intercept())

    assert server.port is None
    assert "r-1" == response.decision.request_id


async def ask(server, root, *, client=None, metadata=()):
    """Call over TLS, as somebody with a certificate or without one."""
    pair = (client.key.read_bytes(), client.certificate.read_bytes()) if client else (None, None)
    credentials = grpc.ssl_channel_credentials(root.certificate.read_bytes(), *pair)
    async with grpc.aio.secure_channel(f"localhost:{server.port}", credentials) as channel:
        stub = InterceptServiceStub(channel)
        return await stub.Recommend(an_intercept(), timeout=5, metadata=metadata)


async def test_tls_serves_other_machines(authority, serving, tmp_path, signer):
    """With a certificate any address may be listened on."""
    tls = certificate(tmp_path, "server", authority)

    async with serving(host=EVERYWHERE, tls=tls, identity=signer.identity()) as server:
        response = await ask(server, authority, metadata=signer.bearer())

    assert "r-1" == response.decision.request_id


async def test_a_client_authority_lets_in_only_its_own(authority, serving, tmp_path):
    """Mutual TLS: no certificate, no connection."""
    pair = certificate(tmp_path, "server", authority)
    tls = Tls(pair.certificate, pair.key, authority.certificate)
    known = certificate(tmp_path, "crm", authority)
    stranger = certificate(tmp_path, "stranger", certificate(tmp_path, "other"))

    async with serving(tls=tls) as server:
        response = await ask(server, authority, client=known)
        without = await refusal(ask(server, authority))
        strange = await refusal(ask(server, authority, client=stranger))

    assert "r-1" == response.decision.request_id
    assert [grpc.StatusCode.UNAVAILABLE] * 2 == [without.code(), strange.code()]


async def test_a_renewed_certificate_needs_no_restart(authority, serving, tmp_path):
    """A certificate lives 90 days, a server longer."""
    tls = certificate(tmp_path, "server", authority)
    successor = certificate(tmp_path, "successor")

    async with serving(tls=tls) as server:
        await ask(server, authority)
        renewed = certificate(tmp_path, "renewed", successor)
        for old, new in ((tls.certificate, renewed.certificate), (tls.key, renewed.key)):
            new.replace(old)
        response = await ask(server, successor)
        outdated = await refusal(ask(server, authority))

    assert "r-1" == response.decision.request_id
    assert grpc.StatusCode.UNAVAILABLE == outdated.code()
