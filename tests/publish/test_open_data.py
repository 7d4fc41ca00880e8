"""maps/data/: the formats are valid, agree with one another, and hold nothing that is not open."""

from __future__ import annotations

import json
import shutil
import sqlite3
import zipfile
from contextlib import closing
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path

import frictionless
import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from pipelines.config.region import load_region
from pipelines.core.paths import Paths
from pipelines.core.quoted import read_facts, read_sources
from pipelines.publish import products
from pipelines.publish.open_data import open_workbook
from pipelines.tables import open_contracts
from pipelines.tables.open_contracts import BRISTOMRADEN_OPPNA, KOMMUNER_OPPNA, LAN_OPPNA, OPEN_BESIDE, OPEN_TABLES
from tests.publish import geoparquet_rules
from tests.publish.adversary import SHARES, SUMS, Knowledge, attack, narrowed
from tests.publish.gpkg_rules import RULES
from tests.publish.test_attack import G


@pytest.fixture(scope="module")
def data(small_edition: Path) -> Path:
    return small_edition / "maps/data"


def read_csv(data: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(data / f"{name}.csv", dtype=str, keep_default_na=False).drop(columns="demo")


def as_text(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table as the CSV writes it, by rules of its own."""

    def one(x: object) -> str:
        if x is None or x is pd.NA or (isinstance(x, float) and np.isnan(x)):
            return ""
        if isinstance(x, (bool, np.bool_)):
            return "ja" if x else "nej"
        return f"{x:.6f}".rstrip("0").rstrip(".") if isinstance(x, float) else str(x)

    return pd.DataFrame({c: [one(x) for x in frame[c].astype(object)] for c in frame})


@pytest.mark.parametrize("table", OPEN_TABLES, ids=lambda t: t.name)
def test_every_format_says_the_same(data: Path, table):
    """So no format can be differenced against another."""
    told = read_csv(data, table.name)
    assert list(told) == table.names
    layer = pyogrio.read_dataframe(data / "bredband_oppen.gpkg", layer=table.name, read_geometry=False)
    whole = [c.name for c in table.columns if c.kind == "heltal"]
    pd.testing.assert_frame_equal(
        told, as_text(layer[table.names].astype(dict.fromkeys(whole, "Int64"))), check_dtype=False
    )
    if table.name != "lan":
        parquet = gpd.read_parquet(data / f"{table.name}.parquet")
        parquet = parquet.set_index(table.key[0]).loc[told[table.key[0]]].reset_index()[list(parquet)]  # CSV's order
        assert parquet.crs.to_epsg() == 3006
        assert [c for c in parquet if c != "geometry"] == table.names
        pd.testing.assert_frame_equal(told, as_text(pd.DataFrame(parquet[table.names])), check_dtype=False)
        drawn = pyogrio.read_dataframe(data / "bredband_oppen.gpkg", layer=table.name).geometry
        assert shapely.equals(parquet.geometry.to_numpy(), drawn.to_numpy()).all()
        assert shapely.is_ccw(shapely.get_exterior_ring(shapely.get_parts(parquet.geometry.to_numpy()))).all()


def test_the_ground_is_the_finest_band_and_nothing_but_public_geography(small_edition: Path):
    file = small_edition / "maps/data/underlagskarta.gpkg"
    for name, rows in (
        ("grund_vatten", True),
        ("grund_vagar", False),
        ("grund_granser", True),
    ):  # no roads in the small county
        told = pyogrio.read_dataframe(file, layer=name)
        made = gpd.read_parquet(small_edition / f"out/.steg/{name}.parquet")
        made = made[made["band"] == made["band"].max()].reset_index(drop=True)
        assert len(told) == len(made) and (len(made) > 0) == rows
        assert shapely.equals(told.geometry.to_numpy(), made.geometry.to_numpy()).all()
        assert set(told) <= {"klass", "steg_m", "niva", "geometry"}
    with closing(sqlite3.connect(file)) as db:
        listed = {n for (n,) in db.execute("SELECT table_name FROM gpkg_contents")}
    assert listed == {"grund_vatten", "grund_vagar", "grund_granser", "layer_styles"}


@pytest.mark.parametrize("name", ["rutnat_250m", "bristomraden", "kommuner"])
def test_geoparquet_keeps_the_standard_and_gives_windows(data: Path, name: str):
    path = data / f"{name}.parquet"
    assert geoparquet_rules.faults(geoparquet_rules.metadata(path)) == []
    assert geoparquet_rules.column_faults(path) == []
    whole = gpd.read_parquet(path)
    west, south, east, north = whole.total_bounds
    for window in (
        (west, south, (west + east) / 2, (south + north) / 2),
        (west - 9, south - 9, west, north),
        whole.total_bounds,
        (west - 9, south, west - 1, north),
    ):
        bounds = whole.bounds  # the covering's boxes, not the outlines, decide
        meets = (bounds.minx <= window[2]) & (bounds.maxx >= window[0])
        meets &= (bounds.miny <= window[3]) & (bounds.maxy >= window[1])
        found = gpd.read_parquet(path, bbox=tuple(window))
        assert found.iloc[:, 0].tolist() == whole[meets].iloc[:, 0].tolist()


def test_geojson_is_rfc_7946(data: Path):
    body = json.loads((data / "kommuner.geojson").read_text(encoding="utf-8"))
    assert "crs" not in body
    told = read_csv(data, "kommuner")
    assert [f["id"] for f in body["features"]] == told["kommunkod"].tolist()
    rows = pd.DataFrame([f["properties"] for f in body["features"]])
    decimals = [c for c in rows if c.endswith("_pct") or c == "land_ha"]
    pd.testing.assert_frame_equal(
        told, as_text(rows.astype(dict.fromkeys(decimals, float)))[list(told)], check_dtype=False
    )
    true = gpd.read_parquet(data / "kommuner.parquet").to_crs(4326).geometry
    for feature, outline in zip(body["features"], true, strict=True):
        shape = shapely.geometry.shape(feature["geometry"])
        assert shape.is_valid
        parts = shapely.get_parts(shape)
        assert shapely.is_ccw(shapely.get_exterior_ring(parts)).all()
        assert not any(shapely.is_ccw(r) for p in parts for r in p.interiors)
        assert shape.symmetric_difference(outline).area < 1e-4 * outline.area
        flat = shapely.get_coordinates(shape)
        assert np.abs(flat - flat.round(6)).max() < 1e-12
        assert feature["bbox"] == pytest.approx(shape.bounds)


def test_every_open_table_is_described_in_words(data: Path):
    package = json.loads((data / "datapackage.json").read_text(encoding="utf-8"))
    assert [r["name"] for r in package["resources"]] == [t.name for t in (*OPEN_TABLES, *OPEN_BESIDE)]
    assert all(f["title"] and f.get("description", "-") for r in package["resources"] for f in r["schema"]["fields"])


@pytest.mark.parametrize("table", [*OPEN_TABLES, *OPEN_BESIDE], ids=lambda t: t.name)
def test_a_number_has_as_many_decimals_as_mean_something(data: Path, table):
    """A hectare with one, never six; a share with one; nothing with more than three. Every open decimal column says."""
    told = read_csv(data, table.name)
    for c in table.columns:
        if c.kind == "decimal":
            assert c.decimals is not None and c.decimals <= 3, c.name
            assert c.name != "land_ha" or c.decimals == 1
            most = told[c.name].str.partition(".")[2].str.len().max()
            assert most <= c.decimals, (c.name, most)


def test_the_open_workbook_holds_what_the_csv_files_hold(data: Path):
    import openpyxl

    book = openpyxl.load_workbook(data / "bredband_oppen.xlsx")
    assert book.sheetnames == ["Läs mig", "Kommuner", "Län", "Bristområden"]
    for table, sheet in zip((KOMMUNER_OPPNA, LAN_OPPNA, BRISTOMRADEN_OPPNA), book.sheetnames[1:], strict=True):
        page = book[sheet]
        top = int(page.freeze_panes[1:]) - 1
        rows = [[c.value for c in row] for row in page.iter_rows(min_row=top + 1, max_col=len(table.columns))]
        assert [c.value for c in page[top]][: len(table.columns)] == [c.alias for c in table.columns]
        told = read_csv(data, table.name)
        assert len(rows) == len(told)
        for theirs, ours in zip(rows, told.to_numpy().tolist(), strict=True):
            for column, x, text in zip(table.columns, theirs, ours, strict=True):
                if x is None:
                    assert text == ""
                else:
                    assert float(text) == x if column.kind in ("heltal", "decimal") else text == x
        heads = {r[1] for r in book["Läs mig"].iter_rows(values_only=True) if r[0] == sheet}
        assert heads == {c.alias for c in table.columns}


def test_a_name_never_becomes_a_formula_in_the_open_workbook(tmp_path: Path, small_edition: Path):
    import openpyxl

    paths = Paths(small_edition / "county.toml", small_edition / "raw", small_edition / "out", small_edition / "maps")
    frames = {t.name: open_contracts.read(paths, t) for t in OPEN_TABLES}
    hostile = ["=1+1", "@SUM(1)", "+cmd|' /C calc'!A0", "-2+3", "\t=1"]
    for name, column in (("kommuner", "kommunnamn"), ("lan", "lansnamn"), ("bristomraden", "kommunnamn")):
        frame = frames[name].copy()
        frame[column] = [hostile[i % len(hostile)] for i in range(len(frame))]
        frames[name] = frame
    goal = replace(paths, out=tmp_path, maps=tmp_path)
    facts, sources = read_facts(paths), read_sources(paths)
    open_workbook.write(frames, load_region(paths.config), facts, sources, goal)
    met = 0
    for sheet in openpyxl.load_workbook(goal.built("maps/data/bredband_oppen.xlsx")):
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                assert cell.hyperlink is None
                assert not (isinstance(cell.value, str) and cell.value.startswith(("=", "+", "-", "@", "\t")))
                met += str(cell.value).startswith("'")
    assert met >= len(frames["bristomraden"])


def test_frictionless_finds_a_wrong_row(data: Path, tmp_path: Path):
    for path in data.glob("*.csv"):
        shutil.copyfile(path, tmp_path / path.name)
    shutil.copyfile(data / "datapackage.json", tmp_path / "datapackage.json")
    path = tmp_path / "kommuner.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("9901,", "99o1,", 1), encoding="utf-8")
    kinds = {e[0] for e in frictionless.validate(str(tmp_path / "datapackage.json")).flatten(["type"])}
    assert {"constraint-error", "hash-count"} & kinds


def test_everything_published_is_a_listed_open_product(small_edition: Path):
    maps = small_edition / "maps"
    found = {
        f"maps/{p.relative_to(maps).as_posix()}" for p in maps.rglob("*") if p.is_file() and not p.name.startswith(".")
    }
    listed = [f.path for p in products.open_products() for f in p.files]
    assert [p for p in sorted(found) if not any(fnmatch(p, x) for x in listed)] == []
    assert all(c.klass == "oppen" for t in OPEN_TABLES for c in t.columns)


def test_the_attack_on_the_published_files(data: Path, small_edition: Path):
    """The adversary reads the files themselves, and what he can look up: addresses and households per cell.

    The kommuner rest on evidence that may not be published, too, the cells do not: what he makes of both is not so
    where they differ. So he is given kommuner of the cells' own run, told as the documentation has it.
    """
    frames = {}
    for name in ("rutnat_250m", "kommuner"):
        frame = gpd.read_parquet(data / f"{name}.parquet")
        frames[name] = pd.DataFrame(frame.drop(columns="geometry"))
    parts = pd.read_parquet(small_edition / "out/.steg/oppna_delar.parquet")
    frames["delar"] = parts.rename(columns={"adresser": "n", "hushall": "h"}).assign(
        rutid_scb=parts["rutid"].astype(str).str.zfill(13)
    )
    sums = parts.groupby("kommunkod").sum(numeric_only=True).loc[frames["kommuner"]["kommunkod"]]
    for name, column in SUMS.items():
        lacking, total = sums[column.removesuffix("_ca")].to_numpy(), sums["hushall"].to_numpy()
        tens = [0 if x < 1e-9 else None if x < G else 10 * max(1, int(x / 10 + 0.5)) for x in lacking]
        few = (total - lacking >= 1e-9) & (total - lacking < G)
        frames["kommuner"][column] = pd.array(tens, dtype="Int64")
        frames["kommuner"][f"{SHARES[name]}_olikhet"] = ["<" if x else "" for x in few]
        frames["kommuner"][f"{SHARES[name]}_pct"] = 50.0
    for knows in ("kanda", "kvadrat", "okanda"):
        found = attack([frames], G, Knowledge(households=knows))
        assert not found.attrs["omojliga"]
        assert narrowed(found).empty, narrowed(found)


@pytest.mark.parametrize("name", ["bredband_oppen.gpkg", "rutnat_250m.csv"])
def test_a_packed_download_is_the_file_beside_it(data: Path, name: str):
    with zipfile.ZipFile(data / f"{name}.zip") as packed:
        (entry,) = packed.infolist()
        assert entry.filename == name
        assert packed.read(entry) == (data / name).read_bytes()
        assert packed.testzip() is None
    facts = json.loads((data / "datapackage.json").read_text(encoding="utf-8"))
    assert "{:04}-{:02}-{:02}".format(*entry.date_time) == facts["created"][:10]  # the inputs' day, not today
    assert pyogrio.list_layers(f"/vsizip/{data / name}.zip/{name}").size  # GDAL and QGIS open it as it is


# GeoPackage: for each rule a file that breaks it. test_every_file.py holds the files against them.


BREAKS = {
    "rq1_layer_names": "UPDATE gpkg_contents SET table_name = 'Kommuner' WHERE table_name = 'kommuner'",
    "rq2_layers_have_features": "DELETE FROM layer_styles",
    "rq4_no_views": "CREATE VIEW vy AS SELECT 1",
    "rq5_valid_geometries": "bowtie",
    "rq6_column_names": 'ALTER TABLE kommuner RENAME COLUMN kommunnamn TO "Namn på kommun"',
    "rq7_feature_id": "CREATE TABLE utan (a TEXT); INSERT INTO utan VALUES ('x');"
    " INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('utan', 'attributes', 'utan')",
    "rq9_rtree": "DELETE FROM gpkg_extensions WHERE extension_name = 'gpkg_rtree_index' AND table_name = 'lan'",
    "rq10_rtree_is_right": "DELETE FROM rtree_rutnat_250m_geom WHERE id = 1",
    "rq11_feature_counts": "UPDATE gpkg_ogr_contents SET feature_count = 7 WHERE table_name = 'lan'",
    "rq12_reference_system": "UPDATE gpkg_geometry_columns SET srs_id = 4326",
    "rq13_one_reference_system": "UPDATE gpkg_geometry_columns SET srs_id = 4326 WHERE table_name = 'lan'",
    "rq14_geometry_type_names": "UPDATE gpkg_geometry_columns SET geometry_type_name = 'GEOMETRY'",
    "rq15_geometry_types": "UPDATE gpkg_geometry_columns SET geometry_type_name = 'POINT' WHERE table_name = 'lan'",
    "rc1_column_is_called_geom": "rename",
    "rc2_one_name_of_geometry": "rename",
    "rc3_two_dimensions": "UPDATE gpkg_geometry_columns SET z = 1 WHERE table_name = 'lan'",
    "rc4_orientation": "clockwise",
    "names_are_short": f"ALTER TABLE lan RENAME COLUMN lansnamn TO {'x' * 58}",
    "no_empty_geometry": "empty",
}
SHAPES = {
    "bowtie": "MULTIPOLYGON (((0 0, 9 9, 9 0, 0 9, 0 0)))",
    "clockwise": "MULTIPOLYGON (((0 0, 0 9, 9 9, 9 0, 0 0)))",
    "empty": "MULTIPOLYGON EMPTY",
}


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.__name__)
def test_each_rule_finds_a_file_that_breaks_it(data: Path, tmp_path: Path, rule):
    path = tmp_path / "trasig.gpkg"
    shutil.copyfile(data / "bredband_oppen.gpkg", path)
    how = BREAKS[rule.__name__]
    with closing(sqlite3.connect(path)) as db:
        assert rule(db) == []
        for (trigger,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f'DROP TRIGGER "{trigger}"')  # they call functions of GDAL's
        if how in SHAPES:
            header = b"GP\x00\x01" + (3006).to_bytes(4, "little")
            db.execute("UPDATE lan SET geom = ?", (header + shapely.to_wkb(shapely.from_wkt(SHAPES[how])),))
        elif how == "rename":
            db.execute("ALTER TABLE lan RENAME COLUMN geom TO form")
            db.execute("UPDATE gpkg_geometry_columns SET column_name = 'form' WHERE table_name = 'lan'")
        else:
            db.executescript(how)
        assert rule(db) != []
