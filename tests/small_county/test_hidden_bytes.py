"""Evidence that may not be published changes no byte of anything below kommun level, metadata included.

Three builds of the small county: a file is hidden; the same file with other rows; no such file at all.
"""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest

from pipelines.steps import JOB, STEPS, behind
from tests.conftest import made_once, with_tables
from tests.publish.test_webmap import Reader

from . import inputs
from .test_small_county import stage

BUILDS = ("dold", "andrad", "borta")
PUBLISHED = [s.name for s in JOB if s.name in {"entry", *behind(STEPS["entry"])} - {"printmap"}]
"""The steps of ``make published``; no byte of a picture is compared."""
MAPS = "produkter/maps"
BELOW = (
    "data/rutnat_250m.*",
    "data/bristomraden.*",
    "data/raster/*",
    "data/bredband_oppen.qgz",
    "data/underlagskarta.gpkg",
)
"""Files that tell of cells and gap areas, and of nothing above."""


OTHER = ("fiber", 1000, "tillgang", 1)
"""Technique, speed, status and share of each row, as quite another delivery has them."""


def county(build: str) -> inputs.County:
    """Return the full county with its file by cells hidden in both kommuner; households are held to PTS's shares."""
    c = inputs.county("full")
    c.raked = True
    hidden = {(inputs.CELL_FILE, k) for k in ("9901", "9902")}
    c.published -= hidden
    c.listed |= hidden
    if build == "andrad":
        c.by_cell = [(*row[:-4], *OTHER) for row in c.by_cell]
    if build == "borta":
        c.by_cell = []
        c.listed -= hidden
    return c


@pytest.fixture(scope="session")
def editions(small_edition: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return where each build's tables, and what it publishes, stand; nothing is put in place.

    What is not made of evidence is the small county's own: the other publishers' tables and the grid.
    """

    def make(folder: Path) -> None:
        for build in BUILDS:
            with_tables(small_edition, folder / build)
            shutil.rmtree(folder / build / "raw")
            inputs.write(county(build), folder / build)
            for step in PUBLISHED:
                if step == "inventory" or "tackning" in {step, *behind(STEPS[step])}:
                    assert stage(step, folder / build) == ""

    folder = made_once(tmp_path_factory, "dolda", make)
    return {build: folder / build / "out/.steg" for build in BUILDS}


@pytest.mark.slow
@pytest.mark.parametrize("build", BUILDS[1:])
def test_files_below_kommun_level_are_the_same_bytes(editions, build: str) -> None:
    maps = editions["dold"] / MAPS
    names = sorted(p.relative_to(maps) for pattern in BELOW for p in maps.glob(pattern) if p.is_file())
    assert len(names) > 20
    for name in names:
        assert (maps / name).read_bytes() == (editions[build] / MAPS / name).read_bytes(), name


@pytest.mark.slow
@pytest.mark.parametrize("build", BUILDS[1:])
def test_in_the_geopackage_only_the_kommuner_differ(editions, build: str) -> None:
    def told(root: Path) -> dict[str, list[tuple[object, ...]]]:
        with closing(sqlite3.connect(root / MAPS / "data/bredband_oppen.gpkg")) as db:
            tables = [r[0] for r in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
            return {t: db.execute(f'SELECT * FROM "{t}"').fetchall() for t in tables if not t.startswith("rtree")}

    one, other = told(editions["dold"]), told(editions[build])
    assert {t for t in one if one[t] != other[t]} <= {"kommuner", "lan"}
    metadata = [json.loads(r[4]) for r in one["gpkg_metadata"] if r[3] == "application/json"]
    assert all("tillgång" not in str(m["kallor"]) for m in metadata)


@pytest.mark.slow
@pytest.mark.parametrize("build", BUILDS[1:])
def test_the_map_has_the_same_cells_and_areas(editions, build: str) -> None:
    for name in ("bredbandskarta.html", "bredbandskarta.en.html"):
        one, other = (Reader((editions[b] / MAPS / name).read_text(encoding="utf-8")) for b in ("dold", build))
        for block in ("rutnat-data", "rutor-data", "omraden-data"):
            assert one.block(block) == other.block(block), block


@pytest.mark.slow
def test_the_run_is_told_by_what_is_published(editions) -> None:
    """The internal ids differ; the open edition's is the same, and in every product."""
    inside = {json.loads((e / "korning.json").read_text())["korning_id"] for e in editions.values()}
    assert len(inside) == len(BUILDS)
    outside = {json.loads((e / MAPS / "data/datapackage.json").read_text())["version"] for e in editions.values()}
    assert len(outside) == 1
    for root in editions.values():
        for path in (root / MAPS).rglob("*"):
            if path.is_file() and path.suffix in (".html", ".json", ".geojson", ".xml", ".rdf", ".ttl", ".qml", ".csv"):
                text = path.read_text(encoding="utf-8")
                assert not [x for x in inside if x in text], path
                assert not re.search(r"\brutor[^<]{0,20}\.csv", text) or path.suffix == ".json", path


@pytest.mark.slow
@pytest.mark.parametrize("build", BUILDS[1:])
def test_the_kommuner_may_differ(editions, build: str) -> None:
    """The control: the hidden file is not without bearing."""
    one, other = (pd.read_parquet(editions[b] / "kommuner.parquet") for b in ("dold", build))
    assert not one.equals(other)
