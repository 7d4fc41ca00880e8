"""tackning_250m.tif against numbers worked out by hand, read back with rasterio and rio-cogeo."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
import rasterio
import tiny_tables as tiny
from hypothesis import given
from hypothesis import strategies as st
from rio_cogeo.cogeo import cog_validate

from pipelines.core.files import sha256
from pipelines.core.paths import Paths
from pipelines.disclosure import make_open_areas, make_open_tables
from pipelines.publish.raster import cog, write_rasters

NAMES = ("tillgang_30", "tillgang_100", "tillgang_1000", "passerad_30", "passerad_100", "passerad_1000")
CLASS_RASTERS = [f"klass_{n}" for n in NAMES]
# Per cell with addresses: 100 · (adresser − utan) / adresser, worked out from tiny_tables.CELLS.
SHARES = {
    (320000, 6400000): (100, 75, 50, 100, 87.5, 75),
    (320000, 6400250): (0, 0, 0, 100, 0, 0),
    (321000, 6400250): (100, 100, 100, 100, 100, 100),
    (321000, 6400500): (88.888889, 66.666667, 0, 88.888889, 88.888889, 0),
}


def make(folder: Path, demo: bool = True) -> Paths:
    region, paths = tiny.write(folder, demo)
    make_open_areas.run(region, paths)
    make_open_tables.run(region, paths)
    write_rasters.run(region, paths)
    return paths


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    return make(tmp_path_factory.mktemp("tif"))


@pytest.fixture(scope="module")
def built(paths: Paths) -> Path:
    return paths.built("out/tackning_250m.tif")


def test_is_a_valid_cog_in_sweref_99_tm(built: Path) -> None:
    valid, errors, warnings = cog_validate(built, strict=True, quiet=True)
    assert (valid, errors, warnings) == (True, [], [])
    with rasterio.open(built) as file:
        assert file.crs.to_epsg() == 3006
        assert file.res == (250.0, 250.0)
        assert file.bounds == (320000, 6400000, 321250, 6400750)
        assert file.dtypes == ("float32",) * 6
        assert file.descriptions == NAMES
        assert file.nodata == -9999
        assert file.units == ("%",) * 6


def test_each_pixel_is_its_cell(built: Path) -> None:
    with rasterio.open(built) as file:
        bands, place = file.read(), file.transform
    for row in range(bands.shape[1]):
        for column in range(bands.shape[2]):
            e, n = place * (column, row + 1)  # lower left corner
            expected = SHARES.get((int(e), int(n)), (-9999,) * 6)
            np.testing.assert_allclose(bands[:, row, column], expected, atol=5e-6)


def test_tags_tell_run_demo_and_unit(built: Path, tmp_path: Path) -> None:
    with rasterio.open(built) as file:
        tags = file.tags()
        assert file.tags(5)["BESKRIVNING"] == (
            "Andel av rutans adresser med tillgång till 100 Mbit/s ned eller fiber förbi sig"
        )
    assert (tags["DEMO"], tags["KORNING_ID"], tags["ENHET"]) == ("ja", "0123456789ab", "procent")
    assert tags["TIFFTAG_IMAGEDESCRIPTION"].startswith("DEMO – ")
    assert tags["TIFFTAG_DATETIME"] == "2025:11:15 00:00:00"
    paths = make(tmp_path, demo=False)
    with rasterio.open(paths.built("out/tackning_250m.tif")) as file:
        assert file.tags()["DEMO"] == "nej"
        assert not file.tags()["TIFFTAG_IMAGEDESCRIPTION"].startswith("DEMO")


def test_same_tables_same_bytes(paths: Paths, tmp_path: Path) -> None:
    again = make(tmp_path)
    names = sorted(p.relative_to(paths.step) for p in paths.built("").rglob("*") if p.is_file())
    # shares and their style; a class raster, its names and its style, in two places
    assert len(names) == 1 + 1 + 6 * 3 * 2
    assert {n: sha256(again.step / n) for n in names} == {n: sha256(paths.step / n) for n in names}


@pytest.mark.parametrize("name", CLASS_RASTERS)
def test_a_class_raster_is_a_valid_cog_of_bytes(paths: Paths, name: str) -> None:
    path = paths.built(f"maps/data/raster/{name}.tif")
    assert cog_validate(path, strict=True, quiet=True) == (True, [], [])
    with rasterio.open(path) as file:
        assert (file.crs.to_epsg(), file.res, file.dtypes, file.nodata) == (3006, (250, 250), ("uint8",), 255)
        assert file.descriptions == (name,)
        assert file.tags()["DEMO"] == "ja"
        assert file.tags()["BESKRIVNING"].startswith("DEMO – Andel av rutans adresser")


@pytest.mark.parametrize("name", CLASS_RASTERS)
def test_each_pixel_is_the_published_class_of_its_cell(paths: Paths, name: str) -> None:
    """By hand: the classes that tiny_tables publishes, by their number in the order of the contract."""
    numbers = {"ingen_adress": 0, "utan": 1, "mindre_del": 2, "storre_del": 3, "tackt": 4}
    numbers |= {"fa_under_halften": 5, "fa_minst_halften": 6, "ej_redovisad": 7}
    told = {(int(r[:6]), int(r[6:])): numbers[k] for (r, *_), k in zip(tiny.CELLS, tiny.OPEN_CLASSES_100, strict=True)}
    with rasterio.open(paths.built(f"maps/data/raster/{name}.tif")) as file:
        band, place, colours = file.read(1), file.transform, file.colormap(1)
    for row in range(band.shape[0]):
        for column in range(band.shape[1]):
            e, n = place * (column, row + 1)
            assert band[row, column] == told.get((int(e), int(n)), 255)
    # palette.CLASS_COLOURS, as red, green, blue
    assert {i: colours[i] for i in range(8)} == {
        0: (247, 245, 240, 255),
        1: (79, 21, 72, 255),
        2: (201, 80, 44, 255),
        3: (209, 148, 34, 255),
        4: (162, 205, 216, 255),
        5: (141, 94, 129, 255),
        6: (128, 161, 202, 255),
        7: (156, 156, 156, 255),
    }


def test_classes_have_names_where_gdal_looks_for_them(paths: Paths) -> None:
    root = ET.parse(paths.built("out/klass_tillgang_100.tif.aux.xml")).getroot()
    names = [x.text for x in root.iter("Category")]
    assert names[:2] == ["Inga adresser i rutan (DEMO)", "Under 5 % av adresserna har (DEMO)"]
    rows = [[f.text for f in row] for row in root.iter("Row")]
    assert rows[1] == ["1", "Under 5 % av adresserna har (DEMO)", "79", "21", "72"]
    assert len(names) == len(rows) == 8


def test_the_internal_class_rasters_are_the_published_ones(paths: Paths) -> None:
    for name in CLASS_RASTERS:
        for ending in ("tif", "tif.aux.xml", "qml"):
            here, there = (paths.built(f"{f}/{name}.{ending}") for f in ("out", "maps/data/raster"))
            assert here.read_bytes() == there.read_bytes()


@given(st.lists(st.tuples(st.integers(1060, 3680), st.integers(24400, 30800)), min_size=1, max_size=50, unique=True))
def test_frame_is_the_smallest_that_holds_every_cell(cells: list[tuple[int, int]]) -> None:
    rutid = np.array([c * 250 * 10_000_000 + r * 250 for c, r in cells])
    column, row, (rows, columns), (west, north) = cog.frame(rutid)
    for (c, r), i, j in zip(cells, column, row, strict=True):
        assert (west + i * 250, north - (j + 1) * 250) == (c * 250, r * 250)
    assert (column.min(), row.min()) == (0, 0)
    assert (column.max() + 1, row.max() + 1) == (columns, rows)
