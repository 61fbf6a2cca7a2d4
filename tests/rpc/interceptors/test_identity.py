import asyncio

import grpc
import pytest
from keepsake.core.principal import DEVELOPMENT, Principal
from keepsake.rpc.options import Identity, Tls
from keepsake.v1.intercept_pb2 import GetDecisionRequest
from keepsake.v1.intercept_pb2_grpc import InterceptServiceStub
from keepsake.v1.policy_pb2 import ListPacksRequest, SetSwitchRequest
from keepsake.v1.policy_pb2_grpc import PolicyServiceStub
from structlog.testing import capture_logs

from tests.rpc.advisors import DECISION_ID, an_intercept
from tests.rpc.certificates import certificate
from tests.rpc.told import details, refusal

STOP = SetSwitchRequest(pack="jeweller", target="offer:expedite", killed=True, why="a test")
CRM = Principal("crm.example", frozenset({"system"}), is_service=True)


async def test_development_is_named_in_the_log_and_in_answers(serving, calling):
    """Catches a server that believes everybody, and nobody knows."""
    with capture_logs() as lines:
        async with serving() as server, calling(server) as stub:
            call = stub.Recommend(an_intercept())
            await call
            trailers = dict(await call.trailing_metadata())

    assert "development" == trailers["keepsake-identity"]
    (line,) = [line for line in lines if line["event"] == "identity_development"]
    assert ("warning", True) == (line["log_level"], line["told"].startswith("DEVELOPMENT"))


async def test_in_development_whoever_calls_is_believed(advisor, intercepts):
    """Catches an identity that would be asked for where nobody can have one."""
    await intercepts.Recommend(an_intercept())

    assert [DEVELOPMENT] == advisor.principals


async def test_the_principal_of_the_token_is_the_one_who_calls(advisor, serving, calling, signer):
    """Catches a principal mixed up with another's, of calls at the same moment."""
    people = [f"p{number}" for number in range(30)]

    async with serving(identity=signer.identity()) as server, calling(server) as stub:
        calls = [
            stub.Recommend(an_intercept(who), metadata=signer.bearer(sub=who)) for who in people
        ]
        answers = await asyncio.gather(*calls)
        trailers = await calls[0].trailing_metadata()

    assert sorted(people) == sorted(each.id for each in advisor.principals)
    assert people == [answer.decision.request_id for answer in answers]
    assert "keepsake-identity" not in dict(trailers)


async def test_a_switch_is_thrown_by_who_the_token_says(advisor, serving, signer):
    """Catches a journal that names whom the caller claims to be."""
    async with (
        serving(identity=signer.identity()) as server,
        grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel,
    ):
        stub = PolicyServiceStub(channel)
        await stub.SetSwitch(STOP, metadata=signer.bearer(sub="olga", roles=["manager"]))

    assert ["olga"] == advisor.actors


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("", "TOKEN_REFUSED"),
        ("Bearer", "TOKEN_REFUSED"),
        ("Bearer ", "TOKEN_REFUSED"),
        ("Basic YWRhOmFkYQ==", "TOKEN_REFUSED"),
        ("Bearer a.b.c", "TOKEN_REFUSED"),
    ],
)
async def test_what_is_no_bearer_token_is_refused(value, why, serving, calling, signer):
    """Catches a header that is passed over, so that its caller becomes somebody else."""
    async with serving(identity=signer.identity()) as server, calling(server) as stub:
        call = stub.Recommend(an_intercept(), metadata=(("authorization", value),))
        error = await refusal(call)

    assert grpc.StatusCode.UNAUTHENTICATED == error.code()
    assert why == details(error)["ErrorInfo"].metadata["why"]


async def test_a_second_authorization_is_refused(serving, calling, signer):
    """Catches a header slipped in before a proxy's, of which each reader takes another."""
    both = (*signer.bearer(sub="ada"), *signer.bearer(sub="olga", roles=["admin"]))

    async with serving(identity=signer.identity()) as server, calling(server) as stub:
        error = await refusal(stub.Recommend(an_intercept(), metadata=both))

    assert grpc.StatusCode.UNAUTHENTICATED == error.code()


async def test_headers_that_tell_who_one_is_are_not_heeded(advisor, serving, calling, signer):
    """Catches an identity taken from what a proxy would set, and anybody can."""
    said = [(name, "olga") for name in ("x-forwarded-user", "keepsake-identity", "x-principal")]

    async with serving(identity=signer.identity()) as server, calling(server) as stub:
        await stub.Recommend(an_intercept(), metadata=(*signer.bearer(), *said))
        error = await refusal(stub.Recommend(an_intercept(), metadata=said))

    assert ["ada"] == [each.id for each in advisor.principals]
    assert grpc.StatusCode.UNAUTHENTICATED == error.code()


async def test_nothing_of_an_unknown_callers_request_is_read(serving, calling, signer):
    """Catches validation before identity, which tells strangers what is allowed."""
    async with serving(identity=signer.identity()) as server, calling(server) as stub:
        error = await refusal(stub.GetDecision(GetDecisionRequest(decision_id="wrong")))

    assert grpc.StatusCode.UNAUTHENTICATED == error.code()


async def test_no_token_is_logged_whatever_becomes_of_it(advisor, serving, calling, signer):
    """Catches a log by which its reader could call in somebody's name."""
    good, expired = signer.token(), signer.token(exp=1)
    asked = [(good, None), (expired, None), (good + "x", None), (good, ValueError(good))]

    with capture_logs() as lines:
        async with serving(identity=signer.identity()) as server, calling(server) as stub:
            for token, failure in asked:
                advisor.fails_with = failure
                metadata = (("authorization", f"Bearer {token}"),)
                call = stub.Recommend(an_intercept(), metadata=metadata)
                await asyncio.gather(call, return_exceptions=True)

    logged = repr(lines)
    assert 4 == logged.count("'call'")
    pieces = {piece for token in (good, expired) for piece in token.split(".")[1:]}
    assert [] == [piece for piece in pieces if piece in logged]


async def test_nobody_joins_a_case_of_a_pack_that_they_do_not_see(serving, signer):
    """Catches a case of the other business that is reached by its id, one message further in."""
    ours = signer.bearer(packs=["jeweller"], roles=["agent"])
    request = an_intercept()
    request.intercept.case_id = "travel.07." + "a" * 26

    async with (
        serving(identity=signer.identity()) as server,
        grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel,
    ):
        error = await refusal(InterceptServiceStub(channel).Recommend(request, metadata=ours))

    assert grpc.StatusCode.PERMISSION_DENIED == error.code()
    assert "travel" == details(error)["ErrorInfo"].metadata["pack"]


async def test_a_principal_of_one_pack_sees_no_other(advisor, serving, signer):
    """Catches one business that reads the decisions of the other."""
    theirs = signer.bearer(packs=["travel"], roles=["agent", "manager"])
    ours = signer.bearer(packs=["jeweller"], roles=["agent", "manager"])

    async with (
        serving(identity=signer.identity()) as server,
        grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel,
    ):
        intercepts, policies = InterceptServiceStub(channel), PolicyServiceStub(channel)
        await intercepts.Recommend(an_intercept(), metadata=ours)
        known = GetDecisionRequest(decision_id=DECISION_ID)
        await intercepts.GetDecision(known, metadata=ours)
        refused = [
            await refusal(intercepts.Recommend(an_intercept(), metadata=theirs)),
            await refusal(intercepts.GetDecision(known, metadata=theirs)),
            await refusal(policies.SetSwitch(STOP, metadata=theirs)),
        ]
        listed = [
            (await policies.ListPacks(ListPacksRequest(), metadata=who)).packs
            for who in (ours, theirs)
        ]

    assert [grpc.StatusCode.PERMISSION_DENIED] * 3 == [error.code() for error in refused]
    assert "jeweller" == details(refused[0])["ErrorInfo"].metadata["pack"]
    assert [["jeweller"], []] == [[status.pack for status in packs] for packs in listed]
    assert [] == advisor.actors


@pytest.fixture
def behind_tls(serving, authority, tmp_path):
    """Give what starts a server that asks its callers for certificates."""
    pair = certificate(tmp_path, "server", authority)

    def start(identity):
        return serving(
            tls=Tls(pair.certificate, pair.key, authority.certificate), identity=identity
        )

    return start


async def ask(server, authority, client, metadata=()):
    """Call over TLS with the certificate of a client."""
    pair = (client.key.read_bytes(), client.certificate.read_bytes())
    credentials = grpc.ssl_channel_credentials(authority.certificate.read_bytes(), *pair)
    async with grpc.aio.secure_channel(f"localhost:{server.port}", credentials) as channel:
        stub = InterceptServiceStub(channel)
        return await stub.Recommend(an_intercept(), timeout=5, metadata=metadata)


@pytest.mark.parametrize("names", ["DNS:crm.example", "URI:spiffe://x/crm,DNS:crm.example", ""])
async def test_a_service_is_known_by_its_certificate(
    names, advisor, behind_tls, authority, tmp_path
):
    """Catches a service that has to have a token although TLS knows it."""
    crm = certificate(tmp_path, "crm.example", authority, names)
    identity = Identity(is_development=False, services={"crm.example": CRM})

    async with behind_tls(identity) as server:
        await ask(server, authority, crm)

    assert [CRM] == advisor.principals


@pytest.mark.parametrize(
    ("name", "names"), [("other", "DNS:other.example"), ("crm.example", "DNS:other.example")]
)
async def test_a_certificate_of_nobody_known_opens_the_door_alone(
    name, names, behind_tls, authority, tmp_path
):
    """Catches a name that counts although the certificate has better ones."""
    stranger = certificate(tmp_path, name, authority, names)
    identity = Identity(is_development=False, services={"crm.example": CRM})

    async with behind_tls(identity) as server:
        error = await refusal(ask(server, authority, stranger))

    assert grpc.StatusCode.UNAUTHENTICATED == error.code()


@pytest.mark.law(7)
async def test_the_service_asks_and_the_person_decides(
    advisor, behind_tls, authority, tmp_path, signer
):
    """Catches a person who decides by the rights of the service, or sees its packs."""
    crm = certificate(tmp_path, "crm.example", authority, "DNS:crm.example")
    service = Principal("crm", frozenset({"system"}), frozenset({"jeweller"}), is_service=True)
    identity = signer.identity(services={"crm.example": service})

    async with behind_tls(identity) as server:
        await ask(server, authority, crm, signer.bearer(roles=["lead"]))
        wrong = await refusal(ask(server, authority, crm, signer.bearer(exp=1)))
        without = await refusal(ask(server, authority, crm, signer.bearer(roles=["admin"])))

    expected = Principal("ada", frozenset({"lead"}), frozenset({"jeweller"}))
    assert [expected] == advisor.principals
    assert [grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED] == [
        wrong.code(),
        without.code(),
    ]


async def test_development_knows_those_who_show_who_they_are(advisor, serving, calling, signer):
    """Catches a play of two people in which both are the same nobody."""
    identity = signer.identity(is_development=True)

    async with serving(identity=identity) as server, calling(server) as stub:
        await stub.Recommend(an_intercept())
        await stub.Recommend(an_intercept(), metadata=signer.bearer(sub="olga"))
        wrong = await refusal(stub.Recommend(an_intercept(), metadata=signer.bearer(exp=1)))

    assert ["development", "olga"] == [each.id for each in advisor.principals]
    assert grpc.StatusCode.UNAUTHENTICATED == wrong.code()


async def test_without_a_way_to_prove_anything_nobody_is_let_in(serving, calling):
    """Catches a server that falls back to believing everybody."""
    async with serving(identity=Identity(is_development=False)) as server, calling(server) as stub:
        error = await refusal(stub.Recommend(an_intercept()))

    assert grpc.StatusCode.UNAUTHENTICATED == error.code()
