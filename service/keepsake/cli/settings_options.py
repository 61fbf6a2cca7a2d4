"""The settings as options of a command: each field of Settings is one, with its own words."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo

from keepsake.cli.console import Refusal
from keepsake.settings import Settings, SettingsError

Command = Callable[..., None]
_OPTION_TYPES: Mapping[object, object] = {
    tuple[str, ...]: list[str] | None,
    bool: bool | None,
    int: int | None,
    float: float | None,
    Path: Path | None,
    Path | None: Path | None,
}


def takes_settings(command: Command) -> Command:
    """Give a command of keywords an option for every setting, so that none is said twice.

    A secret is none of them: a command line is seen by everybody on the machine.
    """
    parameters = [
        inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=_option(name, field)
        )
        for name, field in Settings.model_fields.items()
        if field.annotation is not SecretStr
    ]
    vars(command)["__signature__"] = inspect.Signature(parameters)
    command.__annotations__ = {one.name: one.annotation for one in parameters}
    return command


def settings_with(options: Mapping[str, Any]) -> Settings:
    """Return the settings with those that were given as options; refuse every wrong one at once."""
    given = {name: value for name, value in options.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        wrong = [": ".join([*map(str, one["loc"]), one["msg"]]) for one in error.errors()]
    except SettingsError as error:
        wrong = [f"{error}; a list is written as JSON: '[\"jeweller\"]'"]
    raise Refusal(
        "\n  ".join(["settings are wrong", *wrong]),
        "docs/operator.md lists each setting; the environment says KEEPSAKE_<NAME>",
    )


def _option(name: str, field: FieldInfo) -> object:
    words = name.replace("_", "-")
    spelled = f"--{words}/--no-{words}" if field.annotation is bool else f"--{words}"
    default = "" if field.default in ("", None) else f" (default: {_plain(field.default)})"
    kind = _OPTION_TYPES.get(field.annotation, str | None)
    words_and_default = f"{field.description}{default}"
    return Annotated[kind, typer.Option(spelled, help=words_and_default, show_default=False)]


def _plain(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(value)
    return str(value)
