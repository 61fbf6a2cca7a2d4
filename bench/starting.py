"""How long one worker takes from the start of its process to SERVING, and what it weighs."""

from __future__ import annotations

import compileall
import statistics
from pathlib import Path

from bench.intercepts import ROOT
from bench.servers import Keepsake, memory_mib, processor_seconds, started

STARTS = 5


def start_figures(folder: Path) -> dict[str, object]:
    """Start a worker with both packs and an embedded store, again and again, as a user does."""
    seconds, spent, resting = [], [], 0.0
    compileall.compile_dir(ROOT / "service", quiet=1)  # as an installed package is
    for number in range(STARTS):
        how = Keepsake(
            ROOT / "rules", folder / f"start-{number}", {"packs": '["jeweller", "travel"]'}
        )
        with started(how, "") as (process, _, took):
            seconds.append(took)
            spent.append(processor_seconds(process.pid))
            resting = memory_mib(process.pid)["rss"]
    return {
        "ready_seconds": round(statistics.median(seconds), 2),
        "ready": {
            "processor_seconds": round(statistics.median(spent), 2),
            "least": round(min(seconds), 2),
            "most": round(max(seconds), 2),
            "rss_mib_both_packs": round(resting, 1),
        },
    }
