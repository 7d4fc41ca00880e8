"""tackning_250m.tif against numbers worked out by hand, read back with rasterio and rio-cogeo."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
import tiny_tables as tiny
from hypothesis import given
from hypothesis import strategies as st
from rio_cogeo.cogeo import cog_validate

from pipelines.files import sha256
from pipelines.publish import raster

NAMES = ("tillgang_30", "tillgang_100", "tillgang_1000", "passerad_30", "passerad_100", "passerad_1000")
# Per cell with addresses: 100 · (adresser − utan) / adresser, worked out from tiny_tables.CELLS.
SHARES = {
    (320000, 6400000): (100, 75, 50, 100, 87.5, 75),
    (320000, 6400250): (0, 0, 0, 100, 0, 0),
    (321000, 6400250): (100, 100, 100, 100, 100, 100),
    (321000, 6400500): (88.888889, 66.666667, 0, 88.888889, 88.888889, 0),
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    region, paths = tiny.write(tmp_path_factory.mktemp("tif"))
    raster.run(region, paths)
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
    region, paths = tiny.write(tmp_path, demo=False)
    raster.run(region, paths)
    with rasterio.open(paths.built("out/tackning_250m.tif")) as file:
        assert file.tags()["DEMO"] == "nej"
        assert not file.tags()["TIFFTAG_IMAGEDESCRIPTION"].startswith("DEMO")


def test_same_tables_same_bytes(built: Path, tmp_path: Path) -> None:
    region, paths = tiny.write(tmp_path)
    raster.run(region, paths)
    assert sha256(paths.built("out/tackning_250m.tif")) == sha256(built)


@given(
    st.lists(
        st.tuples(st.integers(1060, 3680), st.integers(24400, 30800)), min_size=1, max_size=50, unique=True
    )
)
def test_frame_is_the_smallest_that_holds_every_cell(cells: list[tuple[int, int]]) -> None:
    rutid = np.array([c * 250 * 10_000_000 + r * 250 for c, r in cells])
    column, row, (rows, columns), (west, north) = raster.frame(rutid)
    for (c, r), i, j in zip(cells, column, row, strict=True):
        assert (west + i * 250, north - (j + 1) * 250) == (c * 250, r * 250)
    assert (column.min(), row.min()) == (0, 0)
    assert (column.max() + 1, row.max() + 1) == (columns, rows)
