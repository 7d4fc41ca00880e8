"""A threshold that is only configured, 500 Mbit/s: in every data product, wherever one of PTS's own is."""

from __future__ import annotations

import csv
import gzip
import json
import re
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import openpyxl
import pypdf
import pytest
import rasterio

from pipelines.publish.tiles.pmtiles import HEAD

from .test_fourth_threshold import T

MEASURES = ("tillgang", "passerad")


@pytest.fixture(scope="module")
def made(fourth_edition: Path) -> Path:
    return fourth_edition


def spelled(name: str) -> str:
    """A name with the fourth threshold in the place of 100, where it is one."""
    return re.sub(r"(?<![\d.])100(?=$|_|\D)", "500", name)


def grown(names: list[str], ordered: bool = True) -> None:
    """Every name of a level at 100 has one at every threshold, in their order."""
    of = [n for n in names if re.search(r"_100(_|$)", n)]
    assert of
    for name in of:
        at = [names.index(re.sub(r"_100(?=_|$)", f"_{t}", name)) for t in T]
        assert not ordered or at == sorted(at), name


def head(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as f:
        return next(csv.reader(f))


def test_open_data(made: Path) -> None:
    data = made / "maps/data"
    for name in ("rutnat_250m", "kommuner", "lan"):
        grown(head(data / f"{name}.csv"))
    with (data / "bristomraden.csv").open(encoding="utf-8-sig", newline="") as f:
        rows = list(csv.DictReader(f))
    assert {(int(r["troskel_mbit"]), r["matt"]) for r in rows} >= {(t, m) for t in T for m in MEASURES}
    assert {r["bristomrade_id"].split("-")[0] for r in rows} == {str(t) for t in T}
    described = json.loads((data / "datapackage.json").read_text(encoding="utf-8"))
    for resource in described["resources"]:
        names = [f["name"] for f in resource["schema"]["fields"]]
        if any("_100" in n for n in names):
            grown(names)


@pytest.mark.parametrize("file", ["out/bredband.gpkg", "maps/data/bredband_oppen.gpkg"])
def test_geopackage(made: Path, file: str) -> None:
    with closing(sqlite3.connect(made / file)) as db:
        tables = [t for (t,) in db.execute("SELECT table_name FROM gpkg_contents")]
        for table in tables:
            names = [row[1] for row in db.execute(f'PRAGMA table_info("{table}")')]
            if any(re.search(r"_100(_|$)", n) for n in names):
                grown(names)
        styles = list(db.execute("SELECT f_table_name, styleName, styleSLD, styleQML FROM layer_styles"))
    named = {(table, name) for table, name, *_ in styles}
    of = {(table, name) for table, name in named if re.search(r"\b100\b", name)}
    assert {"rutnat_250m", "kommuner", "bristomraden"} <= {table for table, _ in of}
    assert {(table, spelled(name)) for table, name in of} <= named
    shown = [(sld, qml) for _, name, sld, qml in styles if re.search(r"\b500\b", name)]
    assert all("500" in sld and "500" in qml for sld, qml in shown)


def test_rasters(made: Path) -> None:
    for folder in ("out", "maps/data/raster"):
        found = {p.stem for p in (made / folder).glob("klass_*.tif")}
        assert found == {f"klass_{m}_{t}" for m in MEASURES for t in T}
        assert {p.stem for p in (made / folder).glob("klass_*.qml")} == found
    with rasterio.open(made / "out/tackning_250m.tif") as shares:
        assert shares.descriptions == tuple(f"{m}_{t}" for m in MEASURES for t in T)


@pytest.mark.parametrize("file", ["out/bredband.qgz", "maps/data/bredband_oppen.qgz"])
def test_qgis_project(made: Path, file: str) -> None:
    with zipfile.ZipFile(made / file) as packed:
        text = packed.read(packed.namelist()[0]).decode("utf-8")
    themes = set(re.findall(r'visibility-preset [^>]*name="([^"]*)"', text))
    of = {x for x in themes if "100 Mbit/s" in x}
    assert len(of) == 6
    assert {spelled(x) for x in of} <= themes
    assert {f"A3 länet, {t} Mbit/s" for t in T} <= set(re.findall(r'name="(A3 [^"]*)"', text))
    assert {f"klass_{m}_500" for m in MEASURES} <= set(re.findall(r"<shortname>(\w+)</shortname>", text))


def test_tiles(made: Path) -> None:
    body = (made / "maps/data/rutnat_250m.pmtiles").read_bytes()
    start, length = HEAD.unpack(body[: HEAD.size])[4:6]
    about = json.loads(gzip.decompress(body[start : start + length]))
    grown(list(about["vector_layers"][0]["fields"]), ordered=False)


def test_workbook(made: Path) -> None:
    book = openpyxl.load_workbook(made / "out/kommuner.xlsx", read_only=True)
    text = {str(c.value) for sheet in book for row in sheet.iter_rows(max_row=200) for c in row if c.value is not None}
    of = {x for x in text if re.search(r"\b100 Mbit/s", x) and "mål" not in x.lower()}
    assert {x for x in of if x.startswith("Hushåll")}
    with zipfile.ZipFile(made / "out/kommuner.xlsx") as packed:
        charts = "".join(packed.read(n).decode() for n in packed.namelist() if n.startswith("xl/charts/chart"))
    for t in T:
        assert f"<c:v>{t} Mbit/s</c:v>" in charts
    grown(head(made / "out/kommuner.csv"))


def test_report(made: Path) -> None:
    first, text = (
        re.sub(" +", " ", (made / f"out/{name}.md").read_text(encoding="utf-8"))
        for name in ("rapport", "rapport_bilaga")
    )
    for t in T:
        assert f"\n| {t} Mbit/s, tillgång |" in first and f"\n| {t} Mbit/s, passerad |" in first
        assert f"\n| {t} Mbit/s |" in text
        assert f"\n| {t} Mbit/s, tillgång |" in text and f"\n| {t} Mbit/s, passerad |" in text
        assert f"Vår {t} (%)" in text
    assert "De åtta raderna är åtta svar på samma fråga" in text


def test_specification(made: Path) -> None:
    text = (made / "maps/specifikation.html").read_text(encoding="utf-8")
    assert "30, 100, 500 eller 1 000 Mbit/s" in text
    assert "30, 100, 500 och 1000 Mbit/s" in text
    for m in ("tillgång", "passerad"):
        assert f"500 Mbit/s, {m}" in text
    assert "500 Mbit/s, rutor" in text
    columns = re.findall(r"<code>(\w+)</code>", text)
    assert {spelled(x) for x in columns if re.search(r"_100(_|$)", x)} <= set(columns)


def test_catalogue(made: Path) -> None:
    text = (made / "maps/catalog.rdf").read_text(encoding="utf-8")
    assert "30, 100, 500 och 1000 Mbit/s" in text and "30, 100, 500 and 1000 Mbit/s" in text
    for m in MEASURES:
        assert f"klass_{m}_500.tif" in text


def test_maps_pages_and_prints(made: Path) -> None:
    for name in ("bredbandskarta.html", "bredbandskarta.en.html"):
        text = (made / "maps" / name).read_text(encoding="utf-8")
        assert re.findall(r'id="troskel-(\d+)"', text) == list(map(str, T))
    assert "500 Mbit/s" in (made / "maps/kommuner/9901.html").read_text(encoding="utf-8")
    assert "500 Mbit/s" in (made / "maps/index.html").read_text(encoding="utf-8")
    assert {f"lan_{t}.pdf" for t in T} == {p.name for p in (made / "maps/kartor").glob("lan_*.pdf")}
    (sheet,) = pypdf.PdfReader(made / "maps/kartor/9901.pdf").pages  # drawn by a process of its own
    rows = re.findall(r"^(\d+) [\d<>]", sheet.extract_text().partition("Mbit/s Tillgång")[2], re.MULTILINE)
    assert rows[: len(T)] == list(map(str, T))
