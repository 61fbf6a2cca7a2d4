"""Lets `python -m keepsake.cli` stand for `keepsake`."""

from __future__ import annotations

from keepsake.cli import main

if __name__ == "__main__":
    main()
