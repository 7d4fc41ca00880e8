"""The small county without address files: on buildings alone every product is made, says so, and figures hold.

Costs one ``make coverage`` of the small county (about 12 CPU-seconds).
"""

from __future__ import annotations

import csv
import json
import sqlite3
import subprocess
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pypdfium2
import pytest
import rasterio
from shapely import box

from pipelines.core.level import LEVELS
from tests.conftest import clean_environment, lay_out, made_once, make_command
from tests.small_county import inputs

SAID, SAID_EN = "Byggnader i stället för adresser", "Buildings instead of addresses"
FAR = (405_900, 6_405_600)
"""Where rows lie whose id no address has."""
LONE_SHED = (406_900.0, 6_401_900.0)


def build(folder: Path) -> None:
    """Lay out the county with a building at each point that has an address; its lists have coordinates as well."""
    raw, c = lay_out(folder) / "raw", inputs.county("full")
    for path in (raw / "lantmateriet").glob("belagenhetsadresser*"):
        path.unlink()
    points = sorted({(a.e, a.n) for a in c.addresses})  # two addresses at one point are one building
    kinds = ["Bostad"] * len(points) + ["Komplementbyggnad"]
    shapes = [box(e - 4, n - 4, e + 4, n + 4) for e, n in [*points, LONE_SHED]]
    frame = gpd.GeoDataFrame(
        {"objektidentitet": [f"hus-{i:03}" for i in range(len(kinds))], "objekttyp": kinds}, geometry=shapes, crs=3006
    )
    inside = folder / "byggnadsverk_sverige.gpkg"
    pyogrio.write_dataframe(frame, inside, layer="byggnad", driver="GPKG")
    with zipfile.ZipFile(raw / "lantmateriet/byggnadsverk_sverige.zip", "w", zipfile.ZIP_DEFLATED) as z:
        z.write(inside, inside.name)
    inside.unlink()
    place = {a.id: (a.e, a.n) for a in c.addresses}
    listed = raw / "tackning" / inputs.ID_FILE
    with listed.open(encoding="utf-8-sig", newline="") as f:
        head, *rows = list(csv.reader(f))
    with listed.open("w", encoding="utf-8", newline="") as f:
        csv.writer(f).writerows([[*head, "e", "n"], *([*r, *place.get(r[0], FAR)] for r in rows)])
    command = make_command(folder, "coverage")
    done = subprocess.run(command, capture_output=True, text=True, env=clean_environment(), timeout=900)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"⚠ lantmateriet/byggnadsverk_sverige.zip: {SAID.lower()}" in done.stdout


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_once(tmp_path_factory, "byggnader", build)


def test_figures_are_those_of_the_run_with_addresses(edition: Path, small_edition: Path) -> None:
    """Kommun by kommun within 1.5 percentage points, and the class of 85 % of the inhabited cells."""
    both = (edition, small_edition)
    mine, theirs = (pd.read_parquet(d / "out/.steg/kommuner.parquet").set_index("kommunkod") for d in both)
    shares = [level.share for level in LEVELS]
    assert (mine[shares] - theirs[shares]).abs().max(axis=None) < 1.5
    points = {(a.e, a.n) for a in inputs.county("full").addresses}
    assert mine["adresser"].sum() == len(points)
    classes = [level.cell_class for level in LEVELS.from_first()]
    mine, theirs = (pd.read_parquet(d / "out/.steg/oppna_rutor.parquet").set_index("rutid")[classes] for d in both)
    lived = theirs.index[(theirs != "ingen_adress").any(axis=1)]
    assert (mine.reindex(lived) == theirs.loc[lived]).to_numpy().mean() >= 0.85


def test_every_product_says_so(edition: Path) -> None:
    """Every page, print, workbook, layer, raster, project and description, each in its own way; nowhere else."""
    silent = [p.relative_to(edition).as_posix() for p in _told_in(edition) if not _says(p)]
    assert not silent


def test_an_edition_of_addresses_says_nothing_of_buildings(small_edition: Path) -> None:
    assert not [p for p in _told_in(small_edition) if p.suffix in (".html", ".md", ".json", ".rdf") and _says(p)]


def _told_in(edition: Path) -> list[Path]:
    """Return the products that have room for a word, but for tables of figures alone and what styles them."""
    figures = {".csv", ".qml", ".xml", ".png", ".zip", ".sld", ".parquet"}
    found = [p for d in ("out", "maps") for p in (edition / d).rglob("*") if p.is_file() and ".steg" not in p.parts]
    metadata = [p for p in found if p.suffix == ".xml" and "metadata" in p.as_posix() and ".aux" not in p.name]
    parquet = [p for p in found if p.suffix == ".parquet" and "maps" in p.parts]
    kept = [p for p in found if p.suffix not in figures and not p.name.startswith(".")]
    return [*kept, *metadata, *parquet, edition / "out/tabeller/lasmig.csv"]


def _says(path: Path) -> bool:
    return SAID in (text := _text(path)) or SAID_EN in text


def _text(path: Path) -> str:
    """Return the words of a product."""
    kind = path.suffix
    if kind == ".gpkg":
        with sqlite3.connect(path) as db:
            told = [d for (d,) in db.execute("SELECT description FROM gpkg_contents")]
            metadata = "".join(m for (m,) in db.execute("SELECT metadata FROM gpkg_metadata"))
        return SAID if all(SAID in d for d in told) and SAID in metadata else ""
    if kind == ".pdf":
        with pypdfium2.PdfDocument(path) as pdf:
            return " ".join(pdf[0].get_textpage().get_text_range().split())
    if kind == ".tif":
        with rasterio.open(path) as raster:
            return str(raster.tags())
    if kind in (".xlsx", ".qgz"):
        with zipfile.ZipFile(path) as z:
            return "".join(z.read(n).decode("utf-8", "replace") for n in z.namelist() if n.endswith(("ml", "qgs")))
    if kind == ".parquet":
        metadata = pq.read_metadata(path).metadata
        return b"".join(metadata.values()).decode("utf-8", "replace")
    if kind == ".pmtiles":
        return json.dumps(_of_tiles(path), ensure_ascii=False)
    return path.read_text(encoding="utf-8")


def _of_tiles(path: Path) -> object:
    """Return the description of a PMTiles archive: where its header (version 3) says that it lies."""
    import gzip

    body = path.read_bytes()
    at, size = (int.from_bytes(body[i : i + 8], "little") for i in (24, 32))
    part = body[at : at + size]
    return json.loads(gzip.decompress(part) if body[97] == 2 else part)
