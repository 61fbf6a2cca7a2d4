import pytest
from keepsake.v1.policy_pb2 import ListPacksRequest, SetSwitchRequest
from keepsake.v1.policy_pb2_grpc import PolicyServiceStub


@pytest.fixture
def policies(channel):
    """Open a stub of PolicyService."""
    return PolicyServiceStub(channel)


async def test_the_packs_are_listed(policies):
    """What the advisor lists is what is answered."""
    response = await policies.ListPacks(ListPacksRequest())

    assert ["jeweller"] == [status.pack for status in response.packs]


async def test_an_offer_is_stopped_and_goes_on(policies):
    """A switch is thrown and taken back; each answer shows what is stopped now."""
    stop = SetSwitchRequest(
        pack="jeweller", target="offer:expedite", killed=True, why="workshop closed"
    )
    go_on = SetSwitchRequest(
        pack="jeweller", target="offer:expedite", killed=False, why="open again"
    )

    stopped = await policies.SetSwitch(stop)
    going_on = await policies.SetSwitch(go_on)

    assert ["offer:expedite"] == list(stopped.killed)
    assert [] == list(going_on.killed)
