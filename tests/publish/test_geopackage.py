"""bredband.gpkg, read back with SQLite, struct and pyogrio rather than with the code that wrote it."""

from __future__ import annotations

import json
import math
import sqlite3
import struct
import xml.etree.ElementTree as ET
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
import tiny_tables as tiny

from pipelines.core.errors import ContractError
from pipelines.core.files import sha256, write_polygons
from pipelines.core.paths import Paths
from pipelines.publish.geopackage import gpkg_arrow, gpkg_rtree, write_geopackage
from pipelines.publish.products import LAYERS
from pipelines.tables import contracts, summary_tables

# Cells that lack something: 2, 3, 3 with tillgång and 1, 3, 3 passed at 30, 100 and 1000 Mbit/s (tiny.CELLS).
AREAS = 2 + 3 + 3 + 1 + 3 + 3
ROWS = {
    "rutnat_250m": 5,
    "rutnat_delar": 5,
    "kommuner": 2,
    "lan": 1,
    "adresser": 3,
    "bristomraden": AREAS + 6 * 2,
    "bristomraden_kommun": AREAS,
    "bristomraden_rutor": AREAS,
    "schakt": AREAS,
    "bristkurva": 2 * AREAS,
    "projekt": AREAS,
    "projekt_adresser": AREAS,
    "projekt_schakt": AREAS,
    "kontrolleras": 1,
    "osakerhet_5km": 1,
    "grund_vatten": 1,
    "grund_vagar": 3,
    "grund_granser": 4,
}
VIEWS = {"rutnat_delar": "rutnat_delade"}
"""Layers that are views, each with the table of the rows that stand nowhere else."""
SQL_TYPES = {"text": "TEXT", "heltal": "INTEGER", "decimal": "REAL", "ja_nej": "BOOLEAN"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    region, paths = tiny.write(tmp_path_factory.mktemp("gpkg"))
    write_geopackage.run(region, paths)
    return paths.built("out/bredband.gpkg")


def ask(path: Path, sql: str) -> list[tuple]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(sql).fetchall()


def test_is_a_sound_geopackage_1_2(built: Path) -> None:
    assert ask(built, "PRAGMA application_id") == [(struct.unpack(">i", b"GPKG")[0],)]
    assert ask(built, "PRAGMA user_version") == [(10200,)]
    assert ask(built, "PRAGMA integrity_check") == [("ok",)]
    assert ask(built, "PRAGMA foreign_key_check") == []


def test_layers_rows_and_reference_system(built: Path) -> None:
    kinds = {t.name: "features" if t.geometry else "attributes" for t in LAYERS}
    found = ask(built, "SELECT table_name, data_type FROM gpkg_contents WHERE table_name != 'layer_styles'")
    assert dict(found) == kinds
    for name, rows in ROWS.items():
        assert ask(built, f"SELECT count(*) FROM {name}") == [(rows,)]
        assert ask(built, f"SELECT feature_count FROM gpkg_ogr_contents WHERE table_name='{name}'") == [(rows,)]
    geometry = ask(built, "SELECT table_name, geometry_type_name, srs_id, z, m FROM gpkg_geometry_columns")
    assert sorted(geometry) == sorted((t.name, t.geometry.upper(), 3006, 0, 0) for t in LAYERS if t.geometry)


@pytest.mark.parametrize("table", LAYERS, ids=lambda t: t.name)
def test_columns_have_the_contracts_names_and_types(built: Path, table: contracts.Table) -> None:
    info = {name: (kind, notnull) for _, name, kind, notnull, *_ in ask(built, f"PRAGMA table_info({table.name})")}
    assert list(info)[1 + bool(table.geometry) :] == table.names
    for column in table.columns:
        # a view says no NOT NULL: its tables do
        demanded = int(not column.nullable and table.name not in VIEWS)
        assert info[column.name] == (SQL_TYPES[column.kind], demanded)
        stored = {k for (k,) in ask(built, f"SELECT DISTINCT typeof({column.name}) FROM {table.name}")}
        allowed = {"text": {"text"}, "heltal": {"integer"}, "decimal": {"real"}, "ja_nej": {"integer"}}
        assert stored <= allowed[column.kind] | ({"null"} if column.nullable else set())


def test_cells_carry_the_stage_tables_values_rounded_to_six_decimals(built: Path) -> None:
    rows = ask(
        built,
        "SELECT rutid_scb, kommunkod, adresser, adresser_utan_30, adresser_utan_100, adresser_utan_1000,"
        " hushall_ej_passerade_30, adresser_ej_passerade_1000, max_ned_mbit, planerad, underlag FROM rutnat_250m",
    )
    assert rows[0] == ("3200006400000", "1401", 4, 0.0, 1.0, 2.0, 0.0, 1.0, None, 0, "statistik")
    assert rows[2] == ("3202506400000", "1401", 0, 0.0, 0.0, 0.0, 0.0, 0.0, None, 0, "ingen")
    assert rows[4] == ("3210006400500", "1480", 3, 0.333333, 1.0, 3.0, 333.333333, 3.0, 100.0, 1, "adress")


def test_negative_zero_is_written_as_zero(tmp_path: Path) -> None:
    region, paths = tiny.write(tmp_path)
    cells = pd.read_parquet(paths.table("rutnat_250m"))
    cells["hushall_utan_30"] = [-0.0, 4e-7, 0.0, 0.0, 0.0]
    cells.to_parquet(paths.table("rutnat_250m"))
    write_geopackage.run(region, paths)
    got = ask(paths.built("out/bredband.gpkg"), "SELECT hushall_utan_30 FROM rutnat_250m ORDER BY fid LIMIT 2")
    assert [math.copysign(1, x) for (x,) in got] == [1, 1]


def geometry_of(blob: bytes) -> shapely.Geometry:
    """Take a GeoPackage geometry apart by the standard: magic, version, flags, srs_id, envelope, WKB."""
    magic, version, flags, srs = struct.unpack("<2sBBi", blob[:8])
    assert (magic, version, srs, flags & 1) == (b"GP", 0, 3006, 1)
    envelope = {0: 0, 1: 32}[flags >> 1 & 7]
    return shapely.from_wkb(blob[8 + envelope :])


def test_squares_points_and_outlines_lie_where_they_shall(built: Path) -> None:
    for rutid, blob in ask(built, "SELECT rutid_scb, geom FROM rutnat_250m"):
        e, n = int(rutid[:6]), int(rutid[6:])
        square = geometry_of(blob)
        assert square.equals(shapely.box(e, n, e + 250, n + 250))
        assert shapely.is_ccw(square.exterior)
    points = {i: geometry_of(b).coords[0] for i, b in ask(built, "SELECT adress_id, geom FROM adresser")}
    assert points == {i: (e, n) for i, e, n in tiny.POINTS}
    for kod, blob in ask(built, "SELECT kommunkod, geom FROM kommuner"):
        outline = geometry_of(blob)
        assert outline.geom_type == "MultiPolygon"
        assert outline.equals(shapely.box(*tiny.KOMMUN_BOXES[kod]))
    ((lan,),) = ask(built, "SELECT geom FROM lan")
    assert geometry_of(lan).equals(shapely.box(320000, 6400000, 321250, 6400750))


def test_the_ground_is_the_finest_band_as_the_step_has_it(built: Path) -> None:
    ((step, blob),) = ask(built, "SELECT steg_m, geom FROM grund_vatten")
    assert (step, geometry_of(blob).equals(shapely.box(320520, 6400020, 320700, 6400100))) == (4, True)
    roads = [
        (k, list(geometry_of(b).coords)) for k, b in ask(built, "SELECT klass, geom FROM grund_vagar ORDER BY fid")
    ]
    assert roads == [
        ("farjeled", [(320520, 6400060), (320700, 6400060)]),
        ("smavag", [(320720, 6400000), (320720, 6400240)]),
        ("motorvag", [(320760, 6400000), (320760, 6400120), (320760, 6400240)]),
    ]


def test_without_roads_and_water_the_layers_are_there_and_empty(tmp_path: Path) -> None:
    region, paths = tiny.write(tmp_path)
    for name in ("grund_vatten", "grund_vagar"):
        write_polygons(gpd.read_parquet(paths.table(name))[:0], paths.table(name))
    write_geopackage.run(region, paths)
    path = paths.built("out/bredband.gpkg")
    for name in ("grund_vatten", "grund_vagar"):
        assert (len(pyogrio.read_dataframe(path, layer=name)), pyogrio.read_info(path, layer=name)["features"]) == (
            0,
            0,
        )
        assert ask(path, f"SELECT rtreecheck('rtree_{name}_geom')") == [("ok",)]


def test_spatial_indexes_hold_every_feature(built: Path) -> None:
    for table in (t for t in LAYERS if t.geometry):
        box = ask(built, f"SELECT id, minx, miny, maxx, maxy FROM rtree_{table.name}_geom ORDER BY id")
        rows = ask(built, f"SELECT fid, geom FROM {table.name} WHERE geom NOT NULL ORDER BY fid")
        assert rows
        assert [r[0] for r in box] == [r[0] for r in rows]
        for (_, *found), (_, blob) in zip(box, rows, strict=True):
            # an R-tree keeps 32-bit floats, rounded outwards
            np.testing.assert_allclose(found, geometry_of(blob).bounds, atol=1.0)


def test_keys_are_indexed(built: Path) -> None:
    indexes = {
        (table, sql.split("(")[1].strip(")").replace('"', "")): "UNIQUE" in sql
        for table, sql in ask(built, "SELECT tbl_name, sql FROM sqlite_master WHERE type='index' AND sql NOT NULL")
    }
    assert indexes == {
        ("rutnat_250m", "rutid_scb"): True,
        ("rutnat_250m", "kommunkod"): False,
        ("rutnat_delade", "rutid_scb"): False,
        ("rutnat_delade", "kommunkod"): False,
        ("kommuner", "kommunkod"): True,
        ("lan", "lanskod"): True,
        ("adresser", "rutid_scb"): False,
        ("bristomraden", "bristomrade_id"): True,
        ("bristomraden", "kommunkod"): False,
        ("bristomraden_kommun", "bristomrade_id"): False,
        ("bristomraden_kommun", "kommunkod"): False,
        ("bristomraden_rutor", "bristomrade_id"): False,
        ("bristomraden_rutor", "rutid_scb"): False,
        ("schakt", "bristomrade_id"): False,
        ("bristkurva", "projekt_id"): False,
        ("bristkurva", "kod"): False,
        ("projekt", "projekt_id"): True,
        ("projekt", "kommunkod"): False,
        ("projekt_adresser", "projekt_id"): False,
        ("projekt_schakt", "projekt_id"): False,
        ("projekt_adresser", "kommunkod"): False,
        ("kontrolleras", "adress_id"): True,
        ("kontrolleras", "rutid_scb"): False,
        ("kontrolleras", "kommunkod"): False,
        ("osakerhet_5km", "ruta_5km"): True,
        ("osakerhet_5km", "kommunkod"): False,
        **{(t, "troskel_mbit, matt"): False for t in ROWS if t.startswith(("brist", "schakt", "projekt"))},
    }


PART_OF = {"3200006400000": ("1401", "1480"), "3210006400250": ("1480", "1401")}
"""Two cells of the hand-made county divided between kommuner: in one the parts come in the cell's own order."""


def divided(folder: Path) -> tuple[Path, pd.DataFrame]:
    """Build the county with two cells divided; return the file and what ``rutnat_delar`` must hold."""
    region, paths = tiny.write(folder)
    cells = pd.read_parquet(paths.table("rutnat_250m"))
    rows = []
    for row in cells.to_dict("records"):
        kommuner = PART_OF.get(row["rutid_scb"], (row["kommunkod"],))
        for i, kommun in enumerate(kommuner):
            part = dict(row) | {"kommunkod": kommun, "kommunnamn": tiny.NAMES[kommun]}
            if len(kommuner) > 1:
                part |= {"adresser": row["adresser"] - 1 if i == 0 else 1, "land_ha": 3.125, "max_ned_mbit": None}
            rows.append(part)
    parts = pd.DataFrame(rows)[summary_tables.DELAR.names]
    parts.to_parquet(paths.table("rutnat_delar"))
    write_geopackage.run(region, paths)
    return paths.built("out/bredband.gpkg"), parts


def test_parts_are_all_there_though_only_divided_cells_are_stored(tmp_path: Path) -> None:
    path, parts = divided(tmp_path)
    key = ["rutid_scb", "kommunkod"]
    layer = pyogrio.read_dataframe(path, layer="rutnat_delar", read_geometry=False)
    pd.testing.assert_frame_equal(
        layer[summary_tables.DELAR.names].sort_values(key, ignore_index=True),
        parts.round(6).sort_values(key, ignore_index=True),
        check_dtype=False,
    )
    assert len(parts) == 5 + len(PART_OF)
    stored = ask(path, "SELECT rutid_scb, kommunkod FROM rutnat_delade ORDER BY fid")
    assert sorted(stored) == sorted((r, k) for r, kommuner in PART_OF.items() for k in kommuner)
    ids = [i for (i,) in ask(path, "SELECT fid FROM rutnat_delar")]
    assert len(set(ids)) == len(parts)  # a reader knows a row by it
    assert pyogrio.read_info(path, layer="rutnat_delar")["features"] == len(parts)
    assert "rutnat_delade" not in [name for name, _ in pyogrio.list_layers(path)]


def test_a_part_that_differs_from_its_cell_is_stored(tmp_path: Path) -> None:
    region, paths = tiny.write(tmp_path)
    cells = pd.read_parquet(paths.table("rutnat_250m"))
    cells = cells.astype({"hushall": float, "max_ned_mbit": float})
    cells.loc[1, "hushall"], cells.loc[4, "max_ned_mbit"] = 7.5, None
    cells.to_parquet(paths.table("rutnat_250m"))
    write_geopackage.run(region, paths)
    path = paths.built("out/bredband.gpkg")
    asked = "SELECT hushall, max_ned_mbit FROM {} WHERE rutid_scb IN ('3200006400250', '3210006400500') ORDER BY 1"
    assert ask(path, asked.format("rutnat_250m")) == [(7.5, 100.0), (3000.0, None)]
    assert ask(path, asked.format("rutnat_delar")) == [(3000.0, 100.0), (10000.0, 100.0)]  # tiny.CELLS
    assert ask(path, "SELECT count(*) FROM rutnat_delar") == [(5,)]


def test_a_cell_without_a_part_stops_the_product(tmp_path: Path) -> None:
    region, paths = tiny.write(tmp_path)
    parts = pd.read_parquet(paths.table("rutnat_delar"))
    parts[1:].to_parquet(paths.table("rutnat_delar"))
    with pytest.raises(ContractError, match="1 rutor utan del"):
        write_geopackage.run(region, paths)
    assert not paths.built("out/bredband.gpkg").exists()


def test_a_question_about_one_cells_parts_uses_the_indexes(built: Path) -> None:
    plan = " ".join(r[3] for r in ask(built, "EXPLAIN QUERY PLAN SELECT * FROM rutnat_delar WHERE rutid_scb = 'x'"))
    assert "ix_rutnat_250m_rutid_scb" in plan
    assert "ix_rutnat_delade_rutid_scb" in plan
    assert "SCAN" not in plan


def test_squares_and_points_carry_no_envelope_and_outlines_a_true_one(built: Path) -> None:
    for layer, size in (("rutnat_250m", 8 + 93), ("adresser", 8 + 21)):
        assert ask(built, f"SELECT DISTINCT length(geom) FROM {layer}") == [(size,)]
    for (blob,) in ask(built, "SELECT geom FROM bristomraden WHERE geom NOT NULL UNION ALL SELECT geom FROM lan"):
        west, east, south, north = struct.unpack("<4d", blob[8:40])
        assert (west, south, east, north) == geometry_of(blob).bounds


def test_extent_in_the_contents_is_the_layers(built: Path) -> None:
    for name, *box in ask(
        built, "SELECT table_name, min_x, min_y, max_x, max_y FROM gpkg_contents WHERE data_type = 'features'"
    ):
        shapes = [geometry_of(b) for (b,) in ask(built, f"SELECT geom FROM {name} WHERE geom NOT NULL")]
        assert tuple(box) == shapely.unary_union(shapes).bounds


def filled(file: Path, ids: np.ndarray, boxes: np.ndarray) -> Path:
    """Make a database whose only table is an index, and fill that."""
    with closing(sqlite3.connect(file)) as db:
        db.execute("CREATE VIRTUAL TABLE t USING rtree(id, minx, maxx, miny, maxy)")
    with gpkg_arrow.opened(file) as rows:
        gpkg_rtree.fill(rows, "t", ids, boxes)
    return file


@pytest.mark.parametrize("count", [0, 1, 51, 52, 3_000])
def test_a_packed_index_is_sound_and_finds_what_a_plain_search_finds(count: int, tmp_path: Path) -> None:
    """SQLite judges the tree; windows of every size, touching edges included, against all boxes."""
    rng = np.random.default_rng(count)
    corner = rng.uniform(0, 1000, (count, 2)).round(1)
    boxes = np.column_stack([corner, corner + rng.choice([0, 0.1, 25], (count, 2))])
    ids = rng.permutation(5 * count)[:count] + 1
    with closing(sqlite3.connect(filled(tmp_path / "t.db", ids, boxes))) as db:
        assert db.execute("SELECT rtreecheck('t')").fetchone() == ("ok",)
        for size in (0, 1, 30, 400, 2000):
            w, s = rng.uniform(-size, 1000, 2)
            found = {
                i
                for (i,) in db.execute(
                    "SELECT id FROM t WHERE minx <= ? AND maxx >= ? AND miny <= ? AND maxy >= ?",
                    (w + size, w, s + size, s),
                )
            }
            meets = (boxes[:, 0] <= w + size) & (boxes[:, 2] >= w) & (boxes[:, 1] <= s + size) & (boxes[:, 3] >= s)
            assert found >= set(ids[meets].tolist())
            # 32-bit numbers, rounded outwards: a hair more may be found, never less
            near = (boxes[:, 0] <= w + size + 1e-3) & (boxes[:, 2] >= w - 1e-3)
            near &= (boxes[:, 1] <= s + size + 1e-3) & (boxes[:, 3] >= s - 1e-3)
            assert found <= set(ids[near].tolist())
        db.execute("INSERT INTO t VALUES (999999, 5, 6, 5, 6)")  # and it is a tree like any other
        db.execute("DELETE FROM t WHERE id = ?", (int(ids[0]) if count else 0,))
        assert db.execute("SELECT rtreecheck('t')").fetchone() == ("ok",)


def test_index_nodes_are_full(tmp_path: Path) -> None:
    xy = np.stack(np.meshgrid(np.arange(100.0), np.arange(100.0)), -1).reshape(-1, 2)
    file = filled(tmp_path / "t.db", np.arange(10_000) + 1, np.column_stack([xy, xy + 1]))
    with closing(sqlite3.connect(file)) as db:
        ((nodes,),) = db.execute("SELECT count(*) FROM t_node").fetchall()
        leaves = -(-10_000 // 51)
        assert nodes == leaves + -(-leaves // 51) + 1


def test_every_column_has_a_swedish_alias(built: Path) -> None:
    found = ask(built, "SELECT table_name, column_name, name, title FROM gpkg_data_columns")
    assert found == [(t.name, c.name, c.alias, c.alias) for t in LAYERS for c in t.columns]
    text = dict(ask(built, "SELECT column_name, description FROM gpkg_data_columns WHERE table_name='rutnat_250m'"))
    assert text["land_ha"] == "Landareal. Enhet: ha. Uppgift: beräknad."
    registered = ask(built, "SELECT table_name, extension_name FROM gpkg_extensions WHERE table_name LIKE 'gpkg%'")
    assert sorted(registered) == [
        ("gpkg_data_column_constraints", "gpkg_schema"),
        ("gpkg_data_columns", "gpkg_schema"),
        ("gpkg_metadata", "gpkg_metadata"),
        ("gpkg_metadata_reference", "gpkg_metadata"),
    ]


def test_gdal_reads_the_aliases_as_alternative_names(built: Path) -> None:
    _, cells = pyogrio.read_arrow(built, layer="rutnat_250m")
    told = cells.schema.field("hushall_utan_100").metadata
    assert told[b"GDAL:OGR:alternative_name"].decode() == "Hushåll utan 100 Mbit/s (antal)"
    assert told[b"GDAL:OGR:comment"].decode().startswith("Väntat antal utan tillgång till 100 Mbit/s ned.")


def test_demo_is_written_in_every_title_and_only_when_it_is_one(built: Path, tmp_path: Path) -> None:
    told = ask(built, "SELECT identifier, description FROM gpkg_contents WHERE table_name != 'layer_styles'")
    assert all(i.startswith("DEMO – ") and d.startswith("DEMO") for i, d in told)
    assert ("DEMO – Rutnät 250 m",) in ask(built, "SELECT identifier FROM gpkg_contents")
    region, paths = tiny.write(tmp_path, demo=False)
    write_geopackage.run(region, paths)
    real = paths.built("out/bredband.gpkg")
    assert ("Rutnät 250 m",) in ask(real, "SELECT identifier FROM gpkg_contents")
    assert b"DEMO" not in real.read_bytes()


def test_metadata_names_the_run_and_its_used_sources(built: Path) -> None:
    ((text,),) = ask(built, "SELECT metadata FROM gpkg_metadata WHERE mime_type = 'application/json'")
    body = json.loads(text)
    assert body["korning"]["korning_id"] == "0123456789ab"
    assert [s["publisher"] for s in body["kallor"]] == ["PTS", "SCB", "Lantmäteriet"]
    assert ask(built, "SELECT reference_scope, timestamp, md_file_id FROM gpkg_metadata_reference") == [
        ("geopackage", "2025-11-15T00:00:00.000Z", key) for key in (1, 2)
    ]


def test_time_stamps_come_from_the_inputs(built: Path) -> None:
    assert ask(built, "SELECT DISTINCT last_change FROM gpkg_contents") == [("2025-11-15T00:00:00.000Z",)]
    assert ask(built, "SELECT DISTINCT update_time FROM layer_styles") == [("2025-11-15T00:00:00.000Z",)]


def test_each_layer_has_one_default_style_that_is_xml(built: Path) -> None:
    styles = ask(built, "SELECT f_table_name, f_geometry_column, styleName, styleQML, useAsDefault FROM layer_styles")
    defaults = {table: name for table, _, name, _, default in styles if default}
    assert defaults == {
        "rutnat_250m": "DEMO Utan tillgång 100",
        "rutnat_delar": "DEMO Alias",
        "kommuner": "DEMO Hushåll med 100 Mbit/s",
        "lan": "DEMO Länets land",
        "adresser": "DEMO Status",
        "kontrolleras": "DEMO Kontrolleras",
        "bristomraden": "DEMO Utan tillgång 100",
        "bristomraden_kommun": "DEMO Alias",
        "bristomraden_rutor": "DEMO Alias",
        "schakt": "DEMO Utan tillgång 100",
        "bristkurva": "DEMO Alias",
        "projekt": "DEMO Utan tillgång 100",
        "projekt_adresser": "DEMO Alias",
        "projekt_schakt": "DEMO Utan tillgång 100",
        "osakerhet_5km": "DEMO Osäkerhet 100",
        "grund_vatten": "DEMO Vatten",
        "grund_vagar": "DEMO Vägar",
        "grund_granser": "DEMO Gränser",
    }
    assert sum(default for *_, default in styles) == len(LAYERS)
    geometry = {t.name: "geom" if t.geometry else "" for t in LAYERS}
    for table, column, name, qml, _ in styles:
        assert len(name) <= 30
        assert column == geometry[table]
        root = ET.fromstring(qml.split("\n", 1)[1])
        columns = [c.name for c in next(t for t in LAYERS if t.name == table).columns]
        assert [a.get("field") for a in root.iter("alias")] == columns
    for layer, count in (("rutnat_250m", 6 + 4 + 2), ("bristomraden", 6), ("kommuner", 6)):
        named = [name for table, _, name, *_ in styles if table == layer]
        assert len(named) == len(set(named)) == count


def test_reads_back_with_another_library(built: Path) -> None:
    for table in LAYERS:
        frame = pyogrio.read_dataframe(built, layer=table.name)
        assert len(frame) == ROWS[table.name]
        if table.geometry:
            assert frame.crs.to_epsg() == 3006
            drawn = frame[frame.geometry.notna()]
            assert len(drawn) == (AREAS if table.name == "bristomraden" else len(frame))
            assert set(drawn.geom_type) == {table.geometry}
            assert drawn.is_valid.all()


def test_same_tables_same_bytes(built: Path, tmp_path: Path) -> None:
    region, paths = tiny.write(tmp_path)
    write_geopackage.run(region, paths)
    again = paths.built("out/bredband.gpkg")
    first = sha256(again)
    assert first == sha256(built)
    write_geopackage.run(region, paths)
    assert sha256(again) == first


def test_a_missing_count_stops_the_product(tmp_path: Path) -> None:
    region, paths = tiny.write(tmp_path)
    cells = pd.read_parquet(paths.table("rutnat_250m"))
    cells.loc[3, "hushall_utan_100"] = None
    cells.to_parquet(paths.table("rutnat_250m"))
    with pytest.raises(ContractError, match="hushall_utan_100"):
        write_geopackage.run(region, paths)
    assert not paths.built("out/bredband.gpkg").exists()
    assert not list(paths.built("out").glob(".*"))


def test_columns_outside_the_contract_are_not_published(tmp_path: Path) -> None:
    region, paths = tiny.write(tmp_path)
    cells = pd.read_parquet(paths.table("rutnat_250m"))
    cells["hemlig"] = "x"
    cells.to_parquet(paths.table("rutnat_250m"))
    write_geopackage.run(region, paths)
    names = [r[1] for r in ask(paths.built("out/bredband.gpkg"), "PRAGMA table_info(rutnat_250m)")]
    assert "hemlig" not in names


def test_thin_gaps_between_generalised_outlines_are_no_holes(tmp_path: Path) -> None:
    region, paths = tiny.write(tmp_path)
    _outline(paths, shapely.box(320200, 6400100, 320400, 6400105), shapely.box(320100, 6400200, 320400, 6400600))
    write_geopackage.run(region, paths)
    ((blob,),) = ask(paths.built("out/bredband.gpkg"), "SELECT geom FROM lan")
    lake = shapely.box(320100, 6400200, 320400, 6400600)
    assert geometry_of(blob).equals(shapely.box(320000, 6400000, 321250, 6400750).difference(lake))


def _outline(paths: Paths, *holes: shapely.Polygon) -> None:
    frame = gpd.read_parquet(paths.table("granser"))
    first = frame["kommunkod"] == "1401"
    frame.loc[first, "geometry"] = [
        shapely.multipolygons([frame[first].geometry.iloc[0].difference(shapely.union_all(holes))])
    ]
    write_polygons(frame, paths.table("granser"))
