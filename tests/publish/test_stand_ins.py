"""The small county without address files: on buildings alone every product is made, says so, and figures hold.

Costs one ``make coverage`` of the small county (about 12 CPU-seconds).
"""

from __future__ import annotations

import csv
import json
import sqlite3
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pypdfium2
import pytest
import rasterio
from shapely import Point, box
from shapely.ops import nearest_points

from pipelines.core.level import LEVELS
from pipelines.orders.compare import compare_text
from pipelines.publish.words import edition_facts
from tests.conftest import clean_environment, lay_out, made_once, make_command
from tests.small_county import brute, inputs

SAID, SAID_EN = "Byggnader i stället för adresser", "Buildings instead of addresses"
STRAIGHT, STRAIGHT_EN = "Schakt som raka linjer", "Trenches as straight lines"
FAR = (405_900, 6_405_600)
"""Where rows lie whose id no address has."""
LONE_SHED = (406_900.0, 6_401_900.0)


def build(folder: Path) -> None:
    """Lay out the county with a house at each address, in one of Topografi 50's files; lists have coordinates too."""
    raw, c = lay_out(folder) / "raw", inputs.county("full")
    for path in (raw / "lantmateriet").glob("belagenhetsadresser*"):
        path.unlink()
    place = _places(c)
    kinds = ["Bostad"] * len(place) + ["Komplementbyggnad"]
    shapes = [box(e - 1, n - 1, e + 1, n + 1) for e, n in [*place.values(), LONE_SHED]]
    ids = [f"hus-{i:03}" for i in range(len(kinds))]
    frame = gpd.GeoDataFrame({"objektidentitet": ids, "objekttyp": kinds}, geometry=shapes, crs=3006)
    inside = folder / "byggnadsverk_sverige.gpkg"
    pyogrio.write_dataframe(frame, inside, layer="byggnad", driver="GPKG")
    with zipfile.ZipFile(raw / "lantmateriet/byggnadsverk_sverige.zip", "w", zipfile.ZIP_DEFLATED) as z:
        z.write(inside, inside.name)
    inside.unlink()
    with (folder / "county.toml").open("a", encoding="utf-8") as config:
        # As of addresses: the county has points that lie just outside it.
        config.write("\n[byggnader]\nmatchningsradie_m = 25\n")
    listed = raw / "tackning" / inputs.ID_FILE
    with listed.open(encoding="utf-8-sig", newline="") as f:
        head, *rows = list(csv.reader(f))
    with listed.open("w", encoding="utf-8", newline="") as f:
        csv.writer(f).writerows([[*head, "e", "n"], *([*r, *place.get(r[0], FAR)] for r in rows)])
    command = make_command(folder, "coverage")
    done = subprocess.run(command, capture_output=True, text=True, env=clean_environment(), timeout=900)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"⚠ lantmateriet/byggnadsverk_sverige.zip: {SAID.lower()}" in done.stdout


def _places(c: inputs.County) -> dict[str, tuple[float, float]]:
    """Return where the house of each address stands: those at one point a step apart, and in the address's kommun."""
    ground = {kod: shape.buffer(-5) for kod, _, shape in inputs.KOMMUNER}
    taken: dict[tuple[float, float], int] = {}
    out = {}
    for a in c.addresses:
        again = taken.setdefault((a.e, a.n), 0)
        taken[a.e, a.n] += 1
        point = Point(a.e + 3 * again, a.n)
        inside = point if ground[a.kommun].contains(point) else nearest_points(ground[a.kommun], point)[0]
        out[a.id] = (round(inside.x, 2), round(inside.y, 2))
    return out


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_once(tmp_path_factory, "byggnader", build)


def test_figures_are_what_brute_force_says_of_addresses_where_the_buildings_stand(edition: Path) -> None:
    """Evidence by ``e,n`` at a house is evidence by its id: every class and share is as if it had matched so."""
    c = inputs.county("full")
    place = _places(c)
    expected = brute.compute(replace(c, addresses=[inputs.Address(a.id, *place[a.id], a.kommun) for a in c.addresses]))
    kommuner = pd.read_parquet(edition / "out/.steg/kommuner.parquet").set_index("kommunkod")
    for kod, row in expected.kommuner.items():
        names = ["adresser", "befolkning", "hushall", *(level.share for level in LEVELS)]
        assert [float(kommuner.loc[kod, n]) for n in names] == pytest.approx([float(row[n]) for n in names])
    cells = pd.read_parquet(edition / "out/.steg/oppna_rutor.parquet").set_index("rutid_scb")
    names = [level.cell_class for level in LEVELS]
    for rutid, row in expected.oppna_rutor.items():
        assert cells.loc[rutid, names].tolist() == [row[n] for n in names]


def test_every_product_says_so(edition: Path) -> None:
    """Every page, print, workbook, layer, raster, project and description, each in its own way; nowhere else."""
    silent = [p.relative_to(edition).as_posix() for p in _told_in(edition) if not _says(p)]
    assert not silent
    # The county has no roads either.
    silent = [p.relative_to(edition).as_posix() for p in _told_in(edition) if not _says(p, STRAIGHT, STRAIGHT_EN)]
    assert not silent


def test_no_product_claims_the_register(edition: Path) -> None:
    claims = [p.relative_to(edition).as_posix() for p in _told_in(edition) if "elägenhetsadress" in _text(p)]
    assert not claims


def test_an_edition_of_addresses_says_nothing_of_buildings(small_edition: Path) -> None:
    assert not [p for p in _told_in(small_edition) if p.suffix in (".html", ".md", ".json", ".rdf") and _says(p)]


def test_a_comparison_says_that_the_editions_are_not_made_of_the_same() -> None:
    plain: Any = {
        **dict.fromkeys(("lan", "lanskod", "version"), "x"),
        "korning_id": "a",
        "demo": False,
        "pts_ar": 2025,
        "pts_datum": "2025-10-01",
        "scb_ar": 2024,
        "senaste_indatadatum": "2025-10-01",
    }
    of_buildings = {**plain, "korning_id": "b", "anmarkningar": ["byggnader"]}
    assert SAID in compare_text.editions(plain, of_buildings)
    assert SAID not in compare_text.editions(plain, {**plain, "korning_id": "b"})
    assert edition_facts.NOTES["sv"].keys() == edition_facts.NOTES["en"].keys()


def _told_in(edition: Path) -> list[Path]:
    """Return the products that have room for a word, but for tables of figures alone and what styles them."""
    figures = {".csv", ".qml", ".xml", ".png", ".zip", ".sld", ".parquet"}
    found = [p for d in ("out", "maps") for p in (edition / d).rglob("*") if p.is_file() and ".steg" not in p.parts]
    metadata = [p for p in found if p.suffix == ".xml" and "metadata" in p.as_posix() and ".aux" not in p.name]
    parquet = [p for p in found if p.suffix == ".parquet" and "maps" in p.parts]
    kept = [p for p in found if p.suffix not in figures and not p.name.startswith(".")]
    return [*kept, *metadata, *parquet, edition / "out/tabeller/lasmig.csv"]


def _says(path: Path, said: str = SAID, english: str = SAID_EN) -> bool:
    return said in (text := _text(path, said)) or english in text


def _text(path: Path, said: str = SAID) -> str:
    """Return the words of a product."""
    kind = path.suffix
    if kind == ".gpkg":
        with sqlite3.connect(path) as db:
            layers = db.execute("SELECT description FROM gpkg_contents WHERE table_name != 'layer_styles'")
            told = [d for (d,) in layers]
            metadata = "".join(m for (m,) in db.execute("SELECT metadata FROM gpkg_metadata"))
        return said if all(said in d for d in told) and said in metadata else ""
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
