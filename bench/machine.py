"""What a figure was measured on, and when."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from pathlib import Path


def machine() -> str:
    """Describe this machine, and how busy it is with other work."""
    cores = os.cpu_count()
    load = os.getloadavg()[0]
    python = platform.python_version()
    busy = f"load {load:.1f} from other work before the run"
    return f"{_processor()}, {cores} cores, {platform.system()}, Python {python}; {busy}"


def today() -> str:
    """Return the date."""
    return datetime.now(tz=UTC).date().isoformat()


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
