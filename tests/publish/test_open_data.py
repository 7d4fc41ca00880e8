"""maps/data/: the formats are valid, agree with one another, and hold nothing that is not open."""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3
import subprocess
from contextlib import closing
from fnmatch import fnmatch
from pathlib import Path

import frictionless
import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from pipelines import products
from pipelines.contracts_open import OPEN_BESIDE, OPEN_TABLES
from tests.publish.adversary import SHARES, SUMS, Knowledge, attack, narrowed
from tests.publish.gpkg_rules import RULES, broken
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
        assert parquet.crs.to_epsg() == 3006
        assert [c for c in parquet if c != "geometry"] == table.names
        pd.testing.assert_frame_equal(told, as_text(pd.DataFrame(parquet[table.names])), check_dtype=False)
        drawn = pyogrio.read_dataframe(data / "bredband_oppen.gpkg", layer=table.name).geometry
        assert shapely.equals(parquet.geometry.to_numpy(), drawn.to_numpy()).all()
        assert shapely.is_ccw(shapely.get_exterior_ring(shapely.get_parts(parquet.geometry.to_numpy()))).all()
        geo = json.loads(pyogrio_metadata(data / f"{table.name}.parquet"))
        assert geo["version"] == "1.1.0"


def pyogrio_metadata(path: Path) -> str:
    import pyarrow.parquet as pq

    return pq.read_schema(path).metadata[b"geo"].decode()


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


def test_frictionless_finds_nothing(data: Path):
    """Types, keys, foreign keys, limits, sizes and checksums of every CSV."""
    report = frictionless.validate(str(data / "datapackage.json"))
    assert report.valid, report.flatten(["fieldName", "rowNumber", "message"])[:5]
    package = json.loads((data / "datapackage.json").read_text(encoding="utf-8"))
    assert [r["name"] for r in package["resources"]] == [t.name for t in (*OPEN_TABLES, *OPEN_BESIDE)]
    assert all(
        f["title"] and f.get("description", "-") for r in package["resources"] for f in r["schema"]["fields"]
    )


def test_frictionless_finds_a_wrong_row(data: Path, tmp_path: Path):
    for path in data.glob("*.csv"):
        shutil.copyfile(path, tmp_path / path.name)
    shutil.copyfile(data / "datapackage.json", tmp_path / "datapackage.json")
    path = tmp_path / "kommuner.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("9901,", "99o1,", 1), encoding="utf-8")
    kinds = {e[0] for e in frictionless.validate(str(tmp_path / "datapackage.json")).flatten(["type"])}
    assert {"constraint-error", "hash-count"} & kinds


def test_no_cell_of_a_csv_is_a_formula(data: Path):
    for path in data.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as f:
            for row in csv.reader(f):
                assert not [x for x in row if x[:1] in ("=", "+", "@", "\t", "\r")], path.name


def test_everything_published_is_a_listed_open_product(small_edition: Path):
    maps = small_edition / "maps"
    found = {
        f"maps/{p.relative_to(maps).as_posix()}"
        for p in maps.rglob("*")
        if p.is_file() and not p.name.startswith(".")
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


# GeoPackage: the rules, and for each a file that breaks it.


def test_the_open_geopackage_breaks_no_rule(data: Path):
    assert broken(data / "bredband_oppen.gpkg") == {}


def test_the_internal_geopackage_breaks_no_rule(small_edition: Path):
    assert broken(small_edition / "out/bredband.gpkg") == {}


@pytest.mark.qgis
@pytest.mark.parametrize("name", ["maps/data/bredband_oppen.gpkg", "out/bredband.gpkg"])
def test_gdals_validator_finds_nothing(small_edition: Path, name: str):
    """GDAL's ``validate_gpkg``, of Debian's python3-gdal, which QGIS brings."""
    code = (
        "import sys; from osgeo_utils.samples import validate_gpkg as v; sys.exit(v.main(['v', sys.argv[1]]))"
    )
    run = subprocess.run(
        ["/usr/bin/python3", "-c", code, str(small_edition / name)], capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "error" not in (run.stdout + run.stderr).lower().replace("no errors", ""), run.stdout + run.stderr


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
}  # fmt: skip
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
