"""Drafts the documents of a case: from the facts of its last decision, and from nothing else.

What a person supplies comes in as fills. What neither tells shows as a gap.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from keepsake.core.documents import FILL, Document, Drafted, Sources
from keepsake.core.errors import FieldViolation, InvalidRequest, NotFound
from keepsake.core.facts import FactKind, Facts, nearest
from keepsake.core.pack import Pack
from keepsake.core.plain_text import is_control
from keepsake.core.proofreading import Finding, Proof, findings
from keepsake.core.texts import Speaker
from keepsake.packs.templates import drafted
from keepsake.recorded import facts_of
from keepsake.steps.step import Followed, Scene
from keepsake.v1 import document_pb2 as pb
from keepsake.v1.case_pb2 import DraftDocumentRequest

_SECONDS_PER_DAY = 86_400
_MS_PER_DAY = 86_400_000


@dataclass(frozen=True, slots=True)
class Draft:
    """A document as it would be drafted now, and what it was drafted from."""

    document: Document
    language: str
    drafted: Drafted
    proof: Proof
    sources: Sources
    decision_id: str
    pack: Pack

    @property
    def digest(self) -> str:
        """Return the digest of the draft."""
        return digest_of(self.drafted.text)

    def findings(self, text: str) -> tuple[Finding, ...]:
        """Return what keeps a text from going out as this document."""
        return findings(text, self.proof)


def digest_of(text: str) -> str:
    """Return the SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def document_of(scene: Scene, name: str) -> Document:
    """Return a document of the case's kind; raise NotFound, with the nearest name."""
    documents = scene.snapshot.pack.of(scene.case.kind).work.documents
    if name not in documents:
        near = nearest(name, documents)
        hint = f"; did you mean {near}?" if near else f"; it has {', '.join(documents) or 'none'}"
        message = f"a {scene.case.kind} has no document {name!r}{hint}"
        raise NotFound("document", name, message)
    return documents[name]


def last_decision(scene: Scene) -> Followed:
    """Return the last decision of a case; raise NotFound where none is kept any more."""
    if not scene.followed:
        raise NotFound("decision", scene.case_id, "the decisions of the case are no more kept")
    return list(scene.followed.values())[-1]


def draft(scene: Scene, name: str, language: str, *, fills: Mapping[str, str]) -> Draft:
    """Draft a document; raise NotFound or InvalidRequest for what the pack does not declare."""
    document, pack = document_of(scene, name), scene.snapshot.pack
    followed = last_decision(scene)
    language = language_of(language or followed.inputs.language, pack)
    _check_fills(fills, document)
    facts = facts_of(followed.inputs.facts)
    sources = _sources(scene, followed, document, language=language, fills=fills)
    proof = Proof(
        document,
        language,
        document.limit_by(facts),
        wordings=pack.of(scene.case.kind).work.wordings,
        fills=dict(fills),
        own=document.templates[language],
        ours=tuple(_ours(fills, document)),
        facts=facts,
        currency=pack.currency,
    )
    told = drafted(document.templates[language], sources)
    return Draft(document, language, told, proof, sources, followed.inputs.decision_id, pack)


def draft_of(request: DraftDocumentRequest, scene: Scene) -> pb.DocumentDraft:
    """Return a draft as the API shows it."""
    made = draft(scene, request.document, request.language, fills=request.fills)
    document, text = made.document, made.drafted.text
    return pb.DocumentDraft(
        document=document.id,
        title=made.pack.text(document.titles, made.language),
        language=made.language,
        text=text,
        gaps=[_gap(made, name) for name in made.drafted.gaps],
        facts=[
            pb.DocumentFact(name=n, text=made.sources.facts[n], decision_id=made.decision_id)
            for n in made.drafted.used
        ],
        findings=[finding_of(each) for each in made.findings(text)],
        length=len(text),
        limit=made.proof.limit,
        digest=made.digest,
        audience=document.audience,
        fills=[
            pb.DocumentFill(
                name=fill.name,
                title=made.pack.text(fill.titles, made.language),
                personal=fill.personal,
                most=fill.most,
            )
            for fill in document.fills.values()
        ],
        offer_ids=document.offers,
        second_person=document.second_person,
        once=document.once,
        confidence=document.confidence,
    )


def finding_of(finding: Finding) -> pb.DocumentFinding:
    """Return a finding as the API shows it."""
    return pb.DocumentFinding(
        rule=finding.rule,
        message=finding.message,
        line=finding.line,
        column=finding.column,
        quoted=finding.quoted,
        confidence=finding.confidence,
    )


def _gap(made: Draft, name: str) -> pb.DocumentGap:
    fill = made.document.fills.get(name.removeprefix(f"{FILL}."))
    title = made.pack.text(fill.titles, made.language) if fill else ""
    return pb.DocumentGap(name=name, title=title)


def language_of(language: str, pack: Pack) -> str:
    """Return a language that the pack speaks; raise InvalidRequest for another."""
    if language not in pack.languages:
        allowed = f"one of {', '.join(pack.languages)}, or empty for that of the case"
        raise InvalidRequest((FieldViolation("language", language, allowed),))
    return language


def _check_fills(fills: Mapping[str, str], document: Document) -> None:
    """Raise InvalidRequest for what the document does not ask for, or what is no text."""
    wrong = [FieldViolation(f"fills[{name}]", *told) for name, told in _wrong(fills, document)]
    if wrong:
        raise InvalidRequest(tuple(wrong))


def _wrong(fills: Mapping[str, str], document: Document) -> Iterator[tuple[str, tuple[str, str]]]:
    for name, text in sorted(fills.items()):
        declared = document.fills.get(name)
        if declared is None:
            near = nearest(name, document.fills)
            known = f"did you mean {near}?" if near else f"one of {', '.join(document.fills)}"
            yield name, ("", known)
        elif len(text) > declared.most:
            yield name, (f"{len(text)} characters", f"at most {declared.most}")
        elif any(map(is_control, text)):
            yield name, ("a control character", "text and line ends only")


def _ours(fills: Mapping[str, str], document: Document) -> Iterator[str]:
    """Yield what was supplied that is the business's own."""
    return (text for name, text in fills.items() if document.fills[name].ours)


def _sources(
    scene: Scene,
    followed: Followed,
    document: Document,
    *,
    language: str,
    fills: Mapping[str, str],
) -> Sources:
    """Return all that a template may speak of."""
    pack = scene.snapshot.pack.of(scene.case.kind)
    say = Speaker(pack.vocabulary, language, pack.currency)
    values = facts_of(followed.inputs.facts)
    facts = {name: str(said(value)) for name, value in values.items() if (said := say.sayer(name))}
    reason = pack.reasons.get(followed.decision.reason.reason)
    words = {
        "business": pack.text(pack.titles, language),
        "case_id": scene.case_id,
        "today": say.day(scene.now_ms // _MS_PER_DAY),
        "reason": pack.text(reason.titles, language) if reason else "",
        "language": language,
    }
    rows = {"timeline": tuple(_timeline(document, values, pack, say=facts, language=language))}
    rows |= {
        f"checklist.{name.replace('-', '_')}": tuple(
            {
                "item": item.id,
                "title": pack.text(item.titles, language),
                "state": item.state(values),
                "note": item.row.note,
            }
            for item in checklist.wanted(values)
        )
        for name, checklist in pack.work.checklists.items()
    }
    return Sources(facts, values, {n: t for n, t in fills.items() if t.strip()}, words, rows)


def _timeline(
    document: Document, values: Facts, pack: Pack, *, say: Mapping[str, str], language: str
) -> Iterator[dict[str, str]]:
    """Yield what happened, in order; a moment of which no day is known is left out."""
    known = [each for each in document.timeline if each.fact in values]
    for each in sorted(known, key=lambda moment: _seconds(moment.fact, values, pack)):
        yield {"date": say[each.fact], "text": pack.text(each.texts, language)}


def _seconds(fact: str, values: Facts, pack: Pack) -> float:
    value = float(values[fact])
    is_day = pack.vocabulary[fact].kind is FactKind.DATE
    return value * _SECONDS_PER_DAY if is_day else value
