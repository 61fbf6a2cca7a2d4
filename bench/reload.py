"""Measure how long a reload stops a worker: `make reload`.

Loading and checking run in a thread; only building the engines and the swap itself run where
decisions run. Both are measured here, on a copy of the packs, with the models they pin.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
from pathlib import Path
from time import perf_counter

from keepsake.app import open_app
from keepsake.settings import Settings
from rich.console import Console
from rich.table import Table

RELOADS = 30


async def main() -> None:
    """Reload each pack and print what it cost."""
    table = Table("pack", "reloads", "load in a thread, ms", "pause, median ms", "pause, most ms")
    with tempfile.TemporaryDirectory() as folder:
        async with open_app(Settings(data_dir=Path(folder))) as app:
            for pack in app.settings.packs:
                loads, pauses = [], []
                for _ in range(RELOADS):
                    started = perf_counter()
                    loaded = await asyncio.to_thread(app.in_force.load, pack)
                    loads.append((perf_counter() - started) * 1000)
                    app.in_force.swap(pack, loaded)
                    pauses.append(_pause(app.in_force.statuses(), pack))
                table.add_row(
                    pack,
                    str(RELOADS),
                    f"{statistics.median(loads):.0f}",
                    f"{statistics.median(pauses):.1f}",
                    f"{max(pauses):.1f}",
                )
    Console().print(table)


def _pause(statuses: list, pack: str) -> float:
    return next(status.swap_pause_ms for status in statuses if status.pack == pack)


if __name__ == "__main__":
    asyncio.run(main())
