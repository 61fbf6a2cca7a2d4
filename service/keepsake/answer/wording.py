"""The words of an answer in its language: titles, talk tracks, the way out, why not."""

from __future__ import annotations

from keepsake.core.candidates import Candidate
from keepsake.core.facts import Facts
from keepsake.core.pack import Offer, Pack, Texts, WayOut
from keepsake.core.texts import Speaker
from keepsake.v1.journal_pb2 import DecisionInputs

_NOTHING_TITLE = {"en": "Offer nothing", "de": "Nichts anbieten"}
_NOTHING = {
    "en": "Offer no concession. Help with what was asked, and show the plain way out.",
    "de": "Kein Entgegenkommen anbieten. Helfen, worum gebeten wurde, und den Ausweg zeigen.",
}
_CONTROL = {
    "en": "No incentive in this case (control group). Help with what was asked.",
    "de": "Kein Anreiz in diesem Fall (Kontrollgruppe). Helfen, worum gebeten wurde.",
}
_UNKNOWN_SUM = {
    "en": "What it costs or returns cannot be computed from what is known; check before you say.",
    "de": "Kosten oder Erstattung lassen sich aus dem Bekannten nicht berechnen; vorher prüfen.",
}


class Wording:
    """Words one answer; texts are skipped when the inputs say so."""

    def __init__(self, pack: Pack, inputs: DecisionInputs, facts: Facts) -> None:
        self._pack = pack
        self._language = inputs.language
        self._facts = facts
        self._skips_talk_track = "talk_track" in inputs.degraded_parts
        self._speaker = Speaker(pack.vocabulary, inputs.language, pack.currency)

    def text(self, texts: Texts) -> str:
        """Return a text in the language of the answer, its facts filled in."""
        return self._speaker.fill(self._pack.text(texts, self._language), self._facts, {})

    def title(self, offer: Offer) -> str:
        """Return what an offer is called."""
        return self._pack.text(offer.titles, self._language)

    def nothing_title(self) -> str:
        """Return what offering nothing is called."""
        return self._built_in(_NOTHING_TITLE)

    def nothing_note(self, *, control: bool) -> str:
        """Return what the agent should know where nothing is offered."""
        return self._built_in(_CONTROL if control else _NOTHING)

    def talk_track(self, candidate: Candidate) -> str:
        """Return what to say with an offer; empty when it was skipped for time."""
        if self._skips_talk_track:
            return ""
        template = self._pack.text(candidate.offer.talk_track, self._language)
        return self._speaker.fill(template, self._facts, self._terms(candidate))

    def _terms(self, candidate: Candidate) -> dict[str, str]:
        offer = candidate.offer
        extra = {"offer.title": self.title(offer)}
        if candidate.percent is not None:
            extra["terms.percent"] = self._speaker.percent(candidate.percent)
        if candidate.cost is not None:
            extra["terms.amount"] = self._speaker.money(candidate.cost)
        ready = self._facts.get(f"feasibility.{offer.promise}.ready_date")
        if offer.promise and ready is not None:
            extra["promise.date"] = self._speaker.day(float(ready))
        return extra

    def way_out(self, way_out: WayOut, *, fee: float | None, returned: float | None) -> str:
        """Return what to tell a customer who leaves."""
        extra = {
            "fee": "?" if fee is None else self._speaker.money(fee),
            "returned": "?" if returned is None else self._speaker.money(returned),
        }
        template = self._pack.text(way_out.texts, self._language)
        return self._speaker.fill(template, self._facts, extra)

    def way_out_note(self, *, fee: float | None, returned: float | None) -> str:
        """Return what the agent should know of the way out; empty when its sums are known."""
        is_known = fee is not None and returned is not None
        return "" if is_known else self._built_in(_UNKNOWN_SUM)

    def _built_in(self, texts: Texts) -> str:
        return texts.get(self._language) or texts["en"]
