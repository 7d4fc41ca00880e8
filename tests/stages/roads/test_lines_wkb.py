"""Lines as WKB straight from their vertices, held to shapely's own; and the file they stand in to GeoPandas's."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.core import files
from pipelines.roads import lines_wkb
from pipelines.roads.line_parts import taken


def some(seed, most):
    """Return vertices of up to so many lines, how many each has, and the lines as shapely draws them."""
    rng = np.random.default_rng(seed)
    count = rng.integers(2, 9, rng.integers(1, most + 1))
    xy = rng.uniform((250_000, 6_100_000), (950_000, 7_700_000), (count.sum(), 2))
    return xy, count, shapely.linestrings(xy, indices=np.repeat(np.arange(len(count)), count))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_as_shapely_writes_them(seed):
    xy, count, drawn = some(seed, 30)
    assert lines_wkb.lines(xy, count).to_pylist() == shapely.to_wkb(drawn).tolist()
    assert lines_wkb.lengths(xy, count).tolist() == shapely.length(drawn).tolist()
    row = np.unique(np.sort(np.random.default_rng(seed).integers(0, 9, len(count))), return_inverse=True)[1]
    together = shapely.multilinestrings(drawn, indices=row)
    assert lines_wkb.multilines(xy, count, row, len(together)) == shapely.to_wkb(together).tolist()
    order = np.random.default_rng(seed).integers(0, len(count), 12)
    assert lines_wkb.lines(*taken((xy, count), order)).to_pylist() == shapely.to_wkb(drawn[order]).tolist()
    back, number = lines_wkb.vertices(pa.array(shapely.to_wkb(drawn), pa.binary())[1:])  # a part of a column too
    assert back.tolist() == xy[count[0] :].tolist() and number.tolist() == count[1:].tolist()


def test_none_at_all():
    none = np.zeros(0, np.int64)
    assert len(lines_wkb.lines(np.zeros((0, 2)), none)) == 0
    assert lines_wkb.multilines(np.zeros((0, 2)), none, none, 0) == []
    assert [len(x) for x in lines_wkb.vertices(lines_wkb.lines(np.zeros((0, 2)), none))] == [0, 0]


@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize("rows", [0, 1, 40])
def test_the_file_is_geopandas_own_to_the_byte(tmp_path, rows, several):
    drawn = np.resize(some(rows, 40)[2], rows)
    frame = pd.DataFrame({"namn": pd.Series(["å"] * rows, dtype="str"), "n": range(rows)})
    drawn = shapely.multilinestrings(drawn, indices=np.arange(rows)) if several and rows else drawn
    files.write_polygons(gpd.GeoDataFrame(frame, geometry=drawn, crs=files.EPSG), tmp_path / "theirs.parquet")
    box = shapely.total_bounds(drawn).tolist() if rows else []
    files.write_wkb(frame, shapely.to_wkb(drawn), box, tmp_path / "ours.parquet", several=several)
    assert (tmp_path / "ours.parquet").read_bytes() == (tmp_path / "theirs.parquet").read_bytes()
