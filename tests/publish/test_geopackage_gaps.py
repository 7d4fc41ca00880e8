"""The gap areas in bredband.gpkg: what adds up, adds up in the file itself, asked in SQL by whoever opens it."""

from __future__ import annotations

import sqlite3
import struct
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
import tiny_tables as tiny

from pipelines.__main__ import main
from pipelines.core.files import read_table, write_polygons, write_table
from pipelines.publish.geopackage import write_geopackage
from tests.small_county import inputs

STAGES = (*inputs.STAGES, "junctions", "gaps", "laws", "ground", "geopackage")
"""Of a county that ``small_edition`` is not."""
PAIRS = [(t, m) for t in (30, 100, 1000) for m in ("tillgang", "passerad")]
WITHOUT = {"tillgang": "utan", "passerad": "ej_passerade"}
CLOSE = 1e-4
"""Each of at most a few hundred values is rounded to 6 decimals."""


@pytest.fixture(scope="module")
def tiny_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    region, paths = tiny.write(tmp_path_factory.mktemp("gpkg"))
    write_geopackage.run(region, paths)
    with closing(sqlite3.connect(paths.built("out/bredband.gpkg"))) as db:
        yield db


@pytest.fixture(scope="module", params=["full", "bara_statistik"])
def county(
    request: pytest.FixtureRequest, small_edition: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[sqlite3.Connection]:
    path = small_edition / "out/bredband.gpkg"
    if request.param != "full":
        root = tmp_path_factory.mktemp(request.param)
        raw, config = inputs.write(inputs.county(request.param), root)
        given = ["--raw", str(raw), "--config", str(config), "--out", str(root / "out"), "--maps", str(root / "maps")]
        for stage in STAGES:
            assert main([stage, *given]) == 0, stage
        path = root / "out/.steg/produkter/out/bredband.gpkg"
    with closing(sqlite3.connect(path)) as db:
        yield db


def geometry_of(blob: bytes) -> shapely.Geometry:
    envelope = {0: 0, 1: 32}[blob[3] >> 1 & 7]
    assert struct.unpack("<i", blob[4:8]) == (3006,)
    return shapely.from_wkb(blob[8 + envelope :])


def test_only_dispersed_rows_lack_geometry_and_rank(tiny_file: sqlite3.Connection) -> None:
    rows = tiny_file.execute("SELECT bristomrade_id, geom IS NULL, prioritet IS NULL FROM bristomraden").fetchall()
    assert {(i.startswith("utspritt-"), g, p) for i, g, p in rows} == {(True, 1, 1), (False, 0, 0)}
    assert tiny_file.execute(
        "SELECT troskel_mbit, matt, count(*) FROM bristomraden WHERE geom IS NULL GROUP BY 1, 2 ORDER BY 1, 2"
    ).fetchall() == [(t, m, 2) for t in (30, 100, 1000) for m in ("passerad", "tillgang")]


def test_an_area_carries_its_rows_values_rounded_to_six_decimals(tiny_file: sqlite3.Connection) -> None:
    row = tiny_file.execute(
        "SELECT modellerad, sannolikhet, kommuner, rutor, hushall_utan, avstand_m, kostnad_sek, kostnad_hog_sek,"
        " kostnad_per_hushall_sek, prioritet, geom FROM bristomraden WHERE bristomrade_id='100-tillgang-3200006400000'"
    ).fetchone()
    # 1 of 4 addresses and 1000 of 4000 households in the first cell, at 150 000 kr each (tiny_gaps.AREAS)
    assert row[:-1] == (1, 0.75, "1401", 1, 1000.0, 0.333333, 150e6, 300e6, 150_000.0, 2)
    outline = geometry_of(row[-1])
    assert outline.geom_type == "MultiPolygon"
    assert outline.equals(shapely.box(320000, 6400000, 320250, 6400250))
    unknown = tiny_file.execute(
        "SELECT kostnad_sek, sannolikhet FROM bristomraden WHERE bristomrade_id='100-tillgang-3210006400500'"
    ).fetchone()
    assert unknown == (None, None)


@pytest.mark.parametrize(
    "table", ["bristomraden", "bristomraden_kommun", "bristomraden_rutor", "projekt", "bristkurva"]
)
def test_a_threshold_and_measure_is_found_by_index(tiny_file: sqlite3.Connection, table: str) -> None:
    def plan(where: str) -> str:
        return str(tiny_file.execute(f"EXPLAIN QUERY PLAN SELECT * FROM {table} WHERE {where}").fetchall())

    found = plan("troskel_mbit = 100 AND matt = 'tillgang'")
    assert f"INDEX ix_{table}_troskel_mbit_matt (troskel_mbit=? AND matt=?)" in found
    key = "projekt_id" if table in ("projekt", "bristkurva") else "bristomrade_id"
    assert f"INDEX ix_{table}_{key} ({key}=?)" in plan(f"{key} = 'x'")


def test_every_area_is_drawn_by_one_rule_of_the_style_of_its_threshold_and_measure(
    tiny_file: sqlite3.Connection,
) -> None:
    """The filters of QGIS's rules are plain SQL here, so SQLite can say which rows they fit."""
    every: list[str] = []
    styles = tiny_file.execute("SELECT styleQML FROM layer_styles WHERE f_table_name='bristomraden'").fetchall()
    for (text,) in styles:
        root = ET.fromstring(text.split("\n", 1)[1])
        for heading in root.findall("renderer-v2/rules/rule"):
            for rule in heading.findall("rule"):
                where = f"({heading.get('filter')}) AND ({rule.get('filter')})"
                rows = tiny_file.execute(f"SELECT bristomrade_id FROM bristomraden WHERE prioritet > 0 AND {where}")
                every += [i for (i,) in rows]
    wanted = tiny_file.execute("SELECT bristomrade_id FROM bristomraden WHERE prioritet NOT NULL").fetchall()
    assert sorted(every) == sorted(i for (i,) in wanted)
    assert len(styles) == 6


@pytest.mark.parametrize(("t", "m"), PAIRS)
def test_areas_and_dispersed_make_up_the_cells(county: sqlite3.Connection, t: int, m: str) -> None:
    for what in ("hushall", "adresser"):
        ((areas, cells),) = county.execute(
            f"SELECT (SELECT sum({what}_utan) FROM bristomraden WHERE troskel_mbit=? AND matt=?),"
            f" (SELECT sum({what}_{WITHOUT[m]}_{t}) FROM rutnat_250m)",
            (t, m),
        ).fetchall()
        assert areas == pytest.approx(cells, abs=CLOSE)
        assert cells > 0


@pytest.mark.parametrize(("t", "m"), PAIRS)
def test_parts_and_dispersed_make_up_each_kommun(county: sqlite3.Connection, t: int, m: str) -> None:
    rows = county.execute(
        f"""SELECT k.kommunkod, k.hushall_{WITHOUT[m]}_{t}, d.n,
          (SELECT sum(hushall_utan) FROM (
             SELECT kommunkod, hushall_utan FROM bristomraden_kommun WHERE troskel_mbit = :t AND matt = :m
             UNION ALL
             SELECT kommunkod, hushall_utan FROM bristomraden
               WHERE troskel_mbit = :t AND matt = :m AND bristomrade_id LIKE 'utspritt-%') p
           WHERE p.kommunkod = k.kommunkod)
        FROM kommuner k JOIN (SELECT kommunkod, sum(hushall_{WITHOUT[m]}_{t}) n FROM rutnat_delar GROUP BY 1) d
          USING (kommunkod) ORDER BY 1""",
        {"t": t, "m": m},
    ).fetchall()
    assert [kod for kod, *_ in rows] == ["9901", "9902"]
    for _, kommun, cells, areas in rows:
        assert areas == pytest.approx(kommun, abs=CLOSE)
        assert areas == pytest.approx(cells, abs=CLOSE)


def test_parts_of_an_area_make_it_up(county: sqlite3.Connection) -> None:
    ((rows, off),) = county.execute(
        """SELECT count(*), max(abs(a.hushall_utan - p.h) + abs(a.adresser_klassade - p.a)
          + abs(coalesce(a.kostnad_sek, 0) - coalesce(p.k, 0)) / 1e6) FROM bristomraden a JOIN
          (SELECT bristomrade_id, sum(hushall_utan) h, sum(adresser_klassade) a, sum(kostnad_sek) k
           FROM bristomraden_kommun GROUP BY 1) p USING (bristomrade_id)"""
    ).fetchall()
    assert county.execute("SELECT count(*) FROM bristomraden WHERE geom NOT NULL").fetchall() == [(rows,)]
    assert rows > 6
    assert off < CLOSE


def test_an_outline_is_the_union_of_the_areas_cells(county: sqlite3.Connection) -> None:
    areas = county.execute("SELECT bristomrade_id, rutor, geom FROM bristomraden WHERE geom NOT NULL").fetchall()
    for area, count, blob in areas:
        cells = [
            geometry_of(b)
            for (b,) in county.execute(
                "SELECT c.geom FROM bristomraden_rutor r JOIN rutnat_250m c USING (rutid_scb)"
                " WHERE r.bristomrade_id = ?",
                (area,),
            )
        ]
        assert len(cells) == count
        assert geometry_of(blob).equals(shapely.union_all(cells))


def test_the_curve_ends_at_the_sum_of_the_projects(county: sqlite3.Connection) -> None:
    rows = county.execute(
        """SELECT c.troskel_mbit, c.matt, max(c.hushall_ack), max(c.kostnad_ack_sek),
          (SELECT sum(hushall_utan) FROM projekt a WHERE a.troskel_mbit = c.troskel_mbit AND a.matt = c.matt),
          (SELECT sum(kostnad_sek) FROM projekt a WHERE a.troskel_mbit = c.troskel_mbit AND a.matt = c.matt)
        FROM bristkurva c WHERE length(kod) = 2 GROUP BY 1, 2"""
    ).fetchall()
    assert len(rows) == len(PAIRS)
    for _, _, households, kronor, all_households, all_kronor in rows:
        assert households == pytest.approx(all_households, abs=CLOSE)
        assert kronor == pytest.approx(all_kronor, abs=CLOSE)


def test_a_county_without_gap_areas_keeps_its_layers(tmp_path: Path) -> None:
    region, paths = tiny.write(tmp_path)
    areas = gpd.read_parquet(paths.table("bristomraden"))
    write_polygons(areas[areas["prioritet"].isna()].reset_index(drop=True), paths.table("bristomraden"))
    for name in ("bristomraden_kommun", "bristomraden_rutor", "bristkurva"):
        write_table(read_table(paths.table(name)).head(0), paths.table(name))
    write_geopackage.run(region, paths)
    with closing(sqlite3.connect(paths.built("out/bredband.gpkg"))) as db:
        assert db.execute("SELECT count(*), count(geom) FROM bristomraden").fetchall() == [(12, 0)]
        for name in ("bristomraden_kommun", "bristomraden_rutor"):
            assert db.execute(f"SELECT count(*) FROM {name}").fetchall() == [(0,)]
            info = {row[1]: row[2] for row in db.execute(f"PRAGMA table_info({name})")}
            assert info["bristomrade_id"] == "TEXT"
