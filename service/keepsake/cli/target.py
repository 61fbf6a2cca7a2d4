"""Where the running service is, and how to reach it: the options of every command that calls it."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from keepsake.cli.console import DEFAULT_ADDRESS, Address, Refusal

_FILES = {
    "tls_ca": "PEM of the authority that vouches for the service; any of these turns TLS on.",
    "tls_certificate": "PEM chain to show, where the service asks for it.",
    "tls_key": "PEM key of that certificate.",
    "token_file": "A file with the token to show: who asks. It is read anew at each call.",
}


@dataclass(frozen=True, slots=True)
class Target:
    """An address, the files of TLS where it is used, and who asks."""

    address: str
    tls_ca: Path | None = None
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    token_file: Path | None = None

    @property
    def is_tls(self) -> bool:
        """Whether to call it over TLS."""
        return bool(self.tls_ca or self.tls_certificate)


def reaches_service(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of the service's place; it gets them as its keyword `target`."""

    @functools.wraps(command)
    def reach(*given: Any, address: str, **options: Any) -> None:
        files = {name: options.pop(name) for name in _FILES}
        if bool(files["tls_certificate"]) != bool(files["tls_key"]):
            raise Refusal("--tls-certificate and --tls-key go together; one is missing")
        command(*given, target=Target(address, **files), **options)

    signature = inspect.signature(command, eval_str=True)
    kept = [one for one in signature.parameters.values() if one.name != "target"]
    vars(reach)["__signature__"] = signature.replace(parameters=[*kept, *_options()])
    reach.__annotations__ = {one.name: one.annotation for one in (*kept, *_options())}
    return reach


def _options() -> list[inspect.Parameter]:
    of = functools.partial(inspect.Parameter, kind=inspect.Parameter.KEYWORD_ONLY)
    return [
        of("address", default=DEFAULT_ADDRESS, annotation=Address),
        *(of(name, default=None, annotation=_file(name, told)) for name, told in _FILES.items()),
    ]


def _file(name: str, told: str) -> object:
    spelled, envvar = f"--{name.replace('_', '-')}", f"KEEPSAKE_CLIENT_{name.upper()}"
    option = typer.Option(spelled, envvar=envvar, exists=True, dir_okay=False, help=told)
    return Annotated[Path | None, option]
