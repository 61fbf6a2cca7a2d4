"""The stopwatch: which part is charged."""

import asyncio

from bench.stopwatch import Stopwatch


def busy():
    """Use the processor long enough for every clock to see it."""
    return sum(range(20_000))


def test_a_part_within_a_part_is_charged_once():
    """Charged twice, the parts would add up to more than the whole."""
    watch = Stopwatch()
    inner = watch.timed("inner", busy)

    watch.timed("outer", inner)()

    assert watch.seconds["inner"] > watch.seconds["outer"] > 0


async def test_a_coroutine_is_not_charged_for_what_others_do_while_it_waits():
    """Charged for waiting, whatever asks the store would look like the dearest part."""
    watch = Stopwatch()
    turn = asyncio.Event()

    async def wait():
        await turn.wait()

    async def work():
        busy()
        turn.set()

    await asyncio.gather(watch.timed("waits", wait)(), watch.timed("works", work)())

    assert watch.seconds["works"] > watch.seconds["waits"] > 0


def test_a_part_that_has_moved_is_told_as_absent():
    """A profile that leaves a part out in silence would blame another for it."""
    watch = Stopwatch()

    assert not watch.watch("gone", "bench.stopwatch:Stopwatch.gone")
    assert not watch.watch("gone", "bench.gone:anything")
