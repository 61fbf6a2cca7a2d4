"""Connecting: whom this process asks beside the store, as its settings say."""

from __future__ import annotations

from keepsake.adapters.feasibility import ClientTls, OperationsClient
from keepsake.cases import Cases
from keepsake.core.case_table import PRESENT, PROPOSE, REQUEST_APPROVAL
from keepsake.operations import CalendarFeasibility, Operations
from keepsake.ports import Ledger
from keepsake.promising import FeasibilityCheck
from keepsake.settings import Settings


def join_feasibility(cases: Cases, operations: Operations, ledger: Ledger) -> None:
    """Have operations asked again before an offer is proposed or presented, or to be approved."""
    check = FeasibilityCheck(cases, operations, ledger)
    cases.checks = {
        PROPOSE: (check.proposing,),
        **dict.fromkeys((PRESENT, REQUEST_APPROVAL), (check,)),
    }


def operations_of(settings: Settings) -> Operations:
    """Ask the service of operations, or the calendars of the packs where there is none."""
    if not settings.feasibility_url:
        return Operations(CalendarFeasibility())
    files = (settings.feasibility_ca, settings.feasibility_certificate, settings.feasibility_key)
    share, tls = settings.feasibility_share, ClientTls(*files)
    return Operations(OperationsClient(settings.feasibility_url, share=share, tls=tls))
