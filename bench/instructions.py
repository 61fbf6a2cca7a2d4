"""Count the instructions of decisions, which no other work on the machine disturbs.

    PYTHONHASHSEED=0 valgrind --tool=callgrind --instr-atstart=no python -m bench.instructions

A worker in this process makes decisions without gRPC, with a Valkey of its own; counting begins
once it is warm. `Collected`, at the end of what valgrind says, is the sum of `CALLS` decisions.
"""

from __future__ import annotations

import gc
import os
import subprocess
import tempfile
from pathlib import Path

import uvloop
from keepsake.app import open_app

from bench.drive import Drive
from bench.intercepts import ROOT, Bodies, intercepts
from bench.parts import padded_settings
from bench.stopwatch import Pace, Stopwatch

CALLS = 192


async def count(folder: Path) -> None:
    """Make decisions, and as many again while they are counted."""
    async with open_app(padded_settings(folder)) as app:
        drive = Drive(Bodies(intercepts()), app.advisor, Stopwatch(), pace=Pace())
        gc.collect()
        gc.freeze()
        await drive.round(CALLS)
        _tell_valgrind("--instr=on")
        await drive.round(CALLS)
        _tell_valgrind("--instr=off")
    print(f"{CALLS} decisions were counted")


def _tell_valgrind(what: str) -> None:
    command = ("callgrind_control", what, str(os.getpid()))
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(dir=ROOT, prefix=".bench-") as place:
        uvloop.run(count(Path(place)))
