"""Geometry from outside as arrays: points by arithmetic on their WKB, polygons through shapely."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

SWEDEN_E = (200_000.0, 1_000_000.0)
SWEDEN_N = (6_100_000.0, 7_700_000.0)
"""Easting and northing in EPSG:3006 (metres) that hold all of Sweden, islands included, with a margin."""
_POINT = np.dtype([("order", "u1"), ("type", "<u4"), ("x", "<f8"), ("y", "<f8")])
_AGAIN = "Hämta filen på nytt från utgivaren."

Floats = NDArray[np.float64]


def points(wkb: pa.ChunkedArray | pa.Array, file: Path) -> tuple[Floats, Floats]:
    """Return easting and northing of each point, NaN where there is none.

    Parameters
    ----------
    wkb : pyarrow binary array, shape (n,)
        Points, points with Z or M, or multipoints of one point each; null or empty allowed.
    file : Path
        Named in errors.

    Returns
    -------
    e_m, n_m : ndarray of float64, shape (n,)

    Raises
    ------
    DataError
        When a geometry is something else.
    """
    import pyarrow as pa

    array = wkb.combine_chunks() if isinstance(wkb, pa.ChunkedArray) else wkb
    e = np.full(len(array), np.nan)
    n = np.full(len(array), np.nan)
    present = array.drop_null()
    if not len(present):
        return e, n
    there = array.is_valid().to_numpy(zero_copy_only=False)
    records = _fixed(present)
    if records is not None and (records["order"] == 1).all() and (records["type"] == 1).all():
        e[there], n[there] = records["x"], records["y"]
    else:
        e[there], n[there] = _through_shapely(present, file)
    return e, n


def polygons(wkb: pa.ChunkedArray | pa.Array, file: Path) -> NDArray[Any]:
    """Return polygons and multipolygons as valid shapely geometries, None where there is none.

    Invalid rings are mended (shapely ``make_valid``, the linework kept); what is left of a polygon
    when it collapses to lines is dropped. Curves are refused.

    Raises
    ------
    DataError
        When a geometry is no polygon or cannot be read.
    """
    import shapely

    shapes = _shapes(wkb, file)
    shapes = shapely.force_2d(shapes)
    kinds = shapely.get_type_id(shapes)
    wrong = ~np.isin(kinds, (-1, 3, 6))
    if wrong.any():
        _refuse(file, "ytor (Polygon eller MultiPolygon)", shapes[wrong][0])
    broken = ~shapely.is_valid(shapes) & (kinds != -1)
    shapes[broken] = shapely.make_valid(shapes[broken])
    return areas(shapes)


def areas(shapes: NDArray[Any]) -> NDArray[Any]:
    """Return geometries with only their areas kept; None where there is no area.

    Overlays and mending leave points and lines where polygons only touch; those are no land or water.
    """
    import shapely

    out = shapes.copy()
    mixed = shapely.get_type_id(out) == 7
    out[mixed] = [
        shapely.union_all([p for p in shapely.get_parts(g) if shapely.get_dimensions(p) == 2])
        for g in out[mixed]
    ]
    out[(shapely.get_dimensions(out) < 2) | shapely.is_empty(out)] = None
    return out


def multi(shapes: NDArray[Any]) -> NDArray[Any]:
    """Return polygons and multipolygons all as multipolygons."""
    import shapely

    out = shapes.copy()
    single = shapely.get_type_id(shapes) == 3
    out[single] = shapely.multipolygons(shapes[single], indices=np.arange(int(single.sum())))
    return out


def require_sweden(e_m: Floats, n_m: Floats, file: Path, first_row: int = 1) -> None:
    """Check that every point (NaN apart) lies in Sweden's bounding box.

    Raises
    ------
    DataError
        Naming how many do not and the first, and saying so when the axes look swapped.
    """
    inside = (SWEDEN_E[0] <= e_m) & (e_m <= SWEDEN_E[1]) & (SWEDEN_N[0] <= n_m) & (n_m <= SWEDEN_N[1])
    outside = ~inside & ~np.isnan(e_m)
    if not outside.any():
        return
    i = int(np.argmax(outside))
    swapped = SWEDEN_E[0] <= n_m[i] <= SWEDEN_E[1] and SWEDEN_N[0] <= e_m[i] <= SWEDEN_N[1]
    raise DataError(
        f"{int(outside.sum())} punkter ligger utanför Sverige.", file=file, row=first_row + i,
        expected="E 200000–1000000 och N 6100000–7700000 (SWEREF 99 TM)",
        found=f"E {e_m[i]:.1f}, N {n_m[i]:.1f}",
        details=["Axlarna ser ut att ha bytt plats (N, E i stället för E, N)."] if swapped else [],
        action="Kontrollera att filen är i SWEREF 99 TM och hämta den på nytt.",
    )  # fmt: skip


def _fixed(present: pa.Array) -> NDArray[Any] | None:
    """View nulls-free binary values of 21 bytes each as records; None when their lengths differ."""
    import pyarrow as pa

    wide = pa.types.is_large_binary(present.type)
    kind = np.dtype("<i8" if wide else "<i4")
    _, where, data = present.buffers()
    ends = np.frombuffer(where, kind)[present.offset : present.offset + len(present) + 1]
    if (np.diff(ends) != _POINT.itemsize).any():
        return None
    return np.frombuffer(data, _POINT, count=len(present), offset=int(ends[0]))


def _shapes(wkb: pa.ChunkedArray | pa.Array, file: Path) -> NDArray[Any]:
    import shapely

    try:
        return np.asarray(shapely.from_wkb(wkb.to_numpy(zero_copy_only=False)), dtype=object)
    except (shapely.errors.GEOSException, TypeError) as e:
        raise DataError("En geometri går inte att läsa.", file=file, found=str(e), action=_AGAIN) from None


def _through_shapely(present: pa.Array, file: Path) -> tuple[Floats, Floats]:
    import shapely

    shapes = _shapes(present, file)
    kinds = shapely.get_type_id(shapes)
    single = (kinds == 0) | ((kinds == 4) & (shapely.get_num_geometries(shapes) <= 1))
    if not single.all():
        _refuse(file, "punkter, en per rad", shapes[~single][0])
    first = np.where(kinds == 4, shapely.get_geometry(shapes, 0), shapes)
    first[shapely.is_empty(first)] = None  # GEOS has no coordinates to give for an empty point
    return shapely.get_x(first), shapely.get_y(first)


def _refuse(file: Path, expected: str, shape: Any) -> None:
    raise DataError(
        "Fel sorts geometri.", file=file, expected=expected,
        found=f"{shape.geom_type} ({str(shape.wkt)[:60]})", action=_AGAIN,
    )  # fmt: skip
