"""Grid arithmetic against shapely and plain Python."""

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from pipelines.core import cell_grid
from pipelines.grid.make_grid import locality_type, surfaces

E = st.floats(200_000, 1_000_000, allow_nan=False)
N = st.floats(6_100_000, 7_700_000, allow_nan=False)


@given(E, N)
def test_a_point_lies_in_its_half_open_cell(e, n):
    west, south = (int(x[0]) for x in cell_grid.corner(cell_grid.cell_of([e], [n])))
    assert west % 250 == 0
    assert south % 250 == 0
    assert west <= e < west + 250
    assert south <= n < south + 250


@given(st.integers(800, 3999), st.integers(24400, 30799))
def test_ids_say_the_lower_left_corner(column, row):
    rutid = cell_grid.from_column_row([column], [row])
    e, n = column * 250, row * 250
    assert cell_grid.scb_id(rutid)[0] == f"{e:06d}{n:07d}"
    assert cell_grid.inspire_id(rutid)[0] == f"SE_CRS3006RES250mN{n}E{e}"
    assert cell_grid.parse_scb_id([f"{e:06d}{n:07d}"])[0] == rutid[0]
    assert [int(x[0]) for x in cell_grid.column_row(rutid)] == [column, row]
    km = int(cell_grid.parent(rutid)[0])
    assert km == math.floor(e / 1000) * 1000 * 10**7 + math.floor(n / 1000) * 1000


def test_published_example_of_a_1_km_square():
    # rutid_inspire SE_CRS3006RES1000mN6133000E394000 is rutid_scb 3940006133000 (SCB's own pair of ids).
    square = cell_grid.cell_of([394_999.9], [6_133_000.0], 1000)
    assert cell_grid.scb_id(square)[0] == "3940006133000"
    assert cell_grid.inspire_id(square, 1000)[0] == "SE_CRS3006RES1000mN6133000E394000"


def test_wkb_squares_are_what_shapely_draws():
    rng = np.random.default_rng(1)
    ids = cell_grid.from_column_row(rng.integers(800, 4000, 50), rng.integers(24400, 30800, 50))
    drawn = shapely.from_wkb([bytes(w) for w in cell_grid.wkb_squares(ids)])
    e, n = cell_grid.corner(ids)
    assert shapely.equals(drawn, shapely.box(e, n, e + 250, n + 250)).all()
    assert all(g.exterior.is_ccw for g in drawn)


def test_a_locality_that_only_touches_a_kommun_gives_it_no_surface():
    """A kommun between two localities: one shares its border and a part of its land, one the border alone."""
    kommun = shapely.box(0, 0, 100, 100)
    localities = shapely.union_all([shapely.box(-50, 0, 0, 100), shapely.box(90, 0, 150, 50), shapely.Point(0, 100)])
    both = shapely.intersection(kommun, localities)
    assert both.geom_type == "GeometryCollection"
    found = surfaces(np.array([both, shapely.box(0, 0, 1, 1), shapely.LineString([(0, 0), (1, 1)])], dtype=object))
    assert [g.geom_type for g in found] == ["MultiPolygon"] * 3
    assert [g.area for g in found] == [500, 1, 0] and found[0].equals(shapely.box(90, 0, 100, 50))


def test_scb_ids_are_read_alike_from_texts_of_every_kind() -> None:
    """As pandas' texts of Arrow, as Python's and as whole numbers; a missing one is no cell."""
    numbers = np.array([2_647_506_548_750, 263_000_650_000, 3_940_006_133_000])
    texts = [f"{x:013d}" for x in numbers]
    for column in (texts, pd.Series(texts), pd.Series(texts, dtype=object), pd.Series(texts).array, numbers):
        found = cell_grid.parse_scb_id(column)
        assert found.dtype == np.int64 and found.tolist() == numbers.tolist()
    with pytest.raises((TypeError, ValueError)):
        cell_grid.parse_scb_id(pd.Series([*texts, None]))


spot = st.tuples(st.integers(0, 12), st.integers(0, 12))
square = st.tuples(spot, st.integers(1, 6), st.sampled_from(["tatort", "smaort"]))


@given(st.lists(spot, max_size=30), st.lists(square, min_size=1, max_size=5))
def test_an_address_is_in_the_locality_that_holds_it_or_its_border_a_town_first(spots, squares):
    points = pd.DataFrame(spots, columns=["e_m", "n_m"], dtype=float)
    shapes = [shapely.box(*at, at[0] + side, at[1] + side) for at, side, _ in squares]
    localities = gpd.GeoDataFrame({"typ": [kind for *_, kind in squares]}, geometry=shapes)
    expected = []
    for e, n in spots:
        kinds = {kind for (w, s), side, kind in squares if w <= e <= w + side and s <= n <= s + side}
        expected.append("tatort" if "tatort" in kinds else "smaort" if kinds else "utanfor")
    assert locality_type(points, localities).tolist() == expected
