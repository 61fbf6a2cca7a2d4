"""How many bookings a second one process scores: by the Scan RPC alone, and by `keepsake scan`."""

from __future__ import annotations

import gzip
import os
import random
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path

import grpc
from google.protobuf.json_format import Parse
from keepsake.cli.feed import Feed
from keepsake.cli.mappings import mapping_for
from keepsake.cli.tables import open_table
from keepsake.v1.intercept_pb2 import (
    RecommendRequest,
    ScanRequest,
    ScanResponse,
    ScanSubject,
)

from bench.intercepts import ROOT
from bench.servers import Keepsake, processor_seconds, started

HOTEL = Path("hotel/bookings_arrivals_until_2016.csv.gz")
ROWS, BATCH, ROUNDS = 20_000, 500, 5
_SCAN = "/keepsake.v1.InterceptService/Scan"


def scan_figures(folder: Path) -> dict[str, object]:
    """Measure scanning on the real bookings where they are, else on made-up ones."""
    real = Path(os.environ.get("KEEPSAKE_DATA", ROOT / "../shared/data")) / HOTEL
    table = _head_of(real, folder) if real.is_file() else None
    messages = _messages_of(table) if table else _made_up()
    how = Keepsake(ROOT / "rules", folder / "scan", {"packs": '["travel"]'})
    with started(how, "") as (process, port, _):
        rounds = [_scan_once(port, process.pid, messages) for _ in range(ROUNDS)]
        by_command = _by_command(port, table) if table else None
    best = max(rounds)
    return {
        "scan_per_second": round(best[0]),
        "scan": {
            "rows": "real hotel bookings" if table else "made up",
            "per_processor_second": round(max(round_[1] for round_ in rounds)),
            "per_second_least": round(min(rounds)[0]),
            "by_command_per_second": by_command,
        },
    }


def _scan_once(port: int, pid: int, messages: list[bytes]) -> tuple[float, float]:
    """Return the bookings scored per second, and per second of the server's processor time."""
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        scan = channel.stream_stream(_SCAN)
        list(scan(iter(messages[:1])))  # the connection stands before the clock runs
        before, begun = processor_seconds(pid), time.perf_counter()
        replies = list(scan(iter(messages)))
        seconds, spent = time.perf_counter() - begun, processor_seconds(pid) - before
    count = sum(len(ScanResponse.FromString(reply).scores) for reply in replies)
    return count / seconds, count / spent


def _by_command(port: int, table: Path) -> int:
    """Return the rows per second of `keepsake scan`, reading and writing files included."""
    command = [sys.executable, "-m", "keepsake.cli", "scan", str(table)]
    more = ["--address", f"127.0.0.1:{port}", "--out", str(table.with_suffix(".scored"))]
    told = subprocess.run([*command, *more], check=True, capture_output=True, cwd=ROOT)  # noqa: S603 - our own command
    words = told.stderr.decode().partition(" a second")[0].split()
    return int(words[-1].replace(",", ""))


def _head_of(real: Path, folder: Path) -> Path:
    table = folder / "bookings.csv"
    with gzip.open(real, "rt", newline="", encoding="utf-8") as file:
        table.write_text("".join(islice(file, ROWS + 1)), encoding="utf-8")
    return table


def _messages_of(table: Path) -> list[bytes]:
    with open_table(table) as opened:
        feed = Feed(opened, mapping_for(opened, None, ROOT / "rules"))
        found = []
        for request in next(feed.streams()):
            found.append(request.SerializeToString())
            feed.answered()
    return found


def _made_up() -> list[bytes]:
    chance = random.Random(4)
    file = ROOT / "examples" / "travel-plans-changed.json"
    booking = Parse(file.read_text(), RecommendRequest()).intercept.booking
    subjects = [_made_up_one(number, booking, chance) for number in range(ROWS)]
    return [
        ScanRequest(pack="travel", subjects=subjects[at : at + BATCH]).SerializeToString()
        for at in range(0, ROWS, BATCH)
    ]


def _made_up_one(number: int, booking: object, chance: random.Random) -> ScanSubject:
    subject = ScanSubject(subject_id=str(number), booking=booking)
    subject.booking.adults = chance.randrange(1, 4)
    subject.booking.lead_time_days = chance.randrange(400)
    return subject
