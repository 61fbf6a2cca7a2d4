"""Every error that Keepsake raises on purpose.

KeepsakeError
├── InvalidRequest        a field of the request is wrong; all of them are named
├── NotFound              no such pack, decision, offer or rule
├── RequestIdReused       the same request_id came with another body, caller or step
├── NotAuthenticated      nobody knows who calls
├── NotPermitted          who calls may not do that, or not see that pack
├── IllegalStep           the state of the case does not allow the step; those allowed are named
├── Barred                a law, a rule or a guard bars the offer by now; it is named
├── NothingLeft           too little is left of a budget, a slot or a stone
├── NotReady              the pack is not serving, or lacks the model that was asked for
├── TooMuch               too many calls at once, or too large a message
├── DeadlineTooShort      no time is left to decide
├── StoreUnavailable      the store is away
├── StoreMismatch         the store was created with other settings
├── PackError             a pack was refused whole; every problem is named
└── BundleError           a model bundle was refused whole

Each carries a public message; what caused it is kept as `__cause__` for the log.
"""

from __future__ import annotations

from dataclasses import dataclass

from keepsake.core.facts import Source


class KeepsakeError(Exception):
    """Anything that Keepsake refuses or cannot do, told to the caller by `message`."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """One wrong field of a request: where, what it holds, and what is allowed."""

    field: str
    value: str
    allowed: str

    def __str__(self) -> str:
        return f"{self.field}: {self.value!r} is not allowed; {self.allowed}"


class InvalidRequest(KeepsakeError):
    """A request with wrong fields; all of them are in `violations`."""

    def __init__(self, violations: tuple[FieldViolation, ...]) -> None:
        super().__init__("; ".join(str(violation) for violation in violations))
        self.violations = violations


class NotFound(KeepsakeError):
    """Something that was named does not exist."""

    def __init__(self, resource_type: str, name: str, message: str = "") -> None:
        super().__init__(message or f"no {resource_type} {name!r}")
        self.resource_type = resource_type
        self.name = name


class RequestIdReused(KeepsakeError):
    """A request_id that was used before: with another body, by another caller, for another step."""

    def __init__(self, request_id: str) -> None:
        super().__init__(
            f"request_id {request_id!r} was used with another body, by another caller or for"
            " another step; a new request needs a new id"
        )
        self.request_id = request_id


class NotAuthenticated(KeepsakeError):
    """A call of which nobody knows who makes it; `why` is a word to branch on."""

    def __init__(self, why: str, message: str) -> None:
        super().__init__(message)
        self.why = why


class NotPermitted(KeepsakeError):
    """A call by somebody who may not make it: it takes one of `roles`, or sight of `pack`."""

    def __init__(self, message: str, *, roles: tuple[str, ...] = (), pack: str = "") -> None:
        super().__init__(message)
        self.roles = roles
        self.pack = pack


class IllegalStep(KeepsakeError):
    """A step that the state of its case does not allow; `allowed` are those that it does.

    `stages` are those that may follow, where a stage was asked for that may not.
    """

    def __init__(
        self, step: str, allowed: tuple[str, ...], where: str, *, stages: tuple[str, ...] = ()
    ) -> None:
        instead = f"it allows {', '.join(allowed)}" if allowed else "it allows no step any more"
        super().__init__(f"{step} is not allowed: {where}; {instead}")
        self.step = step
        self.allowed = allowed
        self.stages = stages


class Barred(KeepsakeError):
    """An offer that may not be presented by now; `failed` is the law, rule or guard in its way."""

    def __init__(self, offer_id: str, failed: str, why: str) -> None:
        super().__init__(f"{offer_id} may not be presented: {why}")
        self.offer_id = offer_id
        self.failed = failed


class NothingLeft(KeepsakeError):
    """Less is `left` of a limited resource than is `needed`; both are in words, with their unit."""

    def __init__(self, message: str, *, resource: str, left: str, needed: str) -> None:
        super().__init__(message)
        self.resource = resource
        self.left = left
        self.needed = needed


class NotReady(KeepsakeError):
    """What was asked for exists but does not serve; `missing` names the part."""

    def __init__(self, message: str, missing: str) -> None:
        super().__init__(message)
        self.missing = missing


class TooMuch(KeepsakeError):
    """More than the server takes; `subject` names the limit, `retry_seconds` when to come again."""

    def __init__(self, message: str, subject: str, retry_seconds: float = 1.0) -> None:
        super().__init__(message)
        self.subject = subject
        self.retry_seconds = retry_seconds


class DeadlineTooShort(KeepsakeError):
    """The caller's deadline leaves no time to decide."""


class StoreUnavailable(KeepsakeError):
    """The store did not answer in time, or not at all.

    Or it refused: `is_final` says that it would again, for what it was asked and not for its state.
    """

    def __init__(
        self,
        message: str = "the store is away",
        retry_seconds: float = 1.0,
        *,
        is_final: bool = False,
    ) -> None:
        super().__init__(message)
        self.retry_seconds = retry_seconds
        self.is_final = is_final


class StoreMismatch(KeepsakeError):
    """The store was created with settings that this process does not have."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a file: where, which key, what it holds, what is wrong, what to do."""

    source: Source
    key: str
    value: str
    message: str
    suggestion: str = ""
    is_warning: bool = False

    def __str__(self) -> str:
        value = f" = {self.value}" if self.value else ""
        suggestion = f" ({self.suggestion})" if self.suggestion else ""
        key = f"{self.key}{value}: " if self.key else ""
        return f"{self.source}: {key}{self.message}{suggestion}"


class PackError(KeepsakeError):
    """A pack that was refused whole; `problems` names every mistake."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class BundleError(KeepsakeError):
    """A model bundle that was refused whole; `problem` names the mistake."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem
