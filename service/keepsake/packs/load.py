"""Loads a pack: files → document → shape → the core's frozen values, with every mistake at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from keepsake.core.errors import PackError, Problem
from keepsake.core.facts import Vocabulary
from keepsake.core.literals import Dialect
from keepsake.core.outcomes import Validation
from keepsake.core.pack import Pack
from keepsake.packs.budgets import read_budgets
from keepsake.packs.calendar import read_calendar
from keepsake.packs.catalogue import Catalogue
from keepsake.packs.catalogues import read_catalogues, read_phrasebooks
from keepsake.packs.conversation import read_conversation
from keepsake.packs.document import Document, merge_files
from keepsake.packs.draft import Draft
from keepsake.packs.files import PackFiles, read_files
from keepsake.packs.form import check_form
from keepsake.packs.frequency import read_frequency
from keepsake.packs.governance import Governance
from keepsake.packs.notes import read_notes
from keepsake.packs.rulebook import RuleReader
from keepsake.packs.schema import PackShape
from keepsake.packs.texts import TextCheck
from keepsake.packs.vocabulary import build_vocabulary


@dataclass(frozen=True, slots=True)
class OpenedPack:
    """A valid pack together with what it was read from."""

    pack: Pack
    files: PackFiles
    document: Document
    shape: PackShape
    dialect: Dialect


def load_pack(folder: Path) -> Pack:
    """Return the pack of a folder; raise PackError with every mistake in it."""
    return open_pack(read_files(folder)).pack


def open_pack(files: PackFiles) -> OpenedPack:
    """Return a pack with what it was read from; raise PackError with every mistake in it."""
    document = merge_files(files)
    shape = check_form(document) if document.is_readable else None
    if shape is None:
        raise PackError(_sorted(document.problems))
    if shape.pack != files.folder:
        hint = f"write {files.folder}, or rename the folder"
        document.refuse(("pack",), "is not the name of the folder", hint, value=shape.pack)
    vocabulary = build_vocabulary(shape, document)
    dialect = _dialect(shape, vocabulary)
    draft = Draft(shape, document, dialect)
    pack = replace(_pack(files.digest, draft), crm_note=read_notes(files, draft))
    problems = _sorted(_without_echoes(document, pack))
    if problems:
        raise PackError(problems)
    return OpenedPack(pack, files, document, shape, dialect)


def _dialect(shape: PackShape, vocabulary: Vocabulary) -> Dialect:
    return Dialect(
        vocabulary=vocabulary,
        lists={name: tuple(words) for name, words in shape.lists.items()},
        currency=shape.currency,
        rates=shape.rates.table,
        sensitive=frozenset(name for name, reason in shape.reasons.items() if reason.sensitive),
    )


def _pack(digest: str, draft: Draft) -> Pack:
    shape, catalogue, governance = draft.shape, Catalogue(draft), Governance(draft)
    TextCheck(draft).check_others()
    return Pack(
        id=shape.pack,
        digest=digest,
        titles=shape.title,
        currency=shape.currency,
        languages=tuple(shape.languages),
        kinds=tuple(shape.kinds),
        channels=tuple(shape.channels),
        subjects=tuple(shape.subjects),
        questions=tuple(shape.feasibility),
        vocabulary=draft.vocabulary,
        reasons=catalogue.reasons(),
        offers=catalogue.offers(),
        ways_out=catalogue.ways_out(),
        laws=catalogue.laws(),
        rulebook=RuleReader(draft).rulebook(),
        authority=governance.authority(),
        valuation=governance.valuation(),
        experiment=governance.experiment(),
        reason_policy=governance.reason_policy(),
        rates=governance.rates(),
        risk_bands=governance.bands("risk_bands"),
        hazard_bands=governance.bands("hazard_bands"),
        models=shape.models,
        idempotency_days=shape.idempotency_days,
        valid_hours=shape.valid_hours,
        max_offers=shape.max_offers,
        budgets=read_budgets(draft),
        calendar=read_calendar(draft),
        catalogues=read_catalogues(draft),
        phrasebooks=read_phrasebooks(draft),
        conversation=read_conversation(draft),
        validation=Validation(
            shape.validation.days, shape.validation.grace_days, shape.validation.conf
        ),
        frequency=read_frequency(draft),
    )


def _without_echoes(document: Document, pack: Pack) -> list[Problem]:
    """Return the problems, without those that a malformed declaration caused elsewhere."""
    lost = set(document.names("facts")) - set(pack.vocabulary)
    echoes = {f"no fact is called {name}" for name in lost}
    echoes |= {f"no list is called {name!r}" for name in document.names("lists")}
    return [problem for problem in document.problems if problem.message not in echoes]


def _sorted(problems: list[Problem]) -> tuple[Problem, ...]:
    unique = dict.fromkeys(problems)
    return tuple(sorted(unique, key=lambda p: (p.source.file, p.source.line, p.key)))
