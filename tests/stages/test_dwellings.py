"""Dwellings per address, by hand: which house an address is at, what kind it is, how many dwellings it holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pydantic import ValidationError

from pipelines.config.buildings import Bostader
from pipelines.config.region import Demo, Kommun, Lan, Publicering, Region
from pipelines.core import files
from pipelines.core.ledger import load
from pipelines.core.paths import Paths
from pipelines.people import dwellings
from pipelines.read.scb.scb_list import HOUSES

REGION = Region(
    lan=Lan(
        kod="99",
        namn="Provlän",
        kortnamn="Prov",
        kommuner=tuple(Kommun(kod=k, namn=n, land_ha=1.0) for k, n in (("9901", "A"), ("9902", "B"), ("9903", "C"))),
    ),
    publicering=Publicering(utgivare="Prov", kontakt_epost="a@example.org", bas_url="https://example.org"),
    demo=Demo(adresser=1, befolkning=1, hushall=1, orter_fil="a", kalibrering_fil="b"),
)
Address = tuple[str, str, float, float, str]
"""Id, kommunkod, place, ortstyp."""
Building = tuple[str, str, str, Any]
"""Id, objekttyp, stated purpose, footprint."""


def box(e: float, n: float, wide: float, deep: float) -> Any:
    return shapely.box(e, n, e + wide, n + deep)


def run(
    tmp: Path,
    addresses: list[Address],
    buildings: list[Building],
    stock: list[tuple[Any, ...]] = (),  # type: ignore[assignment]
    households: dict[str, int] | None = None,
    **settings: Any,
) -> list[tuple[str, float, float]]:
    """Run the step; return ``hustyp``, ``bostader`` and ``byggnad_m2`` of each address."""
    paths = Paths(tmp / "c.toml", tmp, tmp / "out", tmp / "maps")
    ids, kommun, e, n, place = zip(*addresses, strict=True)
    table = pd.DataFrame({"adress_id": ids, "kommunkod": kommun, "ortstyp": place, "e_m": e, "n_m": n})
    files.write_points(
        table.astype(dict.fromkeys(("adress_id", "kommunkod", "ortstyp"), "str")), paths.table("adresser_ruta")
    )
    pts = {"bas": "hushall", "niva": "kommun", "omradestyp": "totalt", "ar": 2025}
    counted = [{**pts, "kommunkod": k, "antal": n} for k, n in (households or {}).items()]
    files.write_table(pd.DataFrame(counted, columns=[*pts, "kommunkod", "antal"]), paths.table("pts_teknik"))
    shapes = [b[3] for b in buildings]
    frame = gpd.GeoDataFrame(
        {
            "hus_id": [b[0] for b in buildings],
            "objekttyp": [b[1] for b in buildings],
            "bostadsslag": [b[2] for b in buildings],
            "byggnad_m2": shapely.area(shapes).astype(float),
        },
        geometry=shapes,
        crs=3006,
    )
    files.write_polygons(frame.astype(dict.fromkeys(("objekttyp", "bostadsslag"), "str")), paths.table("byggnader"))
    told = pd.DataFrame(stock, columns=["kommunkod", "ar", *HOUSES.values()])
    kinds = {"kommunkod": "str", "ar": "int64", **dict.fromkeys(HOUSES.values(), "Int64")}
    files.write_table(told.astype(kinds), paths.table("scb_bostader"))
    region = REGION.model_copy(update={"bostader": REGION.bostader.model_copy(update=settings)})
    dwellings.run(region, paths)
    out = files.read_table(paths.table("bostader"))
    assert out["adress_id"].tolist() == list(ids)
    return list(out[["hustyp", "bostader", "byggnad_m2"]].itertuples(index=False, name=None))


def said(tmp: Path) -> dict[tuple[str, str], float]:
    found = load(Paths(tmp / "c.toml", tmp, tmp / "out", tmp / "maps").ledger("dwellings"))
    return {(e.kind, e.reason): e.count for e in found.entries}


def facts(tmp: Path) -> Any:
    return load(Paths(tmp / "c.toml", tmp, tmp / "out", tmp / "maps").ledger("dwellings")).facts["bostader"]


def test_the_house_an_address_lies_in_else_the_nearest_within_reach(tmp_path: Path) -> None:
    addresses = [
        ("in", "9901", 5.0, 5.0, "tatort"),
        ("edge", "9901", 10.0, 5.0, "tatort"),
        ("near", "9901", 35.0, 5.0, "tatort"),  # 25 m from the house, 15 m from the workshop
        ("far", "9901", 5.0, 41.0, "tatort"),  # 31 m from the house
        ("barn", "9901", 1005.0, 5.0, "utanfor"),
        ("by_barn", "9901", 1025.0, 5.0, "utanfor"),  # a barn near by says nothing
        ("both", "9901", 2005.0, 5.0, "utanfor"),  # in a barn that is drawn over the house
        ("tower", "9901", 3005.0, 5.0, "utanfor"),
        ("shed", "9901", 4002.0, 2.0, "utanfor"),  # in a shed 8 m from its house
    ]
    buildings = [
        ("h", "Bostad", "", box(0, 0, 10, 10)),
        ("w", "Verksamhet", "", box(50, 0, 10, 10)),
        ("l", "Ekonomibyggnad", "", box(1000, 0, 10, 10)),
        ("l2", "Ekonomibyggnad", "", box(2000, 0, 10, 10)),
        ("h2", "Bostad", "", box(2000, 0, 11, 10)),
        ("t", "Fyrtorn", "", box(3000, 0, 10, 10)),
        ("s", "Komplementbyggnad", "", box(4000, 0, 4, 4)),
        ("h3", "Bostad", "", box(4010, 0, 10, 12)),
    ]
    home, none = ("smahus", 1.0, 100.0), ("okand", 1.0, np.nan)
    found = run(tmp_path, addresses, buildings)
    assert [r[:2] for r in found] == [
        *[home[:2]] * 2,
        ("verksamhet", 0.0),
        none[:2],
        ("ovrig", 0.0),
        none[:2],
        ("smahus", 1.0),
        ("okand", 1.0),
        ("smahus", 1.0),
    ]
    area = [100, 100, 100, np.nan, 100, np.nan, 110, 100, 120]
    np.testing.assert_array_equal([r[2] for r in found], area)
    assert said(tmp_path) == {
        ("antagen", "adresser utan byggnad inom 30 m"): 2,
        ("antagen", "adresser bredvid en byggnad, högst 30 m bort"): 2,
        ("antagen", "adresser vid en byggnad av okänt slag"): 1,
        ("upplysning", "adresser vid verksamheter, ekonomibyggnader och annat utan bostäder"): 2,
    }
    assert run(tmp_path, addresses, buildings, avstand_m=14.0)[2][:2] == ("okand", 1.0)


STAIRS: list[Address] = [(f"a{i}", "9901", 10.0 + 20 * i, 5.0, "tatort") for i in range(3)]
BLOCK: Building = ("b", "Bostad", "", box(0, 0, 60, 12))  # 720 m²: 240 a staircase
ROW: list[Address] = [(f"r{i}", "9901", 1003.0 + 6 * i, 5.0, "tatort") for i in range(6)]
TERRACE: Building = ("t", "Bostad", "", box(1000, 0, 36, 12))  # 432 m²: 72 a house
VILLA: Address = ("v", "9902", 5.0, 1005.0, "tatort")
LARGE: Building = ("v", "Bostad", "", box(0, 1000, 21, 10))  # 210 m², one address


def test_flats_by_footprint_per_address_and_scbs_number_on_their_staircases(tmp_path: Path) -> None:
    """30 + 3 flats on three staircases; a terrace is houses; SCB has 4 flats in the villa's kommun: no five."""
    stock = [("9901", 2023, 1, 99, 0, 0), ("9901", 2024, 5, 30, 7, 3), ("9902", 2024, 1, 4, 0, None)]
    found = run(tmp_path, [*STAIRS, *ROW, VILLA], [BLOCK, TERRACE, LARGE], stock)
    assert found == [("flerbostad", 11.0, 720.0)] * 3 + [("smahus", 1.0, 432.0)] * 6 + [("smahus", 1.0, 210.0)]
    assert facts(tmp_path)["9901"] == {
        "smahus": 6,
        "smahus_scb": 5,
        "entreer": 3,
        "lagenheter_scb": 33,
        "per_entre": 11.0,
    }
    told = said(tmp_path)
    assert told["antagen", "adresser i flerbostadshus enligt husets yta, minst 200 m² per adress"] == 3
    large = "adresser i stora bostadshus som räknas som småhus, för SCB:s lägenheter räcker inte till dem"
    assert told["antagen", large] == 1
    assert told["upplysning", "kommuner med fler småhus bland byggnaderna än hos SCB"] == 1
    assert told["varning", "kommuner med lägenheter hos SCB men utan flerbostadshus bland byggnaderna"] == 1


def test_of_large_houses_the_largest_are_flats_as_long_as_scbs_flats_last(tmp_path: Path) -> None:
    """Ten flats are two staircases of five: one is stated, so one is left for the largest of three houses.

    The largest, of 230 m², is a block by (230 − 150) / (270 − 150) = 2/3, and the next would be by 7/12: more than one.
    Ten flats on 5/3 staircases are six on each: 1/3 · 1 + 2/3 · 6 dwellings are expected.
    """
    at = [5.0, 105.0, 205.0, 305.0]
    addresses: list[Address] = [(f"a{i}", "9901", e, 5.0, "tatort") for i, e in enumerate(at)]
    sizes = ((210, ""), (230, ""), (220, ""), (90, "flerbostad"))
    buildings: list[Building] = [
        (f"{i}", "Bostad", said, box(e - 5, 0, m2 / 10, 10))
        for i, (e, (m2, said)) in enumerate(zip(at, sizes, strict=True))
    ]
    found = run(tmp_path, addresses, buildings, [("9901", 2024, 9, 10, 0, 0)])
    assert [r[0] for r in found] == ["smahus", "flerbostad", "smahus", "flerbostad"]
    assert [r[1] for r in found] == pytest.approx([1, 13 / 3, 1, 6])
    assert [r[2] for r in found] == [210, 230, 220, 90]


def test_without_scb_a_staircase_holds_the_configured_number(tmp_path: Path) -> None:
    found = run(tmp_path, [*STAIRS, VILLA], [BLOCK, LARGE], bostader_per_entre=7.5)
    assert [r[:2] for r in found] == [*[("flerbostad", 7.5)] * 3, ("flerbostad", 4.25)], "210 m² alone: by a half"
    assert said(tmp_path)["antagen", "adresser i flerbostadshus utan uppgift om kommunens lägenheter"] == 4
    assert facts(tmp_path)["9902"]["lagenheter_scb"] is None


def test_a_house_with_one_address_is_a_block_as_probably_as_its_size_says(tmp_path: Path) -> None:
    """From 150 to 270 m² evenly; of a block with two entrances 200 m² each is enough; together they hold SCB's 63."""
    sizes = (140, 150, 180, 210, 240, 270, 300)
    addresses: list[Address] = [(f"a{m2}", "9901", 100.0 * i + 5, 5.0, "tatort") for i, m2 in enumerate(sizes)]
    buildings: list[Building] = [(f"{m2}", "Bostad", "", box(100 * i, 0, m2 / 10, 10)) for i, m2 in enumerate(sizes)]
    pair: list[Address] = [(f"p{i}", "9901", 1010.0 + 20 * i, 5.0, "tatort") for i in range(2)]
    found = run(
        tmp_path,
        [*addresses, *pair],
        [*buildings, ("p", "Bostad", "", box(1000, 0, 40, 10))],
        [("9901", 2024, 5, 63, 0, 0)],
    )
    chance = [0, 0, 0.25, 0.5, 0.75, 1, 1, 1, 1]
    each = 63 / sum(chance)
    assert [r[1] for r in found] == pytest.approx([1 - p + p * each for p in chance])
    assert [r[0] for r in found] == ["smahus" if p < 0.5 else "flerbostad" for p in chance]
    paths = Paths(tmp_path / "c.toml", tmp_path, tmp_path / "out", tmp_path / "maps")
    assert files.read_table(paths.table("bostader"))["sannolikhet_flerbostad"].tolist() == pytest.approx(chance)
    alone = "ensamma adresser i bostadshus på 150–270 m², som kan vara det ena eller det andra"
    assert said(tmp_path)["antagen", alone] == 3
    sharp = run(tmp_path, addresses, buildings, flerbostad_ensam_m2=(200.0, 200.0), bostader_per_entre=8.0)
    assert [r[:2] for r in sharp] == [("smahus", 1.0)] * 3 + [("flerbostad", 8.0)] * 4
    with pytest.raises(ValidationError, match="högst det andra"):
        Bostader(flerbostad_ensam_m2=(270, 150))


def test_a_stated_purpose_goes_before_size_and_outside_localities_size_says_nothing(tmp_path: Path) -> None:
    far: Address = ("f", "9901", 5.0, 1005.0, "utanfor")
    said_house: Building = ("b", "Bostad", "smahus", BLOCK[3])
    shop: Building = ("s", "Verksamhet", "flerbostad", box(2000, 0, 10, 10))
    found = run(tmp_path, [*STAIRS, far, ("s", "9901", 2005.0, 5.0, "utanfor")], [said_house, LARGE, shop])
    assert [r[0] for r in found] == ["smahus"] * 4 + ["flerbostad"]


def test_without_buildings_every_address_is_one_dwelling(tmp_path: Path) -> None:
    found = run(tmp_path, STAIRS, [], [("9901", 2024, 5, 30, 7, 3)])
    assert [r[:2] for r in found] == [("okand", 1.0)] * 3 and np.isnan([r[2] for r in found]).all()
    assert said(tmp_path) == {("upplysning", "inga byggnader"): 1}
    assert facts(tmp_path) == {}


def test_a_kommun_whose_addresses_are_at_no_building_is_told_first(tmp_path: Path) -> None:
    run(tmp_path, [*STAIRS, ("x", "9903", 9e5, 7e6, "utanfor")], [BLOCK])
    assert said(tmp_path)["allvarlig", "kommuner där ingen adress har en byggnad"] == 1


def test_dwellings_that_cannot_be_the_kommuns_homes_are_told(tmp_path: Path) -> None:
    """9901 has 1.1 dwellings a household; 9902's list is in thousands of what it should be; 9903's has other rows."""
    stock = [("9901", 2024, 60, 50, 0, 0), ("9902", 2024, 60_000, 50_000, 0, None), ("9903", 2024, 20, 20, 5, 4)]
    households = {"9901": 100, "9902": 100, "9903": 100}
    run(tmp_path, [VILLA], [("v", "Bostad", "smahus", box(0, 1000, 10, 10))], stock, households)
    assert said(tmp_path)["varning", "kommuner vars bostäder hos SCB inte går ihop med PTS:s hushåll"] == 2
