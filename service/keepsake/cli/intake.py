"""`keepsake intake`: what others send, read into requests and, if asked, decided."""

from __future__ import annotations

import typer

from keepsake.cli.intake_disputes import disputes
from keepsake.cli.intake_feedback import COMPLAINT_EPILOG, REVIEW_EPILOG, complaint, review
from keepsake.cli.intake_memo import memo
from keepsake.cli.intake_stripe import ce3, stripe_dispute, stripe_webhook
from keepsake.cli.webhooks import stripe_listen

intake = typer.Typer(no_args_is_help=True, help="Read what others send, and have it decided.")
intake.command("memo")(memo)
intake.command("stripe-dispute")(stripe_dispute)
intake.command("stripe-webhook")(stripe_webhook)
intake.command("stripe-listen")(stripe_listen)
intake.command("ce3")(ce3)
intake.command("complaint", epilog=COMPLAINT_EPILOG)(complaint)
intake.command("review", epilog=REVIEW_EPILOG)(review)
intake.command("disputes")(disputes)
