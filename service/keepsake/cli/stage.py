"""Where `keepsake run` plays whole cases: people with tokens, and what each step told."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from keepsake.cli.console import Refusal, out
from keepsake.cli.examples import read_example, today_s
from keepsake.cli.service import CALL_SECONDS, Service
from keepsake.client import CallFailed, KeepsakeClient, token_credentials
from keepsake.v1.decision_pb2 import Decision
from keepsake.v1.intercept_pb2 import RecommendRequest

AGENT, LEAD, FEED = "mara", "lena", "crm"
_ROLES = {AGENT: ["agent", "specialist"], LEAD: ["lead", "team_lead"], FEED: ["system"]}
_MINUTES = 30.0
_CUSTOMERS = 500  # so many draws miss a group of one in twenty once in 10^11


@dataclass(frozen=True, slots=True)
class Stage:
    """The people who work a case, each with a channel of their own, and the examples they take."""

    people: Mapping[str, KeepsakeClient]
    examples: Path
    is_quiet: bool = False

    def title(self, text: str) -> None:
        """Open a story."""
        self.show(Rule(Text(text, style="bold"), align="left", style="dim", characters="━"))

    def show(self, told: RenderableType) -> None:
        """Print something, unless the data is wanted alone."""
        if not self.is_quiet:
            out().print(told)

    def tell(self, who: str, what: str, told: str = "") -> None:
        """Print who did what, and what came of it."""
        row = Table.grid(padding=(0, 1), expand=True)
        row.add_column(width=10, style="cyan", no_wrap=True)
        row.add_column(width=38)
        row.add_column(ratio=1, style="dim")
        row.add_row(who, what, told)
        self.show(row)

    def step(self, who: str, name: str, request: Any) -> Any:
        """Take a step of a case as somebody; raise CallFailed with what was told."""
        request.request_id = f"run-{uuid.uuid4()}"
        return self.read(who, name, request)

    def read(self, who: str, name: str, request: Any) -> Any:
        """Ask something of a case as somebody; raise CallFailed with what was told."""
        client = self.people[who]
        return client.call(getattr(client.cases, name), request, seconds=CALL_SECONDS)

    def decide(self, request: RecommendRequest, *, control: bool = False) -> Decision:
        """Decide for a customer who is, or is not, drawn for the control group.

        Customers are tried without being stored until one is of that arm.
        """
        client = self.people[AGENT]
        for _ in range(_CUSTOMERS):
            run = uuid.uuid4().hex[:12]
            request.request_id = f"run-{run}"
            request.intercept.customer.id = f"C-{run}"
            request.intercept.subject_id = f"SO-{run}"
            request.validate_only = True
            tried = client.call(client.intercepts.Recommend, request, seconds=CALL_SECONDS)
            if tried.decision.choice.control_group is control:
                return self.again(request)
        raise Refusal(f"none of {_CUSTOMERS} customers was drawn for the arm that is to be shown")

    def again(self, request: RecommendRequest) -> Decision:
        """Decide for the customer of the request, and store it."""
        client = self.people[AGENT]
        request.request_id = f"run-{uuid.uuid4()}"
        request.validate_only = False
        return client.call(client.intercepts.Recommend, request, seconds=CALL_SECONDS).decision

    def example(self, name: str) -> RecommendRequest:
        """Return the request of an example, with what operations say left for them to say."""
        request = today_s(read_example(self.examples / f"{name}.json")).request
        request.ClearField("agent")
        request.intercept.ClearField("feasibility")
        request.intercept.language = "en"
        return request

    def service(self, who: str) -> Service:
        """Return the calls as somebody makes them."""
        return Service(self.people[who])


@contextmanager
def open_stage(
    address: str, private_key: Path, examples: Path, *, is_quiet: bool
) -> Iterator[Stage]:
    """Give everybody a token, signed with the key of development, and a channel."""
    from keepsake.rpc.identity.signing import ISSUER, sign

    with ExitStack() as stack:
        people = {}
        for who, roles in _ROLES.items():
            claims = {"iss": ISSUER, "aud": "keepsake", "sub": who, "roles": roles}
            token = sign(private_key, claims, minutes=_MINUTES)
            client = KeepsakeClient(address, token_credentials(partial(str, token)))
            people[who] = stack.enter_context(client)
        yield Stage(people, examples, is_quiet)


def refused(failed: CallFailed) -> str:
    """Return what a refusal says, with its reason."""
    return f"{failed.message} ({failed.reason or failed.code})"
