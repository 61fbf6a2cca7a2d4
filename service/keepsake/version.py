"""The version of Keepsake, as it is installed."""

from __future__ import annotations

from importlib.metadata import version

VERSION = version("keepsake")
