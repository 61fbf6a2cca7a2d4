"""The echo, loaded by `h2load`, a generator in C: whether ours finds the same ceiling.

Keepsake itself cannot be measured with it: it sends one body again and again, and a request_id that
was answered is not decided again.
"""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
from pathlib import Path

from bench.rounds import CONNECTIONS, IN_FLIGHT
from bench.servers import Running

_RATE = re.compile(r"finished in [^,]+, ([\d.]+) req/s")


def by_h2load(server: Running, body: bytes, folder: Path, calls: int) -> float | None:
    """Return the calls per second that h2load finds; None where it is not installed."""
    program = shutil.which("h2load")
    if program is None:
        return None
    file = folder / "request"
    file.write_bytes(b"\0" + struct.pack(">L", len(body)) + body)
    command = [program, "-n", str(calls), "-t1", "-d", str(file)]
    command += ["-c", str(CONNECTIONS), "-m", str(IN_FLIGHT)]
    command += ["-H", "content-type: application/grpc", "-H", "te: trailers"]
    url = f"http://127.0.0.1:{server.port}{server.path}"
    told = subprocess.run([*command, url], check=True, capture_output=True, text=True)  # noqa: S603 - found on the path
    found = _RATE.search(told.stdout)
    return float(found[1]) if found else None
