"""The monitoring programmes that a pack declares."""

from __future__ import annotations

from datetime import date

import pytest
from keepsake.core.errors import PackError
from keepsake.core.programmes import Month, reached
from keepsake.packs.programmes import read_programmes

from tests.packs.folders import RULES


def test_the_shipped_programmes_are_those_of_the_networks() -> None:
    """Catches a limit that was lost or mistyped."""
    shipped = read_programmes(RULES / "travel")

    limits = {
        (p.id, each.id, each.bps, each.count) for p in shipped.programmes for each in p.limits
    }
    assert ("visa_vamp", "excessive", 150.0, 1500.0) in limits
    assert ("mastercard_ecp", "ecm", 150.0, 100.0) in limits
    assert ("mastercard_ecp", "hecm", 300.0, 300.0) in limits
    assert (65.0, 90.0) == shipped.alerts


@pytest.mark.parametrize(("regulated", "below"), [(False, 10.0), (True, 50.0)])
def test_the_share_of_3ds_that_is_asked_depends_on_the_country(
    *, regulated: bool, below: float
) -> None:
    """Catches a regulated country held to the limit of the others."""
    counted = Month(date(2026, 11, 1), {"mastercard": {}}, regulated=regulated)

    found = reached(read_programmes(RULES / "travel").programmes, counted)

    (efm,) = [each for each in found if each.programme.id == "mastercard_efm"]
    assert below == efm.limit.three_ds_below


def test_a_mistake_names_its_file_line_and_key(tmp_path) -> None:
    """Catches a limit with a typo that never holds."""
    folder = tmp_path / "kinds" / "chargeback" / "programmes"
    folder.mkdir(parents=True)
    text = "programmes:\n  one:\n    title: {en: One}\n    network: visa\n    count: {plus: [a]}\n"
    text += "    of: b\n    limits:\n      - {id: x, bsp: 5, conf: S}\n    conf: S\n"
    (folder / "m.yaml").write_text(text + "alerts: {warned: 1, acting: 2, conf: D}\n")

    with pytest.raises(PackError) as wrong:
        read_programmes(tmp_path)

    told = str(wrong.value)
    assert "m.yaml:8" in told
    assert "bsp" in told


def test_a_pack_without_programmes_says_so(tmp_path) -> None:
    """Catches an empty table shown as a month without limits."""
    with pytest.raises(PackError, match="no file of programmes"):
        read_programmes(tmp_path)
