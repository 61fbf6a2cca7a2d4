"""What time does: one loop over what is due, in place of a clock for each case.

Any number of workers may run it, late ones and killed ones too. What is due is a step of a case,
and a step is written only if nothing was written since the case was read; so whoever is second
finds it done. It is taken off the list only when all of it is done: whoever dies in between leaves
it to the next, and doing it again changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from random import Random

import structlog

from keepsake.core.errors import KeepsakeError, StoreUnavailable
from keepsake.projections import Due, DueList, NotYet

log = structlog.get_logger()

Doing = Callable[[Due], Awaitable[None]]
"""Does what is due, or finds that it is done. What it raises puts it off."""

_MOST = 50
_PUT_OFF_SECONDS = 60.0


class DueWorker:
    """Does what is due. `doings` are what there is to do, by name; others are left to whoever can.

    An old worker beside a new one may meet things that it knows nothing of.
    """

    def __init__(self, due: DueList, doings: Mapping[str, Doing]) -> None:
        self._due = due
        self._doings = doings
        self._random = Random()  # noqa: S311 - only so that workers seldom meet at one case

    async def work(self, pack: str) -> Counter[str]:
        """Do what is due in a pack by now, and return how often what was done.

        Raise StoreUnavailable where the store is away; what is left stays due.
        """
        done: Counter[str] = Counter()
        due = [each for each in await self._due.due(pack, most=_MOST) if each.what in self._doings]
        self._random.shuffle(due)
        for each in due:
            done[each.what] += await self._do(each)
        return done

    async def _do(self, due: Due) -> bool:
        seconds = _PUT_OFF_SECONDS
        try:
            await self._doings[due.what](due)
        except NotYet as later:
            seconds = later.seconds
        except KeepsakeError as error:
            if isinstance(error, StoreUnavailable) and not error.is_final:
                raise
            log.warning("due_put_off", what=due.what, case=due.case_id, told=error.message)
        except Exception:
            log.exception("due_put_off", what=due.what, case=due.case_id)
        else:
            await self._due.drop(due)
            return True
        await self._due.put_off(due, seconds=seconds)
        return False
