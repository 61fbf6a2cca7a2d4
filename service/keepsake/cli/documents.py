"""Commands about the documents of a case: drafted, written to files, put together to be sent."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import typer

from keepsake.cli.casework import CaseId
from keepsake.cli.console import AsJson, ExitCode, Refusal, print_json, say, show
from keepsake.cli.documents_view import draft_view, written_view
from keepsake.cli.enclosures import checklist_items, items_sent, left_out, tell_left_out
from keepsake.cli.papers import Papers
from keepsake.cli.service import Service, open_service
from keepsake.cli.target import Target, reaches_service
from keepsake.core.evidence import evidence_mistakes
from keepsake.core.facts import nearest
from keepsake.v1 import case_pb2, document_pb2

Fills = Annotated[
    list[str] | None,
    typer.Option("--fill", metavar="NAME=TEXT", help="What a person supplies; may be repeated."),
]
Processor = Annotated[str, typer.Option("--processor", help="Who takes the evidence.")]
_HINTS = {"unconfirmed": "have it confirmed first"}


@reaches_service
def draft(
    case_id: CaseId,
    document: Annotated[
        str,
        typer.Argument(metavar="DOCUMENT", help="One of the case's kind; `reply.de` in German."),
    ],
    *,
    fill: Fills = None,
    target: Target,
    as_json: AsJson = False,
) -> None:
    """Draft a document of a case: from its facts, with gaps where something is missing."""
    name, _, language = document.partition(".")
    request = case_pb2.DraftDocumentRequest(
        case_id=case_id, document=name, language=language, fills=dict(_pairs(fill, "--fill"))
    )
    with open_service(target) as service:
        answer = service.draft(request)
    show(answer, draft_view(answer.draft), as_json=as_json)


@reaches_service
def documents(
    case_id: CaseId,
    *,
    out: Annotated[
        Path, typer.Option("--out", file_okay=False, help="The folder to write to.")
    ] = Path(),
    exhibit: Annotated[
        list[str] | None,
        typer.Option(
            "--exhibit",
            metavar="ITEM=FILE",
            help="A PDF, JPEG or PNG for an item of the checklist; may be repeated.",
        ),
    ] = None,
    target: Target,
    as_json: AsJson = False,
) -> None:
    """Write the staged and confirmed documents of a case as PDF, with exhibits as one bundle."""
    submission = _submission()
    with open_service(target) as service:
        papers = Papers(submission, service.case(case_id))
        limits = _limits(service, case_id) if exhibit else None
        items = checklist_items(service, papers.case)
    if not papers.letters:
        raise Refusal("no document of this case is staged", "draft one: keepsake draft CASE ...")
    titles = {each.item: each.title for each in items}
    exhibits = exhibits_in_order(submission, exhibit or [], titles)
    missing = left_out(items, [each.item for each in exhibits])
    written = papers.write(out, exhibits, limits, missing=[each.item for each in missing])
    tell_left_out(missing, is_final=False)
    show(written, written_view(written), as_json=as_json)


@reaches_service
def evidence(
    case_id: CaseId,
    *,
    processor: Processor = "",
    fill: Annotated[
        list[str] | None,
        typer.Option(
            "--fill",
            metavar="NAME=VALUE",
            help="A text, the id of an uploaded file for its field, or `@FILE` with JSON.",
        ),
    ] = None,
    submit: Annotated[
        bool, typer.Option("--submit", help="Have the processor submit it: once, for good.")
    ] = False,
    target: Target,
) -> None:
    """Print what a processor takes as evidence, as JSON; it is staged unless --submit is given."""
    given = dict(_pairs(fill, "--fill"))
    asked = case_pb2.DraftEvidenceRequest(case_id=case_id, processor=processor)
    with open_service(target) as service:
        fields = service.evidence(asked).evidence.fields
        own = {each.name for each in fields if each.kind != "text"} & given.keys()
        asked.fills.update({name: text for name, text in given.items() if name not in own})
        made = service.evidence(asked).evidence
        items = checklist_items(service, service.case(case_id).case)
    told: dict[str, Any] = {each.name: each.text for each in made.fields if each.text}
    told |= {name: _value(given[name]) for name in sorted(own)}
    _check(told, made, submit=submit)
    tell_left_out(left_out(items, list(items_sent(told, made))), is_final=submit)
    print_json({"evidence": told, "submit": submit})


def _check(told: Mapping[str, Any], made: document_pb2.EvidenceDraft, *, submit: bool) -> None:
    """Refuse what the processor would not take; tell what is missing where it is only staged."""
    kinds = {each.name: each.kind for each in made.fields}
    limits = {"one": made.field_limit, "total": made.total_limit}
    wrong = list(evidence_mistakes(told, kinds, **limits))
    if wrong:
        raise Refusal("the processor would not take it:\n  " + "\n  ".join(wrong))
    for finding in made.findings:
        if submit:
            raise Refusal(finding.message, _HINTS.get(finding.rule, ""), code=ExitCode.REFUSED)
        say(finding.message, style="yellow")


def _value(given: str) -> Any:
    """Return what stands in a field: as it was given, or the JSON of a file."""
    if not given.startswith("@"):
        return given
    path = Path(given.removeprefix("@"))
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise Refusal(f"{path} is no JSON: {error}") from error


def _pairs(given: Sequence[str] | None, option: str) -> Iterator[tuple[str, str]]:
    for each in given or ():
        name, sign, text = each.partition("=")
        if not (name and sign):
            raise Refusal(f"{option} takes NAME=TEXT, not {each!r}")
        yield name.strip(), text


def _limits(service: Service, case_id: str) -> document_pb2.EvidenceDraft | None:
    """Return what the kind's processor takes; None where it knows none."""
    request = case_pb2.DraftEvidenceRequest(case_id=case_id)
    try:
        return service.evidence(request).evidence
    except Refusal as refusal:
        if refusal.code is not ExitCode.REFUSED:
            raise
        return None


def exhibits_in_order(
    submission: ModuleType, given: Sequence[str], titles: Mapping[str, str]
) -> list[Any]:
    """Read the files of exhibits, in the order of the checklist; refuse what is none."""
    files = dict(_pairs(given, "--exhibit"))
    for item in files:
        if item not in titles:
            near = nearest(item, titles)
            known = f"did you mean {near}?" if near else f"it has: {', '.join(titles)}"
            raise Refusal(f"the checklist has no item {item!r}", known)
    found = list[Any]()
    for item, title in titles.items():
        if item in files:
            try:
                found.append(submission.read_exhibit(item, title, Path(files[item])))
            except submission.NotAnExhibit as error:
                raise Refusal(f"{files[item]} {error}") from error
    return found


def _submission() -> ModuleType:
    """Import what writes PDF, which only these commands need."""
    try:
        return importlib.import_module("keepsake.submission")
    except ModuleNotFoundError as error:
        raise Refusal(
            f"writing documents needs the package {error.name}, which is not installed",
            "install the extra `documents`: pip install 'keepsake[documents]' (make env does)",
            code=ExitCode.LACKING,
        ) from error
