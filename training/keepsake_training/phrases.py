"""Made-up mails: phrases of one reason joined with words that say nothing about any."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from keepsake.packs.tree import parse_tree

TEXTS = Path(__file__).parent / "texts"
CHOICE = re.compile(r"\[([^\[\]]*)\]")
SLOT = re.compile(r"\{(\w+)\}")
LETTERS = re.compile(r"[a-zäöüß]{5,}")
CORE_PHRASES = (1, 2, 3)
CORE_SHARES = (0.55, 0.33, 0.12)
MOST_AROUND = 4
LOWERED, UNPOINTED, MISTYPED = 0.25, 0.15, 0.2
SIGNED, SIGNS = 0.35, 3

Random = np.random.Generator


@dataclass(frozen=True, slots=True)
class Phrases:
    """All phrases of a pack: by reason and language, and those around them."""

    slots: Mapping[str, Sequence[str]]
    around: Mapping[str, Sequence[str]]
    reasons: Mapping[str, Mapping[str, Sequence[str]]]
    signs: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Return how many phrases there are."""
        return sum(len(listed) for by in self.reasons.values() for listed in by.values())


def read_phrases(path: Path) -> Phrases:
    """Read a file of phrases."""
    value = parse_tree(path.name, path.read_bytes()).value
    return Phrases(value["slots"], value["around"], value["reasons"], value.get("signs", {}))


def divide(phrases: Phrases, share: float, random: Random) -> tuple[Phrases, Phrases]:
    """Part phrases in two, so that a model can be tried on wording it has never seen."""
    kept: dict[str, dict[str, list[str]]] = {}
    held: dict[str, dict[str, list[str]]] = {}
    for reason, languages in phrases.reasons.items():
        for language, listed in languages.items():
            out = set(np.flatnonzero(random.random(len(listed)) < share).tolist())
            for part, wanted in ((kept, False), (held, True)):
                chosen = [text for at, text in enumerate(listed) if (at in out) is wanted]
                part.setdefault(reason, {})[language] = chosen
    slots, around = phrases.slots, phrases.around
    return Phrases(slots, around, kept, phrases.signs), Phrases(slots, around, held)


def write_mails(phrases: Phrases, each: int, random: Random) -> tuple[list[str], list[str]]:
    """Write mails for every reason, in proportion to its phrases in each language."""
    texts, labels = [], []
    for reason, languages in phrases.reasons.items():
        usable = {language: listed for language, listed in languages.items() if listed}
        counts = np.array([len(listed) for listed in usable.values()], dtype=np.float64)
        for place in random.choice(len(usable), each, p=counts / counts.sum()):
            language = list(usable)[int(place)]
            signs = phrases.signs.get(reason, ())
            core = usable[language]
            text = write_mail(phrases, core, language, random=random)
            if signs and random.random() < SIGNED:
                text = f"{text} {', '.join(random.choice(signs, SIGNS, replace=False))}"
            texts.append(text)
            labels.append(reason)
    return texts, labels


def write_mail(phrases: Phrases, core: Sequence[str], language: str, *, random: Random) -> str:
    """Write one mail: some phrases of the reason, some around them, and a few slips."""
    wanted = min(int(random.choice(CORE_PHRASES, p=CORE_SHARES)), len(core))
    chosen = [core[int(at)] for at in random.choice(len(core), wanted, replace=False)]
    around = phrases.around[language]
    most = min(MOST_AROUND, len(around))
    beside = random.choice(len(around), int(random.integers(0, most + 1)), replace=False)
    parts = [*chosen, *(around[int(at)] for at in beside)]
    order = random.permutation(len(parts))
    text = " ".join(expand(parts[int(at)], phrases.slots, random) for at in order)
    return slip(text, random)


def expand(phrase: str, slots: Mapping[str, Sequence[str]], random: Random) -> str:
    """Take one alternative of each choice and one value for each slot."""

    def one(options: Sequence[str]) -> str:
        return options[int(random.integers(len(options)))]

    text = CHOICE.sub(lambda found: one(found[1].split("|")), phrase)
    return SLOT.sub(lambda found: one(slots[found[1]]), text)


def slip(text: str, random: Random) -> str:
    """Write as people do: small letters, no points, a slipped finger."""
    if random.random() < LOWERED:
        text = text.lower()
    if random.random() < UNPOINTED:
        text = re.sub(r"[.,!?]", "", text)
    words = [found.span() for found in LETTERS.finditer(text)]
    if words and random.random() < MISTYPED:
        start, end = words[int(random.integers(len(words)))]
        at = int(random.integers(start + 1, end - 2))
        text = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text
