"""A whole run of the reading steps changes nothing under RAW, whatever lies there; and reads what lies there."""

from __future__ import annotations

import math
import shutil
import sqlite3
import stat
import struct
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd

from pipelines.core import files
from pipelines.core.ledger import load

from . import inputs
from .test_small_county import STAGES, stage

State = dict[str, tuple[str, int, int]]


def state(raw: Path) -> State:
    """Every file's checksum, and its and every folder's time and mode."""
    return {
        p.relative_to(raw).as_posix(): (files.sha256(p) if p.is_file() else "", s.st_mtime_ns, s.st_mode)
        for p in sorted(raw.rglob("*"))
        for s in [p.stat()]
    }


def leave_edits(path: Path, *edits: str) -> None:
    """Make edits that are only in the ``-wal`` beside the file, as QGIS leaves them."""
    beside = path.with_name("gors.gpkg")
    shutil.copyfile(path, beside)
    with closing(sqlite3.connect(beside)) as db:
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f'DROP TRIGGER "{name}"')
        db.commit()
        db.execute("PRAGMA journal_mode = WAL")
        for edit in edits:
            db.execute(edit)
        db.commit()
        shutil.copyfile(beside, path)
        shutil.copyfile(f"{beside}-wal", f"{path}-wal")
    for end in ("", "-wal", "-shm"):
        Path(f"{beside}{end}").unlink(missing_ok=True)


@contextmanager
def read_only(raw: Path) -> Iterator[None]:
    every = [raw, *raw.rglob("*")]
    modes = [(p, stat.S_IMODE(p.stat().st_mode)) for p in every]
    for p, mode in modes:
        p.chmod(mode & 0o555)
    try:
        yield
    finally:
        for p, mode in modes:
            p.chmod(mode)


def run(root: Path, stages: Iterable[str] = STAGES) -> None:
    assert next(filter(None, (stage(s, root) for s in stages)), "") == ""


def test_nothing_under_raw_is_changed_and_edits_beside_files_count(tmp_path: Path) -> None:
    inputs.write(inputs.county("full"), tmp_path)
    raw = tmp_path / "raw"
    leave_edits(raw / "scb/tatorter_2023.gpkg", "UPDATE Tatorter_2023 SET tatort = 'Nya Östby' WHERE tatort = 'Östby'")
    leave_edits(raw / "granser/kommungranser.gpkg", "UPDATE kommun SET kommunnamn = 'Omdöpt' WHERE kommunkod = '9801'")
    leave_edits(raw / "lantmateriet/mark.gpkg", "UPDATE mark SET objekttyp = 'Åker' WHERE objekttyp = 'Vattendragsyta'")
    leave_edits(raw / "scb/befolkning_1km_2024.gpkg", "UPDATE befolkning_1km_2024 SET beftotalt = beftotalt + 1")
    leave_edits(raw / "tackning/omraden_kommun.gpkg", "UPDATE omraden SET ned_mbit = 77 WHERE fid = 1")
    before = state(raw)
    assert sum(name.endswith("-wal") for name in before) == 5
    with read_only(raw):
        during = state(raw)
        run(tmp_path)
        assert state(raw) == during
    assert {k: v[:2] for k, v in state(raw).items()} == {k: v[:2] for k, v in before.items()}
    tables = tmp_path / "out/.steg"
    assert "Nya Östby" in set(gpd.read_parquet(tables / "orter.parquet")["namn"])
    assert "Omdöpt" in set(gpd.read_parquet(tables / "granser.parquet")["kommunnamn"])
    assert set(gpd.read_parquet(tables / "mark.parquet")["objekttyp"]) == {"Sjö"}
    assert 77.0 in set(gpd.read_parquet(tables / "evidens_omrade.parquet")["ned_mbit"])


def curved(r: float, e: float, n: float) -> bytes:
    """A CURVEPOLYGON: a circle of two arcs, as a GeoPackage holds it."""
    ring = [(e + r, n), (e, n + r), (e - r, n), (e, n - r), (e + r, n)]
    arcs = struct.pack("<BII10d", 1, 8, len(ring), *(v for p in ring for v in p))
    return b"GP\x00\x01" + struct.pack("<i", 3006) + struct.pack("<BII", 1, 10, 1) + arcs


def replace_shape(path: Path, table: str, where: str, shape: bytes) -> None:
    with closing(sqlite3.connect(path)) as db:
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f'DROP TRIGGER "{name}"')
        done = db.execute(f'UPDATE "{table}" SET geom = ? WHERE {where}', (shape,))
        assert done.rowcount == 1
        db.commit()


def entries(root: Path, name: str) -> list[Any]:
    return load(root / f"out/.steg/liggare/{name}.json").entries


def test_curves_are_read_wherever_there_are_polygons(tmp_path: Path) -> None:
    """Evidence, tätort, water and boundary as circles: each has the area that πr² says."""
    inputs.write(inputs.county("full"), tmp_path)
    raw = tmp_path / "raw"
    replace_shape(raw / "tackning/omraden_kommun.gpkg", "omraden", "fid = 1", curved(400, 401_600, 6_402_700))
    replace_shape(
        raw / "scb/tatorter_2023.gpkg", "Tatorter_2023", "tatortskod = 'T9901'", curved(500, 401_250, 6_401_000)
    )
    replace_shape(raw / "lantmateriet/mark.gpkg", "mark", "fid = 1", curved(300, 402_800, 6_401_700))
    replace_shape(raw / "granser/kommungranser.gpkg", "kommun", "kommunkod = '9701'", curved(900, 431_000, 6_430_500))
    run(tmp_path, STAGES[: STAGES.index("grid") + 1])
    tables = tmp_path / "out/.steg"
    # A chord lies at most a centimetre from its arc: a circle loses at most 4/3·π·r·0.01 m².
    for name, r in (("evidens_omrade", 400), ("orter", 500), ("mark", 300)):
        area = gpd.read_parquet(tables / f"{name}.parquet").geometry.area.to_numpy()
        lost = math.pi * r * r - area
        assert ((lost >= 0) & (lost <= 4 / 3 * math.pi * r * 0.01 + 1e-6)).sum() == 1, name
    told = {
        (s, e.source) for s in ("tackning", "scb", "granser") for e in entries(tmp_path, s) if "cirkelbågar" in e.reason
    }
    assert len(told) == 4
    addresses = files.read_points(tables / "adresser_ruta.parquet").set_index("adress_id")
    # 013 stands 389 m from the middle of the town's circle, 021 551 m.
    assert addresses.at["9901-013", "ortstyp"] == "tatort"
    assert addresses.at["9901-021", "ortstyp"] == "utanfor"


def test_mended_polygons_are_named_in_every_file(tmp_path: Path) -> None:
    inputs.write(inputs.county("full"), tmp_path)
    raw = tmp_path / "raw"

    def bow(e: float, n: float, side: float) -> bytes:
        ring = [(e, n), (e + side, n + side), (e + side, n), (e, n + side), (e, n)]
        rings = struct.pack("<BIII10d", 1, 3, 1, len(ring), *(v for p in ring for v in p))
        return b"GP\x00\x01" + struct.pack("<i", 3006) + rings

    replace_shape(raw / "scb/tatorter_2023.gpkg", "Tatorter_2023", "tatortskod = 'T9901'", bow(401_000, 6_400_800, 400))
    replace_shape(raw / "granser/kommungranser.gpkg", "kommun", "kommunkod = '9701'", bow(431_000, 6_430_000, 1000))
    replace_shape(raw / "lantmateriet/mark.gpkg", "mark", "fid = 1", bow(402_600, 6_401_500, 200))
    replace_shape(raw / "tackning/omraden_kommun.gpkg", "omraden", "fid = 1", bow(401_500, 6_402_600, 100))
    run(tmp_path, ("inventory", "scb", "granser", "tackning"))
    every = [e for s in ("tackning", "scb", "granser") for e in entries(tmp_path, s)]
    told = {e.source: e.examples for e in every if e.kind == "justerad" and "skär sig" in e.reason}
    assert told == {  # two triangles that meet at the middle: half of the square
        "scb/tatorter_2023.gpkg": ("rad 1 Östby: 0,00 → 8,00 ha",),
        "granser/kommungranser.gpkg": ("rad 4 9701 Fjärrby: 0,00 → 50,00 ha",),
        "lantmateriet/mark.gpkg": ("Sjö: 0,00 → 2,00 ha",),
        "tackning/omraden_kommun.gpkg": ("rad 1: 0,00 → 0,50 ha",),
    }
