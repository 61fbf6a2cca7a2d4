import asyncio

import pytest
from keepsake.adapters.batcher import Batcher


class Line:
    """A way to send that notes each pipeline, and lets it land when told."""

    def __init__(self):
        self.pipelines = []
        self.may_land = asyncio.Event()

    async def send(self, commands):
        """Note the commands and reply with them, an error for a bad one."""
        self.pipelines.append([command[0] for command in commands])
        await self.may_land.wait()
        return [ValueError("refused") if "bad" in command else command for command in commands]


@pytest.fixture
def line():
    """Return a line on which everything lands at once."""
    line = Line()
    line.may_land.set()
    return line


async def test_what_is_asked_in_one_turn_goes_out_together(line):
    """Catches a round trip for each of many concurrent callers."""
    batcher = Batcher(line.send)

    replies = await asyncio.gather(*(batcher.call((at,)) for at in range(10)))

    assert [list(range(10))] == line.pipelines
    assert [(at,) for at in range(10)] == replies


async def test_while_enough_pipelines_are_under_way_commands_gather_for_the_next():
    """Catches a pipeline for each turn, when the store is slower than the turns."""
    line = Line()
    batcher = Batcher(line.send, most_under_way=2)
    calls = []
    for at in range(6):
        calls.append(asyncio.create_task(batcher.call((at,))))
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    line.may_land.set()
    await asyncio.gather(*calls)

    assert [[0], [1], [2, 3, 4, 5]] == line.pipelines


async def test_a_pipeline_has_a_longest_length(line):
    """Catches a pipeline so long that it cannot be sent in time."""
    batcher = Batcher(line.send, most_commands=4)

    await asyncio.gather(*(batcher.call((at,)) for at in range(10)))

    assert [4, 4, 2] == [len(pipeline) for pipeline in line.pipelines]


async def test_an_error_reaches_the_caller_whose_command_failed_and_nobody_else(line):
    """Catches one refused command that fails its neighbours."""
    batcher = Batcher(line.send)

    good, bad = await asyncio.gather(
        batcher.call(("good",)), batcher.call(("bad",)), return_exceptions=True
    )

    assert ("good",) == good
    assert isinstance(bad, ValueError)


async def test_a_pipeline_that_fails_fails_every_caller_in_it():
    """Catches a caller that waits for ever for a reply that will not come."""

    async def broken(_):
        raise OSError("cut")

    batcher = Batcher(broken)

    replies = await asyncio.gather(
        *(batcher.call((at,)) for at in range(3)), return_exceptions=True
    )

    assert [OSError] * 3 == [type(reply) for reply in replies]


async def test_a_caller_that_gives_up_leaves_the_others_their_replies(line):
    """Catches a deadline of one caller that cancels the pipeline of all."""
    batcher = Batcher(line.send)
    gives_up, waits = (asyncio.create_task(batcher.call((at,))) for at in range(2))
    await asyncio.sleep(0)

    gives_up.cancel()

    assert (1,) == await waits


async def test_draining_waits_for_every_reply():
    """Catches a store that is closed under commands on their way."""
    line = Line()
    batcher = Batcher(line.send)
    call = asyncio.create_task(batcher.call(("last",)))
    await asyncio.sleep(0)
    asyncio.get_running_loop().call_later(0.01, line.may_land.set)

    await batcher.drain()

    assert ("last",) == await call
