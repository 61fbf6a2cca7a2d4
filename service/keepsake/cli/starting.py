"""What an operator may get wrong of a service that is to start, told as theirs to mend."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from keepsake.cli.console import Refusal
from keepsake.settings import Settings, WrongSetting

_HINT = "docs/operator.md lists each setting; the environment says KEEPSAKE_<NAME>"


@contextmanager
def told_to_operator(settings: Settings) -> Iterator[None]:
    """Refuse what cannot start by the settings, before and while it starts."""
    from keepsake.rpc.listening import CannotListen

    _refuse_unknown_packs(settings)
    try:
        yield
    except (CannotListen, WrongSetting) as wrong:
        raise Refusal(str(wrong), _HINT) from wrong


def _refuse_unknown_packs(settings: Settings) -> None:
    rules, kept = settings.rules_dir, settings.data_dir / "kept"
    absent = [pack for pack in settings.packs if not (rules / pack).is_dir()]
    unknown = [pack for pack in absent if not any(kept.glob(f"*/{pack}"))]  # else the last good one
    if not unknown:
        return
    known = sorted(path.parent.name for path in rules.glob("*/pack.yaml"))
    raise Refusal(
        f"no pack {', '.join(unknown)} in {rules}; there are: {', '.join(known) or 'none'}",
        "name packs with --packs, and their folder with --rules-dir",
    )
