"""`keepsake intake`: what others send, read into requests and, if asked, decided."""

from __future__ import annotations

import typer

from keepsake.cli.intake_memo import memo

intake = typer.Typer(no_args_is_help=True, help="Read what others send, and have it decided.")
intake.command("memo")(memo)
