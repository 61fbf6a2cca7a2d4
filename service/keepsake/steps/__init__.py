"""The steps of a case, each in a module of its own: what a call asks, into what happens."""

from __future__ import annotations

from collections.abc import Mapping

from keepsake.steps.accepting import AcceptOffer
from keepsake.steps.advancing import AdvanceCase
from keepsake.steps.asking import RequestApproval
from keepsake.steps.assisting import Assist
from keepsake.steps.confirming import ConfirmDocument
from keepsake.steps.deciding import DecideApproval
from keepsake.steps.declining import DeclineOffer
from keepsake.steps.noting import AddNote
from keepsake.steps.presenting import PresentOffer
from keepsake.steps.promising import SettlePromise
from keepsake.steps.proposing import ProposeOffer
from keepsake.steps.recording import RecordOutcome
from keepsake.steps.staging import StageDocument
from keepsake.steps.step import Step
from keepsake.steps.validating import ValidateOutcome
from keepsake.steps.withdrawing import WithdrawOffer

STEPS: Mapping[str, Step] = {
    step.name: step
    for step in (
        *(ProposeOffer(), PresentOffer(), AcceptOffer(), DeclineOffer(), WithdrawOffer()),
        *(Assist(), AdvanceCase(), StageDocument(), ConfirmDocument()),
        *(RecordOutcome(), ValidateOutcome()),
        *(RequestApproval(), DecideApproval(), AddNote(), SettlePromise()),
    )
}
"""Every step by its name, which is that of its method."""
