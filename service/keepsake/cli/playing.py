"""`keepsake run`: serve on this machine, show what is decided, and say how to call it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Group

from keepsake.cli.child import serving, wait_until
from keepsake.cli.console import DEFAULT_ADDRESS, Address, AsJson, out, print_json, say
from keepsake.cli.decision_view import decision_view, heading
from keepsake.cli.desk_stories import play_desk
from keepsake.cli.examples import Example, read_examples
from keepsake.cli.instructions import instructions
from keepsake.cli.service import Service, is_serving, open_service
from keepsake.cli.settings_options import settings_with
from keepsake.cli.stage import open_stage
from keepsake.cli.stories import play
from keepsake.cli.target import Target
from keepsake.rpc.identity.signing import ISSUER, key_pair
from keepsake.v1.decision_pb2 import Decision


def run(
    address: Address = DEFAULT_ADDRESS,
    examples: Annotated[
        Path, typer.Option(file_okay=False, help="The folder of the intercepts to play.")
    ] = Path("examples"),
    *,
    leave: Annotated[
        bool, typer.Option("--exit", help="End after the examples instead of serving on.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Serve with an embedded store, play the example intercepts, then keep serving.

    The store, the secret and the log of the service are in the data folder (.keepsake).
    """
    played, settings = read_examples(examples), settings_with({})
    log = settings.data_dir / "serve.log"
    say(f"Starting Keepsake at {address}; its log is {log}")
    private, public = key_pair(settings.data_dir / "identity")
    with serving(address, log, _known_by(public)) as child:
        wait_until(lambda: is_serving(address), child, log)
        with open_service(Target(address)) as service:
            decisions = _play(service, played, as_json=as_json)
        with open_stage(address, private, examples, is_quiet=as_json) as stage:
            cases = play(stage) | play_desk(stage)
        if as_json:
            print_json({"decisions": decisions, "cases": cases})
        elif not leave:
            out().print(instructions(address, examples, decisions), soft_wrap=True)
        if not leave:
            say("Serving. Ctrl-C ends it.")
            child.wait()


def _known_by(public_key: Path) -> Mapping[str, str]:
    """Return the settings by which also those are known who show a token of development."""
    return {
        "KEEPSAKE_IDENTITY": "development",
        "KEEPSAKE_IDENTITY_KEYS": str(public_key),
        "KEEPSAKE_IDENTITY_ISSUER": ISSUER,
    }


def _play(service: Service, played: list[Example], *, as_json: bool) -> dict[str, Decision]:
    """Decide each example anew: under a request_id of this run, since packs may have changed."""
    decisions = {}
    for number, example in enumerate(played, start=1):
        example.request.request_id += f"-{time.time_ns():x}"
        decision = service.recommend(example.request).decision
        decisions[example.name] = decision
        if not as_json:
            title = f"{number} of {len(played)}  {example.title}"
            words = example.request.intercept.words
            out().print(Group(heading(title, words), decision_view(decision)))
    return decisions
