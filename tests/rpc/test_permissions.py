"""Each role calls each method, over a real channel with a real token."""

import re
from pathlib import Path

import grpc
import pytest
from google.protobuf.message_factory import GetMessageClass
from keepsake.core.principal import PERSONAL, ROLES
from keepsake.rpc.permissions import ANYBODY, MAY_CALL, paths_of_pack
from keepsake.rpc.server import CASE, HEALTH, INTERCEPT, POLICY, REFLECTION
from keepsake.v1.intercept_pb2 import BatchScanRequest, GetDecisionRequest, RecommendRequest

from tests.rpc.told import details

SERVICES = (INTERCEPT, CASE, POLICY, HEALTH, REFLECTION)
METHODS = {f"/{each.full_name}/{one.name}": one for each in SERVICES for one in each.methods}
NAMES_NO_PACK = {"/keepsake.v1.PolicyService/ListPacks"}  # it lists those that may be seen
PAGE = (Path(__file__).parents[2] / "docs" / "integrator.md").read_text("utf-8")


def test_every_method_says_who_may_call_it():
    """A method that is not in the table cannot be served, one too many is a slip of the pen."""
    assert set(METHODS) == set(MAY_CALL)


def test_only_roles_that_exist_may_call():
    """A role that nobody can have would lock everybody out."""
    assert ROLES == frozenset().union(*MAY_CALL.values())


def test_only_probes_may_call_without_a_role():
    """Whatever else is open to everybody was opened by mistake."""
    opened = {path for path, roles in MAY_CALL.items() if roles is ANYBODY}

    assert {f"/{HEALTH.full_name}/{method.name}" for method in HEALTH.methods} == opened


def test_every_request_names_the_pack_that_it_is_about():
    """A request whose pack nobody can tell would show one business to the other."""
    silent = {
        path
        for path, method in METHODS.items()
        if path.startswith("/keepsake") and not list(paths_of_pack(method.input_type))
    }

    assert NAMES_NO_PACK == silent


@pytest.mark.parametrize(
    ("request_type", "path"),
    [
        (RecommendRequest, ("intercept", "case_id")),
        (BatchScanRequest, ("pack",)),
        (GetDecisionRequest, ("decision_id",)),
    ],
)
def test_a_pack_is_found_wherever_a_request_names_it(request_type, path):
    """A case that is named one message further in would be joined by another business."""
    assert path in set(paths_of_pack(request_type.DESCRIPTOR))


@pytest.fixture
async def identified(serving, signer):
    """Run a server that asks for tokens, and open a channel to it."""
    async with (
        serving(identity=signer.identity()) as server,
        grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel,
    ):
        yield channel


async def outcome(channel, path, metadata=()):
    """Call with an empty request; return the error, or None. Whether it is valid is not asked."""
    method = METHODS[path]
    kind = ("stream" if method.client_streaming else "unary") + (
        "_stream" if method.server_streaming else "_unary"
    )
    call = getattr(channel, kind)(path)
    request = GetMessageClass(method.input_type)().SerializeToString()
    asked = call(
        iter([request]) if method.client_streaming else request, timeout=5, metadata=metadata
    )
    try:
        await (asked.read() if method.server_streaming else asked)
    except grpc.aio.AioRpcError as error:
        return error
    finally:
        asked.cancel()
    return None


@pytest.mark.law(7)
@pytest.mark.parametrize("path", [path for path, roles in MAY_CALL.items() if roles is not ANYBODY])
async def test_a_role_calls_what_the_table_says_and_nothing_else(path, identified, signer):
    """Catches a row that nobody enforces, and one that locks out whom it names."""
    let_in = set()
    for role in ROLES:
        error = await outcome(identified, path, signer.bearer(roles=[role]))
        if error is None or error.code() is not grpc.StatusCode.PERMISSION_DENIED:
            assert error is None or error.code() is not grpc.StatusCode.UNAUTHENTICATED
            let_in.add(role)
        else:
            info = details(error)["ErrorInfo"]
            expected = ("NOT_PERMITTED", "keepsake", " ".join(sorted(MAY_CALL[path])))
            assert expected == (info.reason, info.domain, info.metadata["roles"])

    assert MAY_CALL[path] == let_in


@pytest.mark.parametrize("path", MAY_CALL)
async def test_who_shows_nothing_calls_nothing_but_probes(path, identified):
    """Catches a method that is served to whoever finds the port."""
    error = await outcome(identified, path)

    if MAY_CALL[path] is ANYBODY:
        assert error is None or error.code() is not grpc.StatusCode.UNAUTHENTICATED
    else:
        assert grpc.StatusCode.UNAUTHENTICATED == error.code()
        info = details(error)["ErrorInfo"]
        assert ("NOT_AUTHENTICATED", "keepsake", "CREDENTIALS_MISSING") == (
            info.reason,
            info.domain,
            info.metadata["why"],
        )


async def test_a_role_of_the_packs_alone_calls_nothing(identified, signer):
    """Catches a tier of authority that is taken for the right to call."""
    error = await outcome(
        identified, f"/{POLICY.full_name}/ListPacks", signer.bearer(roles=["vip"])
    )

    assert grpc.StatusCode.PERMISSION_DENIED == error.code()


def test_the_page_shows_the_table():
    """An integrator asks for the roles that the page names."""
    columns = ("agent", "lead", "manager", "director", "analyst", "admin", "system")
    expected = {
        path.rpartition("/")[2]: tuple(role in roles for role in columns)
        for path, roles in MAY_CALL.items()
        if path.startswith("/keepsake")
    }

    rows = re.findall(r"^\| `([A-Za-z]+)` \|((?: (?:yes|-) \|){7})$", PAGE, re.MULTILINE)
    shown = {name: tuple(cell == "yes" for cell in re.findall(r"yes|-", row)) for name, row in rows}

    assert set(columns) == ROLES > PERSONAL
    assert expected == shown
