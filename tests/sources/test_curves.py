"""Arcs become chords with the area that a hand calculation gives; what is no area is refused in Swedish."""

from __future__ import annotations

import contextlib
import math
import struct
from pathlib import Path
from typing import Any

import gpkg_files as make
import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from pipelines.core.errors import DataError
from pipelines.core.ledger import Ledger
from pipelines.formats import curves, gpkg, wkb

DECLARED = "UPDATE gpkg_geometry_columns SET geometry_type_name = 'CURVEPOLYGON'"
FILE = Path("omraden.gpkg")
E, N = 400_000.0, 6_400_000.0
Points = list[tuple[float, float]]


def head(kind: int, order: str = "<") -> bytes:
    return struct.pack(f"{order}BI", 1 if order == "<" else 0, kind)


def line(points: Points, kind: int = 2, order: str = "<", z: bool = False) -> bytes:
    width = 3 if z else 2
    flat = [v for x, y in points for v in ((E + x, N + y, 7.0) if z else (E + x, N + y))]
    return head(kind + (1000 if z else 0), order) + struct.pack(f"{order}I{width * len(points)}d", len(points), *flat)


def many(kind: int, parts: list[bytes], order: str = "<") -> bytes:
    return head(kind, order) + struct.pack(f"{order}I", len(parts)) + b"".join(parts)


def areas(*geometries: bytes | None, ledger: Ledger | None = None) -> Any:
    return wkb.polygons(pa.array(geometries, pa.binary()), FILE, ledger=ledger, source="omraden.gpkg")


def on_circle(r: float, *degrees: float) -> Points:
    return [(r * math.cos(math.radians(d)), r * math.sin(math.radians(d))) for d in degrees]


@pytest.mark.parametrize("r", [5.0, 300.0, 20_000.0])
@pytest.mark.parametrize("order", ["<", ">"])
def test_a_whole_circle_in_its_three_dresses(r: float, order: str) -> None:
    three = line([(r, 0), (-r, 0), (r, 0)], 8, order)
    halves = line([(r, 0), (0, r), (-r, 0), (0, -r), (r, 0)], 8, order)
    clockwise = line([(r, 0), (0, -r), (-r, 0), (0, r), (r, 0)], 8, order)
    for ring in (three, halves, clockwise):
        (shape,) = areas(many(10, [ring], order))
        lost = math.pi * r * r - shape.area
        assert 0 <= lost <= 4 / 3 * math.pi * r * curves.TOLERANCE_M * 1.01
        if ring is not three:
            assert shape.bounds == (E - r, N - r, E + r, N + r)  # the arcs' own points stay
        corners = shapely.get_coordinates(shape) - [E, N]
        assert np.allclose(np.hypot(*corners.T), r, atol=1e-6)
        middles = (corners[1:] + corners[:-1]) / 2
        assert (r - np.hypot(*middles.T)).max() <= curves.TOLERANCE_M * 1.001


@pytest.mark.parametrize("degrees", [10.0, 90.0, 179.0, 180.0, 200.0, 359.0])
def test_a_sector_has_the_area_of_its_angle(degrees: float) -> None:
    r = 1000.0
    arc = line(on_circle(r, 0, degrees / 3, degrees), 8)  # the middle need not be half way
    rest = line([on_circle(r, degrees)[0], (0, 0), (r, 0)])
    (shape,) = areas(many(10, [many(9, [arc, rest])]))
    sector = math.radians(degrees) / 2 * r * r
    assert shape.area == pytest.approx(sector, abs=4 / 3 * math.pi * r * curves.TOLERANCE_M)


def test_arcs_bend_the_way_their_middle_says() -> None:
    bulge = many(9, [line([(0, 0), (50, 50), (100, 0)], 8), line([(100, 0), (100, -100), (0, -100), (0, 0)])])
    dent = many(9, [line([(0, 0), (50, -50), (100, 0)], 8), line([(100, 0), (100, -100), (0, -100), (0, 0)])])
    out, inn = areas(many(10, [bulge]), many(10, [dent]))
    half = math.pi * 50 * 50 / 2
    assert out.area == pytest.approx(10_000 + half, abs=3)
    assert inn.area == pytest.approx(10_000 - half, abs=3)


def test_holes_parts_heights_and_straight_rings() -> None:
    box = [(-500.0, -500.0), (500, -500), (500, 500), (-500, 500), (-500, -500)]
    hole = line([(100, 0), (-100, 0), (100, 0)], 8)
    with_hole = many(10, [line(box), hole])
    far = shapely.box(E + 4500, N - 500, E + 5500, N + 500).wkb
    both, straight, high = areas(many(12, [with_hole, far]), many(10, [line(box)]), many(1010, [line(box, 2, z=True)]))
    assert both.area == pytest.approx(2e6 - math.pi * 1e4, abs=5)
    assert straight.area == 1e6
    assert high.area == 1e6
    assert not high.has_z


def test_three_points_in_a_line_and_points_that_fall_together() -> None:
    flat = many(10, [many(9, [line([(0, 0), (50, 0), (100, 0)], 8), line([(100, 0), (100, 100), (0, 0)])])])
    (shape,) = areas(flat)
    assert shape.area == 5000
    (none,) = areas(many(10, [line([(0, 0), (0, 0), (0, 0)], 8)]))
    assert none is None


def test_what_had_arcs_is_counted_beside_what_had_none() -> None:
    ledger = Ledger("tackning")
    square = shapely.box(E, N, E + 10, N + 10).wkb
    circle = many(10, [line([(100, 0), (-100, 0), (100, 0)], 8)])
    shapes = areas(square, None, circle, ledger=ledger)
    assert shapes[0].area == 100
    assert shapes[1] is None
    (one,) = ledger.entries
    assert (one.kind, one.count, one.examples) == ("upplysning", 1, ("rad 3",))
    assert "högst 1 cm" in one.reason


@pytest.mark.parametrize(
    ("geometry", "told"),
    [
        (many(15, []), "PolyhedralSurface"),
        (many(16, []), "TIN (triangelnät)"),
        (many(17, [line([(0, 0), (1, 0), (0, 1), (0, 0)])]), "Triangle"),
        (line([(0, 0), (1, 1), (2, 0)], 8), "CircularString (cirkelbåge)"),
        (many(9, [line([(0, 0), (1, 1)])]), "CompoundCurve"),
        (many(11, [line([(0, 0), (1, 1), (2, 0)], 8)]), "MultiCurve"),
        (shapely.Point(1, 1).wkb, "Point"),
        (shapely.GeometryCollection([shapely.box(0, 0, 1, 1), shapely.Point(1, 1)]).wkb, "en samling med punkter"),
        (many(7, [many(10, [line([(1, 0), (-1, 0), (1, 0)], 8)]), line([(0, 0), (1, 1)])]), "en samling med linjer"),
        (many(99, []), "99"),
    ],
)
def test_what_is_no_area_is_refused_with_its_row(geometry: bytes, told: str) -> None:
    with pytest.raises(DataError, match="Fel sorts geometri") as e:
        areas(shapely.box(0, 0, 1, 1).wkb, geometry)
    assert told in str(e.value)
    assert "Rad: 2" in str(e.value)
    assert "omraden.gpkg" in str(e.value)


def test_a_collection_of_areas_is_an_area() -> None:
    circle = many(10, [line([(100, 0), (-100, 0), (100, 0)], 8)])
    plain, bent, none = areas(
        shapely.GeometryCollection([shapely.box(0, 0, 1, 1), shapely.box(5, 5, 6, 7)]).wkb,
        many(7, [circle]),
        shapely.Polygon().wkb,
    )
    assert plain.area == 3
    assert bent.area == pytest.approx(math.pi * 1e4, abs=5)
    assert none is None


@given(st.binary(max_size=200), st.sampled_from([8, 9, 10, 12, 7, 16]))
def test_no_bytes_make_a_traceback(body: bytes, kind: int) -> None:
    with contextlib.suppress(DataError):
        areas(head(kind) + body)


@pytest.mark.parametrize("kind", [7, 9, 10, 12])
def test_however_deep(kind: int) -> None:
    """Libraries follow a collection to the end of the stack."""
    deep = b"".join(struct.pack("<BII", 1, kind, 1) for _ in range(50_000))
    with pytest.raises(DataError):
        areas(deep)
    with pytest.raises(DataError):
        wkb.points(pa.array([deep], pa.binary()), FILE)


def test_coordinates_that_are_no_numbers_stop() -> None:
    nan = struct.pack("<BIII8d", 1, 3, 1, 4, 0, 0, 1, 0, math.nan, 1, 0, 0)
    inf = struct.pack("<BIII8d", 1, 3, 1, 4, 0, 0, 1, 0, math.inf, 1, 0, 0)
    for bad in (nan, inf):
        with pytest.raises(DataError, match="inte är ett tal") as e:
            areas(shapely.box(0, 0, 1, 1).wkb, bad)
        assert "Rad: 2" in str(e.value)


def test_mended_areas_are_named_with_area_before_and_after() -> None:
    ledger = Ledger("scb")
    bow = shapely.Polygon([(0, 0), (200, 200), (200, 0), (0, 200)])  # two triangles of 1 ha, turned against each other
    column = pa.array([shapely.box(0, 0, 1, 1).wkb, bow.wkb], pa.binary())
    wkb.polygons(column, FILE, ledger=ledger, source="scb/tatorter.gpkg", names=["Hel", "Rosett"])
    (one,) = ledger.entries
    assert (one.kind, one.source, one.count) == ("justerad", "scb/tatorter.gpkg", 1)
    assert one.examples == ("rad 2 Rosett: 0,00 → 2,00 ha",)


def test_curves_are_read_out_of_a_geopackage(tmp_path: Path) -> None:
    path = make.sql(make.gpkg(tmp_path / "a.gpkg", {"kod": ["a"]}, [shapely.box(E, N, E + 1, N + 1)], "t"))
    circle = many(10, [line([(300, 0), (-300, 0), (300, 0)], 8)])
    blob = b"GP\x00\x01" + struct.pack("<i", 3006) + circle
    make.sql(path, f"UPDATE t SET geom = x'{blob.hex()}'", DECLARED)
    (layer,) = gpkg.layers(path)
    (shape,) = wkb.polygons(gpkg.read(layer, {"kod": ("kod",)})["wkb"], path)
    assert shape.area == pytest.approx(math.pi * 9e4, abs=13)
    near = gpkg.read(layer, {"kod": ("kod",)}, bbox=(E + 290, N - 1, E + 400, N + 1))
    corner = gpkg.read(layer, {"kod": ("kod",)}, bbox=(E + 290, N + 290, E + 400, N + 400))
    assert (near.num_rows, corner.num_rows) == (1, 0)
