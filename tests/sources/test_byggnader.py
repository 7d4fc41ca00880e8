"""Buildings in the place of addresses and beside them: Lantmäteriet's and OpenStreetMap's, every rule by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gpkg_files as make
import numpy as np
import pytest
import shapely
from pyproj import Transformer

from pipelines.core import files
from pipelines.core.errors import DataError
from pipelines.core.ledger import load
from pipelines.core.publishers import LANTMATERIET
from pipelines.incoming import inventory
from pipelines.read.lantmateriet import building_rows, read_addresses, read_buildings

# Out at sea, where the generalised outlines have no neighbour.
A, B = shapely.box(260e3, 6400e3, 262e3, 6404e3), shapely.box(262e3, 6400e3, 264e3, 6404e3)
NEXT = shapely.box(264e3, 6400e3, 266e3, 6404e3)
KOMMUNER = [("1480", "Göteborg", A), ("1407", "Öckerö", B), ("1384", "Kungsbacka", NEXT)]
KINDS = ("Bostad", "Industri", "Samhällsfunktion", "Verksamhet", "Ekonomibyggnad", "Komplementbyggnad")
Row = tuple[Any, Any, Any]
"""objektidentitet, objekttyp, geometry."""


def house(e: float, n: float, wide: float = 10, deep: float = 10) -> Any:
    return shapely.box(e, n, e + wide, n + deep)


IN_A, IN_B = house(261e3, 6401e3), house(263e3, 6401e3)
TWO: list[Row] = [("a", "Bostad", IN_A), ("b", "Bostad", IN_B)]


def put(tmp: Path, rows: list[Row], name: str = "byggnadsverk_sverige", **options: Any) -> Path:
    """One zip as Lantmäteriet packs Topografi 50, with boundaries beside it."""
    if not (tmp / "raw/granser").exists():
        make.kommuner(tmp / "raw/granser/kommun.gpkg", KOMMUNER)
    columns = {"objektidentitet": [r[0] for r in rows], options.pop("column", "objekttyp"): [r[1] for r in rows]}
    layer, comment = options.pop("layer", "byggnad"), options.pop("comment", "")
    source = make.gpkg(tmp / f"{name}.gpkg", columns, [r[2] for r in rows], layer, **options)
    return make.zipped(source, tmp / f"raw/lantmateriet/{name}.zip", comment=comment)


def put_osm(tmp: Path, rows: list[tuple[str | None, str | None, str | None, Any]], **options: Any) -> Path:
    """A GeoPackage as ogr2ogr makes it of OpenStreetMap: way, relation, building, geometry in EPSG:3006."""
    if not (tmp / "raw/granser").exists():
        make.kommuner(tmp / "raw/granser/kommun.gpkg", KOMMUNER)
    columns = {"osm_id": [r[1] for r in rows], "osm_way_id": [r[0] for r in rows], "building": [r[2] for r in rows]}
    system = options.pop("crs", 4326)
    to = Transformer.from_crs(3006, system, always_xy=True)
    shapes = [shapely.transform(r[3], lambda x: np.column_stack(to.transform(*x.T))) for r in rows]
    name = options.pop("name", "byggnader_osm.gpkg")
    return make.gpkg(tmp / "raw/lantmateriet" / name, columns, shapes, "multipolygons", crs=system)


def run(tmp: Path, **settings: Any) -> list[tuple[Any, ...]]:
    """Run the step; return the written rows."""
    region, where = make.region(), make.paths(tmp)
    region = region.model_copy(update={"byggnader": region.byggnader.model_copy(update=settings)})
    read_addresses.run(region, where)
    table = files.read_points(where.table("adresser_kalla"))
    return list(table[["adress_id", "kommunkod", "e_m", "n_m"]].itertuples(index=False, name=None))


def told(tmp: Path) -> dict[tuple[str, str], float]:
    """What the ledger counts, by kind and reason, but for what it says of every such run."""
    found = load(make.paths(tmp).ledger("lantmateriet"))
    return {(e.kind, e.reason): e.count for e in found.entries if not e.reason.startswith("byggnader i stället")}


def facts(tmp: Path) -> dict[str, Any]:
    return load(make.paths(tmp).ledger("lantmateriet")).facts


def balanced(tmp: Path) -> bool:
    """Tell whether rows read are rows kept and rows told as dropped."""
    dropped = sum(n for (kind, _), n in told(tmp).items() if kind == "bortfall")
    return facts(tmp)["rader"]["lasta"] == facts(tmp)["rader"]["behallna"] + dropped


def test_one_address_a_building_of_the_kinds_that_have_one(tmp_path: Path) -> None:
    rows = [(f"{i}", kind, house(261e3 + 50 * i, 6401e3)) for i, kind in enumerate(KINDS)]
    put(tmp_path, [*rows, ("b", "Bostad", IN_B), ("x", "Fyrtorn", house(263e3, 6403e3)), ("c", "BOSTAD", None)])
    assert run(tmp_path) == [
        *((f"{i}", "1480", 261_005.0 + 50 * i, 6_401_005.0) for i in range(4)),
        ("b", "1407", 263_005.0, 6_401_005.0),
    ]
    assert told(tmp_path) == {
        ("bortfall", "byggnader av slaget Ekonomibyggnad"): 1,
        ("bortfall", "byggnader av slaget Komplementbyggnad"): 1,
        ("bortfall", "okänd objekttyp Fyrtorn"): 1,
        ("bortfall", "byggnad utan yta"): 1,
        ("allvarlig", "byggnader vars objekttyp ingen känner"): 1,  # one of nine: more than 1 %
    }
    assert balanced(tmp_path)
    assert facts(tmp_path)["adressunderlag"] == "byggnader"
    (file,) = facts(tmp_path)["filer"]
    assert (file["roll"], file["anvand"], file["licens"]) == ("byggnader", True, "CC0")
    make.paths(tmp_path).table("adresser_kalla").unlink()
    kinds = ("Bostad", "Ekonomibyggnad")
    assert [r[0] for r in run(tmp_path, objekttyper=kinds)] == ["0", "4", "b"]


def test_kinds_as_numbers(tmp_path: Path) -> None:
    put(tmp_path, [("a", 2061, IN_A), ("b", 2064, IN_B), ("c", 2065, house(261e3, 6402e3))])
    assert [r[0] for r in run(tmp_path)] == ["a", "b"]
    assert told(tmp_path) == {("bortfall", "byggnader av slaget Ekonomibyggnad"): 1}


def test_rows_of_one_identity_are_one_building_in_its_largest_part(tmp_path: Path) -> None:
    apart = shapely.MultiPolygon([house(261e3, 6402e3, 4, 4), house(261_100, 6402e3, 20, 20)])
    rows: list[Row] = [
        ("a", "Bostad", house(261e3, 6401e3, 10, 10)),
        ("a", "Verksamhet", house(261_010, 6401e3, 40, 10)),  # the larger, wall to wall
        ("m", "Bostad", apart),
        ("b", "Bostad", IN_B),
        ("t", "Bostad", shapely.box(263_010, 6401e3, 263_020, 6_401_010)),  # terraced: b's wall, its own identity
        ("", "Bostad", house(263e3, 6403e3)),
        (None, "Bostad", house(263e3, 6403e3)),  # the same footprint once more
    ]
    put(tmp_path, rows)
    assert run(tmp_path) == [
        ("a", "1480", 261_030.0, 6_401_005.0),
        ("b", "1407", 263_005.0, 6_401_005.0),
        ("byggnad-263005.00-6403005.00", "1407", 263_005.0, 6_403_005.0),
        ("m", "1480", 261_110.0, 6_402_010.0),
        ("t", "1407", 263_015.0, 6_401_005.0),
    ]
    assert told(tmp_path) == {
        ("bortfall", "rader med samma objektidentitet som en annan"): 1,
        ("bortfall", "byggnader i samma punkt som en annan"): 1,
        ("upplysning", "byggnader i flera delar"): 1,
        ("upplysning", "byggnader som ligger vägg i vägg med en annan, med egen identitet"): 2,
        ("antagen", "byggnader utan identitet"): 2,
    }
    assert balanced(tmp_path)


def test_a_building_that_is_bent_has_its_point_inside(tmp_path: Path) -> None:
    yard = shapely.box(261e3, 6401e3, 261_100, 6_401_100) - shapely.box(261_010, 6_401_010, 261_090, 6_401_090)
    put(tmp_path, [("a", "Bostad", yard), ("b", "Bostad", IN_B)])
    point = shapely.Point(run(tmp_path)[0][2:])
    assert yard.contains(point)
    assert not yard.centroid.within(yard)


def test_kommun_of_the_boundaries_and_the_nearest_outside_them(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("out", "Bostad", house(261e3, 6404e3 + 200)),  # 205 m north of A
        ("far", "Bostad", house(261e3, 6404e3 + 296)),  # reaches the box, 301 m off
        ("next", "Bostad", house(264e3 + 50, 6401e3)),
        ("away", "Bostad", house(300e3, 6500e3)),  # not within the box: never counted
    ]
    put(tmp_path, [*TWO, *rows])
    assert [(r[0], r[1]) for r in run(tmp_path)] == [("a", "1480"), ("b", "1407"), ("out", "1480")]
    assert told(tmp_path) == {
        ("bortfall", "kommun 1384 utanför länet"): 1,
        ("bortfall", "mer än 300 m utanför alla kommuner"): 1,
        ("antagen", "byggnader utanför alla kommuners ytor"): 1,
    }
    assert balanced(tmp_path)


def test_one_file_per_kommun_and_no_house_twice(tmp_path: Path) -> None:
    put(tmp_path, TWO[:1], "byggnader_kn1480")
    put(tmp_path, TWO[1:], "byggnader_kn1407")
    assert [r[0] for r in run(tmp_path)] == ["a", "b"]
    assert {f["licens"] for f in facts(tmp_path)["filer"]} == {"Lantmäteriets villkor"}
    put(tmp_path, TWO)
    with pytest.raises(DataError, match="samma hus skulle stå två gånger"):
        run(tmp_path)


@pytest.mark.parametrize("system", [4326, 3857, 3006])
def test_openstreetmap_in_its_own_systems_and_ours(tmp_path: Path, system: int) -> None:
    put_osm(
        tmp_path,
        [
            ("1", None, "house", IN_A),
            (None, "1", "apartments", IN_B),  # a relation of the same number
            ("3", None, "garage", house(261e3, 6402e3)),
            ("4", None, "yes", house(261e3, 6403e3, 8, 8)),  # 64 m²
            ("5", None, "yes", house(263e3, 6403e3, 5, 5)),  # 25 m²
            ("6", None, None, house(261e3, 6_402_500, 500, 500)),  # a lake: no building
        ],
        crs=system,
    )
    found = {r[0]: r[1:] for r in run(tmp_path)}
    assert {k: v[0] for k, v in found.items()} == {"osm-w1": "1480", "osm-r1": "1407", "osm-w4": "1480"}
    assert found["osm-w1"][1:] == pytest.approx((261_005, 6_401_005), abs=0.02)
    assert facts(tmp_path)["adressunderlag"] == "osm_byggnader"
    assert told(tmp_path) == {
        ("bortfall", "byggnader av slaget Komplementbyggnad"): 1,
        ("bortfall", "byggnader av slaget okänt slag"): 1,
        ("antagen", "byggnader av okänt slag, minst 50 m²"): 1,
    }
    assert balanced(tmp_path)
    put(tmp_path, TWO)  # Lantmäteriet's goes before, and they are never mixed
    assert [r[0] for r in run(tmp_path)] == ["a", "b"]
    assert [(f["anvand"], f["varfor"]) for f in facts(tmp_path)["filer"]] == [
        (True, "byggnader i stället för adresser"),
        (False, "Lantmäteriets byggnader används"),
    ]


def test_geofabriks_layer(tmp_path: Path) -> None:
    make.kommuner(tmp_path / "raw/granser/kommun.gpkg", KOMMUNER)
    columns = {"osm_id": ["7", "8"], "fclass": "building", "type": ["house", None]}
    path = tmp_path / "raw/lantmateriet/gis_osm_buildings_a_free.gpkg"
    make.gpkg(path, columns, [IN_A, IN_B], "gis_osm_buildings_a_free")
    assert [r[0] for r in run(tmp_path)] == ["osm-7", "osm-8"]


def test_every_word_of_openstreetmaps_is_of_one_kind() -> None:
    assert set(building_rows.OSM_KINDS.values()) <= set(building_rows.KINDS)


@pytest.mark.parametrize(
    ("rows", "options", "expected"),
    [
        (TWO, {"crs": 3007}, "Fel koordinatsystem"),
        (TWO, {"column": "typ"}, "saknar kolumnen objekttyp"),
        ([("a", "Bostad", IN_A)], {}, "Byggnader saknas för 1 av länets 2 kommuner"),
        ([("a", "Komplementbyggnad", IN_A)], {}, "Inga byggnader kan stå för länets adresser"),
        ([("a", "Bostad", house(500e3, 6700e3))], {}, "inga byggnader i länets närhet"),
        ([("a", "Bostad", shapely.Point(261e3, 6401e3))], {}, "ytor (Polygon eller MultiPolygon)"),
        (TWO, {"description": "DEMO – påhittat"}, "märkt DEMO inuti men inte utanpå"),
    ],
)
def test_what_stops(tmp_path: Path, rows: list[Row], options: Any, expected: str) -> None:
    put(tmp_path, rows, **options)
    with pytest.raises(DataError) as e:
        run(tmp_path)
    assert expected in str(e.value)
    assert not make.paths(tmp_path).table("adresser_kalla").exists()


def test_where_addresses_are_given_buildings_stand_for_none_but_are_used(tmp_path: Path) -> None:
    put(tmp_path, TWO)
    put_osm(tmp_path, [("1", None, "house", IN_A)])
    rows = [("x", "1480", "Gällande", (261e3, 6401e3)), ("y", "1407", "Gällande", (263e3, 6401e3))]
    make.addresses(tmp_path / "raw/lantmateriet/belagenhetsadresser.gpkg", rows)
    assert [r[0] for r in run(tmp_path)] == ["x", "y"]
    assert facts(tmp_path)["adressunderlag"] == "adresser"
    assert told(tmp_path) == {}
    assert [(f["roll"], f["anvand"], f["varfor"]) for f in facts(tmp_path)["filer"]] == [
        ("adresser", True, "adresser"),
        ("byggnader", True, "byggnader vid adresserna: var folk bor"),
        ("byggnader", False, "Lantmäteriets byggnader används"),
    ]


def layer(tmp: Path) -> dict[str, tuple[Any, ...]]:
    """Run the step that reads buildings as a layer: id → kind, purpose, place and area; every row has its account."""
    where = make.paths(tmp)
    read_buildings.run(make.region(), where)
    table = files.read_table(where.table("byggnader"))
    said = load(where.ledger("buildings"))
    dropped = sum(e.count for e in said.entries if e.kind == "bortfall")
    assert said.facts["rader"] == {"lasta": len(table) + dropped, "behallna": len(table)}
    columns = ["hus_id", "objekttyp", "bostadsslag", "e_m", "n_m", "byggnad_m2"]
    return {r[0]: r[1:] for r in table[columns].itertuples(index=False, name=None)}


def test_as_a_layer_every_kind_is_a_building_and_parts_are_one(tmp_path: Path) -> None:
    """Of ``a`` 10 x 10 and 40 x 10 wall to wall; of ``c`` one part thrice, and 5 m of it beside: 15 x 10."""
    rows: list[Row] = [
        ("b", "Komplementbyggnad", IN_B),
        ("a", "Bostad", house(261e3, 6401e3)),
        ("a", "Verksamhet", house(261_010, 6401e3, 40, 10)),
        *[("c", "2061", house(261e3, 6402e3))] * 3,
        ("c", "Ekonomibyggnad", house(261_005, 6402e3)),
        (None, "Bostad", house(263e3, 6403e3)),
        ("x", "Bostad", None),
        ("away", "Bostad", house(300e3, 6500e3)),
    ]
    put(tmp_path, rows)
    assert layer(tmp_path) == {
        "a": ("Verksamhet", "", 261_025.0, 6_401_005.0, 500.0),
        "b": ("Komplementbyggnad", "", 263_005.0, 6_401_005.0, 100.0),
        "byggnad-263005.00-6403005.00": ("Bostad", "", 263_005.0, 6_403_005.0, 100.0),
        "c": ("Bostad", "", 261_007.5, 6_402_005.0, 150.0),
    }
    said = {(e.kind, e.reason): e.count for e in load(make.paths(tmp_path).ledger("buildings")).entries}
    assert said == {
        ("bortfall", "byggnad utan yta"): 1,
        ("bortfall", "rader med samma objektidentitet som en annan"): 4,
        ("antagen", "byggnader utan identitet"): 1,
    }


@pytest.mark.parametrize("name", ["andamal1", "ANDAMAL_1T", "ändamål1"])
def test_the_purpose_that_a_file_states(tmp_path: Path, name: str) -> None:
    """A block of flats stated second is one; else what is stated first counts."""
    make.kommuner(tmp_path / "raw/granser/kommun.gpkg", KOMMUNER)
    said = {
        "a": ("Bostad", "Bostad;Småhus radhus", None, "smahus"),
        "b": ("Verksamhet", "Verksamhet;", "Bostad; Flerfamiljshus", "flerbostad"),
        "c": ("Bostad", "Bostad; Ospecificerad", "", ""),
        "d": ("Bostad", "Bostad; Småhus med flera lägenheter", "Bostad;Flerfamiljshus", "flerbostad"),
        "e": ("Samhällsfunktion", "Samhällsfunktion;Skola", None, ""),
    }
    columns = {
        "objektidentitet": list(said),
        "objekttyp": [r[0] for r in said.values()],
        name: [r[1] for r in said.values()],
        name.replace("1", "2"): [r[2] for r in said.values()],
    }
    shapes = [house(261e3 + 50 * i, 6401e3) for i in range(len(said))]
    make.gpkg(tmp_path / "raw/lantmateriet/byggnad_kn1480.gpkg", columns, shapes, "byggnad")
    assert {k: v[1] for k, v in layer(tmp_path).items()} == {k: r[3] for k, r in said.items()}


def test_openstreetmap_says_what_is_flats_and_what_is_a_house(tmp_path: Path) -> None:
    words = {"1": "apartments", "2": "terrace", "3": "yes", "4": "residential"}
    put_osm(tmp_path, [(k, None, w, house(261e3 + 50 * int(k), 6401e3)) for k, w in words.items()])
    assert {k: v[:2] for k, v in layer(tmp_path).items()} == {
        "osm-w1": ("Bostad", "flerbostad"),
        "osm-w2": ("Bostad", "smahus"),
        "osm-w3": ("okänt slag", ""),
        "osm-w4": ("Bostad", ""),
    }


def test_a_layer_of_buildings_elsewhere_stops_and_without_files_it_has_no_rows(tmp_path: Path) -> None:
    make.kommuner(tmp_path / "raw/granser/kommun.gpkg", KOMMUNER)
    assert layer(tmp_path) == {}
    put(tmp_path, [("a", "Bostad", house(500e3, 6700e3))])
    with pytest.raises(DataError, match="inga byggnader i länets närhet"):
        layer(tmp_path)


def test_buildings_are_enough_to_begin_with(tmp_path: Path) -> None:
    """The required files: addresses or buildings; without either both ways are told."""
    (tmp_path / "raw").mkdir()
    nothing = inventory.missing_inputs(tmp_path / "raw")
    assert "adresser" in nothing[0]
    assert "byggnad" in nothing[0]
    put(tmp_path, TWO)
    assert len(inventory.missing_inputs(tmp_path / "raw")) == len(nothing) - 1
    assert "byggnader" in LANTMATERIET.roles
