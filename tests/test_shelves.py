"""The files of catalogues: read and checked whole, kept under their digest, named by a setting."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest
from keepsake.core.catalogue import Pick, demands, query_of
from keepsake.core.errors import PackError
from keepsake.packs.load import load_pack
from keepsake.shelves import ShelfReader, places_of

from tests.source_tree import ROOT

RULES = ROOT / "rules"
DIAMONDS = Path(os.environ.get("KEEPSAKE_DATA", ROOT / "../shared/data")) / "diamonds"
HEAD = "id,stone.carat,stone.colour,stone.clarity,stone.cut,stone.shape,stone.origin,stone.lab"
GOOD = f"{HEAD},stone.price,available\ns-1,1.01,G,VS2,excellent,round,natural,GIA,5000,yes\n"


@pytest.fixture(scope="module")
def pack():
    """Return the jeweller's pack."""
    return load_pack(RULES / "jeweller")


def read(pack, tmp_path, text, *, name="stock.csv", mapping=""):
    """Read a file of stones in place of the sample."""
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    places = places_of((f"jeweller/stones={path}{mapping}",))
    return ShelfReader(RULES, tmp_path / "kept", places).read(pack).by_name["stones"]


def refusals(pack, tmp_path, text, **options):
    """Return what is said of a file that is refused, without the path of the file."""
    with pytest.raises(PackError) as refused:
        read(pack, tmp_path, text, **options)
    return [str(problem).replace(f"{tmp_path}/", "") for problem in refused.value.problems]


@pytest.mark.parametrize("name", ["jeweller", "travel"])
def test_the_samples_that_ship_are_good_in_every_line(name, tmp_path):
    """Catches a sample that no longer fits the pack it comes with."""
    pack = load_pack(RULES / name)

    shelves = ShelfReader(RULES, tmp_path, {}).read(pack)

    assert set(pack.catalogues) == set(shelves.by_name)
    assert all(len(shelf) >= 60 for shelf in shelves.by_name.values())


def test_what_is_not_available_is_not_on_the_shelf(pack, tmp_path):
    """Catches a stone that is sold and offered all the same."""
    gone = "s-2,1.01,G,VS2,excellent,round,natural,GIA,5000,no\n"

    assert 1 == len(read(pack, tmp_path, GOOD + gone))


def test_one_wrong_line_refuses_the_whole_file_and_says_where_and_what_instead(pack, tmp_path):
    """Catches a file that is read half: its stones would be offered as what they are not."""
    wrong = GOOD + "s-2,1.01,G,VS2,exellent,round,natural,GIA,5000,yes\n"

    told = refusals(pack, tmp_path, wrong)

    expected = "stones.stone.cut = exellent: is not one of its words (did you mean excellent?)"
    assert [f"stock.csv:3: {expected}"] == told


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("s-1,1,G,VS2,good,round,natural,GIA,1,yes", "stones.id = s-1: stands twice"),
        ("s-2,99,G,VS2,good,round,natural,GIA,1,yes", "stones.stone.carat = 99.0: is not between"),
        ("s-2,x,G,VS2,good,round,natural,GIA,1,yes", "stones.stone.carat = x: is no number"),
        ("s-2,nan,G,VS2,good,round,natural,GIA,1,yes", "stones.stone.carat = nan: is no number"),
        ("s-2,1,G,VS2,good,round,natural,GIA,,yes", "stones.stone.price: is missing"),
        ("s-2,1,G,VS2,good,round,natural,GIA,0,yes", "stones.stone.price = 0.0: is no price"),
        ("s-2,1,G,VS2,good,round,natural,GIA,1,soon", "stones.available = soon: is no flag"),
        (",1,G,VS2,good,round,natural,GIA,1,yes", "stones.id: is no id"),
    ],
)
def test_each_kind_of_mistake_is_told_at_its_line(pack, tmp_path, line, told):
    """Catches a mistake that loads, or is told in words that help nobody."""
    found = refusals(pack, tmp_path, f"{GOOD}{line}\n")

    assert [f"stock.csv:3: {told}"] == [each[: len(f"stock.csv:3: {told}")] for each in found]


def test_a_column_that_is_missing_is_told_with_the_nearest_name(pack, tmp_path):
    """Catches a renamed column that makes every stone one of unknown cut."""
    told = refusals(pack, tmp_path, GOOD.replace("stone.cut", "stone.kut"))

    assert ["stock.csv:1: stones.stone.cut: no such column (did you mean stone.kut?)"] == told


@pytest.mark.parametrize(
    "text", ["", f"{HEAD},stone.price,available\n", b"\xff\xfe\x00", b"\x1f\x8bnot"]
)
def test_what_is_no_table_of_items_is_refused(pack, tmp_path, text):
    """Catches an empty or broken feed that takes the last good stock away."""
    assert refusals(pack, tmp_path, text)


def test_a_packed_file_that_unpacks_without_end_is_refused(pack, tmp_path):
    """Catches a small file that fills the memory of every worker."""
    bomb = gzip.compress(b"0" * 200_000_000, compresslevel=9)

    told = refusals(pack, tmp_path, bomb, name="stock.csv.gz")

    assert "unpacks to more than" in told[0]


def test_the_same_file_has_the_same_digest_and_is_kept_whole(pack, tmp_path):
    """Catches a decision whose alternatives nobody can trace to a file any more."""
    shelf = read(pack, tmp_path, GOOD)

    kept = tmp_path / "kept" / "catalogues" / shelf.digest / "stock.csv"
    assert GOOD == kept.read_text()
    assert shelf.digest == read(pack, tmp_path, GOOD).digest


def test_a_setting_that_names_no_catalogue_of_the_pack_is_refused(pack, tmp_path):
    """Catches a stock file that nobody reads, while the sample is offered."""
    places = places_of(("jeweller/stone=stock.csv",))

    with pytest.raises(PackError) as refused:
        ShelfReader(RULES, tmp_path, places).read(pack)

    assert "did you mean stones?" in str(refused.value.problems[0])


@pytest.mark.parametrize("wrong", ["stock.csv", "jeweller/stones", "jeweller/stones=stock.xlsx"])
def test_a_setting_that_is_no_place_is_refused(wrong):
    """Catches a setting that is taken for something else than it says."""
    with pytest.raises(ValueError, match="pack/catalogue=file"):
        places_of((wrong,))


def test_parquet_reads_as_the_same_items(pack, tmp_path):
    """Catches two formats that give two catalogues."""
    polars = pytest.importorskip("polars", reason="only who keeps catalogues as Parquet needs it")
    (tmp_path / "plain.csv").write_text(GOOD)
    polars.read_csv(tmp_path / "plain.csv").write_parquet(tmp_path / "as.parquet")

    shelf = read(pack, tmp_path, (tmp_path / "as.parquet").read_bytes(), name="stock.parquet")

    assert read(pack, tmp_path, GOOD).nearest(EVERYTHING, 5) == shelf.nearest(EVERYTHING, 5)


EVERYTHING = query_of(load_pack(RULES / "jeweller").catalogues["stones"], {}, {})


@pytest.mark.skipif(not DIAMONDS.is_dir(), reason="the public table of diamonds is not here")
def test_the_public_diamonds_are_a_catalogue_by_the_mapping_that_ships(pack, tmp_path):
    """Catches a mapping that no longer reads the table it was made for, its ties and outliers."""
    places = places_of((f"jeweller/stones={DIAMONDS / 'diamonds.csv.gz'}:diamonds",))
    shelf = ShelfReader(RULES, tmp_path, places).read(pack).by_name["stones"]
    own = {"stone.carat": 1.0, "stone.colour": "G", "stone.clarity": "VS2", "stone.price": 6000.0}
    facts = {**own, "stone.cut": "excellent", "wish.carat": "more", "wish.price": "not_more"}
    query = query_of(shelf.catalogue, demands(shelf.catalogue, Pick("stones"), facts), facts)

    found = shelf.nearest(query, 8)

    assert 53_940 == len(shelf)
    assert 8 == len(found)
    assert all(one.facts["stone.carat"] >= 1.04 for one in found)
    assert all(one.facts["stone.price"] <= 6000 for one in found)


def test_a_word_that_a_mapping_does_not_know_is_refused(pack, tmp_path):
    """Catches stones whose cut is lost because somebody spelled it anew."""
    table = "carat,cut,color,clarity,price\n1,Ideal,G,VS2,5000\n1,Idael,G,VS2,5000\n"

    told = refusals(pack, tmp_path, table, mapping=":diamonds")

    expected = "stones.stone.cut = Idael: is no word of the mapping (did you mean Ideal?)"
    assert [f"stock.csv:3: {expected}"] == told
