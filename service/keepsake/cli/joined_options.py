"""Several options of a command that belong together and reach it as one value."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any

Command = Callable[..., None]


def option(name: str, annotation: object, **default: Any) -> inspect.Parameter:
    """Return an option as a parameter of a command; without `default` it has to be given."""
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(name, kind, annotation=annotation, **default)


def joined(
    name: str, options: Sequence[inspect.Parameter], build: Callable[..., object]
) -> Callable[[Command], Command]:
    """Give a command options; it gets what `build` makes of them as its keyword `name`."""

    def decorated(command: Command) -> Command:
        @functools.wraps(command)
        def reach(*given: Any, **told: Any) -> None:
            own = {one.name: told.pop(one.name) for one in options}
            command(*given, **{name: build(**own)}, **told)

        signature = inspect.signature(command, eval_str=True)
        kept = [one for one in signature.parameters.values() if one.name != name]
        vars(reach)["__signature__"] = signature.replace(parameters=[*kept, *options])
        reach.__annotations__ = {one.name: one.annotation for one in (*kept, *options)}
        return reach

    return decorated
