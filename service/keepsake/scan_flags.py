"""The flags of a scan: what each kind of a pack warns of, raised for one subject after another."""

from __future__ import annotations

from collections.abc import Callable

from keepsake.core.facts import Facts
from keepsake.core.flags import Raiser
from keepsake.core.pack import Pack
from keepsake.v1.intercept_pb2 import ScanFlag

Raised = Callable[[Facts], list[ScanFlag]]


class ScanFlags:
    """Holds what raises the flags of each pack, made once for each version of it."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[str, Raised]] = {}

    def raiser(self, pack: Pack) -> Raised:
        """Return what raises the flags of all kinds of a pack."""
        digest, raised = self._made.get(pack.id, ("", _none))
        if digest != pack.digest:
            raised = _raiser(pack)
            self._made[pack.id] = (pack.digest, raised)
        return raised


def _raiser(pack: Pack) -> Raised:
    kinds = {kind: each for kind, each in pack.others.items() if each.work.flags}
    if not kinds:
        return _none
    flags = [flag for each in kinds.values() for flag in each.work.flags]
    raiser = Raiser(flags, {kind: each.vocabulary for kind, each in kinds.items()})
    language = pack.languages[0]
    messages = {
        flag.id: ScanFlag(
            flag=flag.id,
            title=flag.titles[language],
            advice=flag.advice[language],
            kind=flag.kind,
            reason=flag.reason,
            chance=flag.chance,
            counted=flag.seen,
            conditions=flag.conditions,
            confidence=flag.confidence,
        )
        for flag in flags
    }
    return lambda facts: [messages[flag.id] for flag in raiser.raised(facts)]


def _none(_facts: Facts) -> list[ScanFlag]:
    return []
