"""`keepsake run`: serve on this machine, show what is decided, and say how to call it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Group

from keepsake.cli.child import serving, wait_until
from keepsake.cli.console import DEFAULT_ADDRESS, Address, AsJson, out, print_json, say
from keepsake.cli.decision_view import decision_view, heading
from keepsake.cli.examples import Example, read_examples
from keepsake.cli.instructions import instructions
from keepsake.cli.service import Service, is_serving, open_service
from keepsake.cli.settings_options import settings_with
from keepsake.cli.target import Target
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
    played = read_examples(examples)
    log = settings_with({}).data_dir / "serve.log"
    say(f"Starting Keepsake at {address}; its log is {log}")
    with serving(address, log) as child:
        wait_until(lambda: is_serving(address), child, log)
        with open_service(Target(address)) as service:
            decisions = _play(service, played, as_json=as_json)
        if as_json:
            print_json(decisions)
        elif not leave:
            out().print(instructions(address, examples, decisions), soft_wrap=True)
        if not leave:
            say("Serving. Ctrl-C ends it.")
            child.wait()


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
