"""The jeweller's pack with more rules and offers: of the same shape, over the same facts.

The added rules give advice where they fire, which few do: a shop with many rules has many that are
about some other case. The added offers, at three depths each, may be offered in every case, so that
about 20 candidates are scored; the pack itself lets few through to the scores.
"""

from __future__ import annotations

import random
import shutil
from pathlib import Path

from keepsake.core.pack import Pack
from keepsake.packs.load import load_pack

from bench.intercepts import ROOT

PADDED_BY = 20
_LEVERS = ("value_add", "service", "time", "assurance", "speed")
_STAGES = ("cad_design", "wax_print", "casting", "setting_polish", "engraving", "shipped")
_REASONS = ("found_cheaper", "budget_changed", "delivery_too_late", "stone_doubt", "design_doubt")


def padded_rules(folder: Path, more: int = PADDED_BY) -> Path:
    """Copy `rules/` into the folder, with so many rules more; return the copy."""
    rules = folder / f"rules-{more}"
    shutil.copytree(ROOT / "rules", rules)
    chance = random.Random(3)
    with (rules / "jeweller" / "rules.yaml").open("a") as file:
        file.writelines(_rule(number, chance) for number in range(more))
    with (rules / "jeweller" / "offers.yaml").open("a") as file:
        file.writelines(_offer(lever) for lever in _LEVERS)
    return rules


def counted(rules: Path) -> tuple[int, int]:
    """Return the conditions that a decision evaluates: those declared, and with the ways out.

    Declared are rules, laws, and the conditions of each offer.
    """
    pack: Pack = load_pack(rules / "jeweller")
    ids = [rule.id for stratum in pack.rulebook.strata for rule in stratum]
    return sum(not one.startswith("way_out:") for one in ids), len(ids)


def _rule(number: int, chance: random.Random) -> str:
    conditions = chance.sample(
        [
            f"order.value >= {chance.randrange(3_000, 12_000)} USD",
            f"stone.carat >= {chance.uniform(0.5, 3):.2f} carat",
            f"order.stage before {chance.choice(_STAGES)}",
            f"reason == {chance.choice(_REASONS)}",
            f"customer.orders >= {chance.randrange(1, 9)}",
            f"customer.tenure_days >= {chance.randrange(30, 2_000)} days",
            f"order.margin < {chance.randrange(200, 3_000)} USD",
            f"customer.contacts_90d >= {chance.randrange(1, 6)}",
        ],
        3,
    )
    when = ", ".join(f'"{condition}"' for condition in conditions)
    rest = "then: {advise: human}, if_missing: ignore"
    return f"  padding-{number:04d}: {{when: [{when}], {rest}}}\n"


def _offer(lever: str) -> str:
    name = lever.replace("_", "-")
    return f"""
  padding-{name}:
    title: {{en: "A padding offer, {name}", de: "Ein Füllangebot, {name}"}}
    class: incentive
    lever: {lever}
    terms: {{percent: [1, 2, 4]}}
    cost: {{if_accepted: terms.percent of order.value}}
    when:
      - order.value >= 100 USD
    budget: goodwill
    talk_track:
      en: "We can add {{terms.percent}} of your order on top. It depends on nothing you say or do."
      de: "Wir können {{terms.percent}} Ihrer Bestellung dazugeben. Das hängt von nichts weiter ab."
    conf: D
"""
