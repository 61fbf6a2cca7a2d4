"""The words of an answer in its language: titles, talk tracks, the way out, why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepsake.core.texts import Speaker

if TYPE_CHECKING:
    from keepsake.core.candidates import Candidate
    from keepsake.core.clocks import Due
    from keepsake.core.facts import Facts
    from keepsake.core.pack import Offer, Pack, Texts, WayOut

_LAPSE_TITLE = {"en": "Do nothing", "de": "Nichts tun"}
_LAPSE = {
    "en": "It is let lapse, and lost; what that costs is in the worth of all else.",
    "de": "Es verfällt und ist verloren; was das kostet, steckt im Wert von allem anderen.",
}
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
    """Words the answers of one pack in one language; its texts are taken apart once."""

    def __init__(self, pack: Pack, language: str) -> None:
        speaker = Speaker(pack.vocabulary, language, pack.currency)

        def text(texts: Texts) -> str:
            return pack.text(texts, language)

        offers, ways, laws = pack.offers, pack.ways_out, pack.laws
        self.language = language
        self._speaker = speaker
        self._titles = {name: text(offer.titles) for name, offer in offers.items()}
        self._talk = {n: speaker.template(text(offer.talk_track)) for n, offer in offers.items()}
        self._ways_out = {name: speaker.template(text(way.texts)) for name, way in ways.items()}
        self._laws = {name: speaker.template(text(law.texts)) for name, law in laws.items()}
        lapses = pack.valuation.is_stake
        title, note = (_LAPSE_TITLE, _LAPSE) if lapses else (_NOTHING_TITLE, _NOTHING)
        self.nothing_title = _built_in(title, language)
        self.nothing_note = _built_in(note, language)
        self.control_note = _built_in(_CONTROL, language)
        self._unknown_sum = _built_in(_UNKNOWN_SUM, language)

    def title(self, offer: Offer) -> str:
        """Return what an offer is called."""
        return self._titles[offer.id]

    def law(self, law: str, facts: Facts, due: Due | None = None) -> str:
        """Return what a law asks for, its facts filled in, and by when it is due."""
        clock = {} if due is None else {"clock.due": due.day, "clock.begun": due.begun}
        said = {name: self._speaker.day(day) for name, day in clock.items()}
        return self._laws[law].fill(facts, said)

    def talk_track(self, candidate: Candidate, facts: Facts) -> str:
        """Return what to say with an offer."""
        template = self._talk[candidate.offer.id]
        return template.fill(facts, self._terms(template.asks, candidate, facts))

    def _terms(self, asked: frozenset[str], candidate: Candidate, facts: Facts) -> dict[str, str]:
        extra, offer, speaker = dict[str, str](), candidate.offer, self._speaker
        if "offer.title" in asked:
            extra["offer.title"] = self.title(offer)
        if "terms.percent" in asked and candidate.percent is not None:
            extra["terms.percent"] = speaker.percent(candidate.percent)
        if "terms.amount" in asked and candidate.cost is not None:
            extra["terms.amount"] = speaker.money(candidate.cost)
        if "promise.date" in asked and offer.promise:
            ready = facts.get(f"feasibility.{offer.promise}.ready_date")
            if ready is not None:
                extra["promise.date"] = speaker.day(float(ready))
        return extra

    def way_out(
        self, way_out: WayOut, facts: Facts, *, fee: float | None, returned: float | None
    ) -> str:
        """Return what to tell a customer who leaves."""
        template = self._ways_out[way_out.id]
        sums = {"fee": fee, "returned": returned}
        extra = {
            name: "?" if amount is None else self._speaker.money(amount)
            for name, amount in sums.items()
            if name in template.asks
        }
        return template.fill(facts, extra)

    def way_out_note(self, *, fee: float | None, returned: float | None) -> str:
        """Return what the agent should know of the way out; empty when its sums are known."""
        is_known = fee is not None and returned is not None
        return "" if is_known else self._unknown_sum


def _built_in(texts: Texts, language: str) -> str:
    return texts.get(language) or texts["en"]
