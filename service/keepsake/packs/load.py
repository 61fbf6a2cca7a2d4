"""Loads a pack: files → document → shape → the core's frozen values, with every mistake at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from keepsake.core.errors import PackError, Problem
from keepsake.core.facts import Vocabulary
from keepsake.core.history import Counted
from keepsake.core.literals import Dialect
from keepsake.core.outcomes import Validation
from keepsake.core.pack import Pack
from keepsake.packs.budgets import read_budgets
from keepsake.packs.calendar import read_calendar
from keepsake.packs.catalogue import Catalogue
from keepsake.packs.catalogues import read_catalogues, read_phrasebooks
from keepsake.packs.clusters import read_clusters
from keepsake.packs.conversation import read_conversation
from keepsake.packs.document import Document, Merging, unique_among
from keepsake.packs.documents import read_documents, read_wordings
from keepsake.packs.draft import Draft
from keepsake.packs.files import PackFiles, read_files
from keepsake.packs.form import check_form
from keepsake.packs.frequency import read_frequency
from keepsake.packs.governance import Governance
from keepsake.packs.kinds import complete, implied_facts, read_work
from keepsake.packs.notes import read_notes
from keepsake.packs.processors import read_processors
from keepsake.packs.rulebook import RuleReader
from keepsake.packs.schema import PackShape
from keepsake.packs.sheets import Sheets
from keepsake.packs.texts import TextCheck
from keepsake.packs.vocabulary import Around, build_vocabulary, reason_words


@dataclass(frozen=True, slots=True)
class OpenedPack:
    """A valid pack together with what it was read from; `others` are its kinds of a folder."""

    pack: Pack
    files: PackFiles
    document: Document
    shape: PackShape
    dialect: Dialect
    others: Mapping[str, OpenedPack] = field(default_factory=dict)


def load_pack(folder: Path) -> Pack:
    """Return the pack of a folder; raise PackError with every mistake in it."""
    return open_pack(read_files(folder)).pack


def open_pack(files: PackFiles) -> OpenedPack:
    """Return a pack with what it was read from; raise PackError with every mistake in it."""
    merging = Merging(files)
    own = _opened(files, merging.own(), Around(kinds=files.kinds))
    around = Around(kinds=(*own.shape.kinds, *files.kinds), reasons=reason_words(own.shape))
    others = dict[str, OpenedPack]()
    problems = _problems(own)
    for kind in files.kinds:
        document = merging.of(kind)
        complete(document, own.document, kind)
        try:
            others[kind] = _opened(files, document, around, kind=kind)
            problems += _problems(others[kind])
        except PackError as error:
            problems += error.problems
    problems += unique_among(own.document, {name: each.document for name, each in others.items()})
    if problems:
        raise PackError(_sorted(problems))
    return joined(own, others)


def joined(own: OpenedPack, others: Mapping[str, OpenedPack]) -> OpenedPack:
    """Return the pack with what every other kind sees of it; all count the same history."""
    counted = {kind: each.shape.kind.counts_as for kind, each in others.items() if each.shape.kind}
    kinds = {kind: Counted(word) for kind, word in counted.items() if word}
    frequency = replace(own.pack.frequency, kinds={**own.pack.frequency.kinds, **kinds})
    seen = {
        kind: replace(
            each, pack=replace(each.pack, frequency=frequency, crm_note=own.pack.crm_note)
        )
        for kind, each in others.items()
    }
    packs = {kind: each.pack for kind, each in seen.items()}
    return replace(own, pack=replace(own.pack, frequency=frequency, others=packs), others=seen)


def _opened(files: PackFiles, document: Document, around: Around, *, kind: str = "") -> OpenedPack:
    """Return the pack as one kind sees it, or its own kinds where `kind` is empty."""
    shape = check_form(document) if document.is_readable else None
    if shape is None:
        raise PackError(_sorted(document.problems))
    if shape.pack != files.folder:
        hint = f"write {files.folder}, or rename the folder"
        document.refuse(("pack",), "is not the name of the folder", hint, value=shape.pack)
    sheets = Sheets(files, kind, document)
    implied = tuple(implied_facts(shape, document, sheets))
    vocabulary = build_vocabulary(shape, document, replace(around, facts=implied))
    dialect = _dialect(shape, vocabulary)
    draft = Draft(shape, document, dialect)
    work = replace(
        read_work(draft, sheets),
        documents=read_documents(draft, files, kind),
        wordings=read_wordings(draft),
        processors=read_processors(draft),
        clusters=read_clusters(draft),
    )
    pack = replace(_pack(files.digest, draft), work=work)
    if not kind:
        pack = replace(pack, crm_note=read_notes(files, draft))
    return OpenedPack(pack, files, document, shape, dialect)


def _problems(opened: OpenedPack) -> list[Problem]:
    return _without_echoes(opened.document, opened.pack)


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
