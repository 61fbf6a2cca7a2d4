"""`keepsake`, with a retention of seconds: within a soak, what is old has to go.

Nothing is kept for longer than `KEPT_SECONDS`; the pack's `idempotency_days` are seconds too.
"""

from __future__ import annotations

from keepsake import record
from keepsake.cli import main

KEPT_SECONDS = 60

if __name__ == "__main__":
    record.RETENTION_DAYS = KEPT_SECONDS
    record._SECONDS_PER_DAY = 1  # noqa: SLF001 - there is no setting for what nobody should set
    main()
