"""What the customer may have instead, in the words of the answer: what it is, how it differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from keepsake.answer.parts import field_of, written
from keepsake.answer.phrases import money_of
from keepsake.core.alternatives import Found, dearer_by
from keepsake.core.catalogue import Aspect, Catalogue, Item
from keepsake.core.facts import FactKind, Facts, FactValue
from keepsake.core.pack import Pack, Texts
from keepsake.core.texts import Speaker, Template
from keepsake.v1 import decision_pb2 as pb

_ALTERNATIVE = field_of(pb.Recommendation, "alternatives")
_LANGUAGES = 8
_DIGEST = 12
_HUNDREDTHS = 2
_UNKNOWN = "?"


class Alternatives:
    """Says the alternatives in the answers of one pack."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._in = lru_cache(maxsize=_LANGUAGES)(self._spoken)

    def _spoken(self, language: str) -> Mapping[str, SpokenCatalogue]:
        catalogues = self._pack.catalogues.values()
        return {one.id: SpokenCatalogue(one, self._pack, language) for one in catalogues}

    def of(self, found: Found | None, facts: Facts, language: str) -> bytes:
        """Return the field of a recommendation; nothing for an offer that has none."""
        if found is None or not found.items:
            return b""
        spoken = self._in(language)[found.catalogue]
        source = f"{found.catalogue}@{found.digest[:_DIGEST]}"
        every = [self._one(spoken, item, facts, source=source) for item in found.items]
        return b"".join(map(_ALTERNATIVE, every))

    def _one(self, spoken: SpokenCatalogue, item: Item, facts: Facts, *, source: str) -> bytes:
        dearer = dearer_by(spoken.catalogue, item, facts)
        return written(
            pb.Alternative,
            id=item.id,
            title=spoken.title(item),
            differences=list(spoken.differences(item, facts)),
            price_difference=money_of(dearer, self._pack.currency),
            catalogue=source,
        )


class SpokenCatalogue:
    """Speaks of the items of one catalogue in one language."""

    def __init__(self, catalogue: Catalogue, pack: Pack, language: str) -> None:
        self.catalogue = catalogue
        self._speaker = Speaker(pack.vocabulary, language, pack.currency)

        def template(texts: Texts) -> Template:
            return self._speaker.template(pack.text(texts, language))

        self._item = template(catalogue.item)
        names = [aspect.fact.name for aspect in catalogue.aspects]
        self._named = [name for name in names if name in self._item.asks]
        self._said = {
            (aspect.fact.name, how): template(texts)
            for aspect in catalogue.aspects
            for how, texts in aspect.said.items()
        }
        self._words = {
            (aspect.fact.name, word): pack.text(texts, language)
            for aspect in catalogue.aspects
            for word, texts in aspect.words.items()
        }

    def title(self, item: Item) -> str:
        """Return what an item is."""
        said = {name: self._say(name, item.facts.get(name)) for name in self._named}
        return self._item.fill({}, said)

    def differences(self, item: Item, facts: Facts) -> Iterator[str]:
        """Yield how an item differs from what the customer has, aspect by aspect."""
        for aspect in self.catalogue.aspects:
            name = aspect.fact.name
            old, new = facts.get(name), item.facts.get(name)
            if old is None or new is None or old == new:
                continue
            apart = (aspect.number(new) or 0.0) - (aspect.number(old) or 0.0)
            how = "other" if not aspect.is_measured else "more" if apart > 0 else "less"
            said = self._said.get((name, how))
            if said is not None:
                told = dict[str, str]()
                if "difference" in said.asks:
                    told["difference"] = self._length(aspect, abs(apart))
                if not said.asks <= told.keys():
                    told |= {"new": self._say(name, new), "old": self._say(name, old)}
                yield said.fill({}, told)

    def _say(self, name: str, value: FactValue | None) -> str:
        if value is None:
            return _UNKNOWN
        say = self._speaker.sayer(name)
        known = self._words.get((name, str(value)))
        return known or (say(value) if say else str(value))

    def _length(self, aspect: Aspect, apart: float) -> str:
        if aspect.fact.kind is FactKind.MONEY:
            return self._speaker.money(apart)
        return self._speaker.number(round(apart, _HUNDREDTHS))
