"""Lines from outside as LineStrings in EPSG:3006: flat, single, of some length, within the box; the rest counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines.core.errors import DataError
from pipelines.core.files import EPSG
from pipelines.formats import wkb

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

Bounds = tuple[float, float, float, float]
Ints = NDArray[np.int64]
MM = 3
"""Decimals of metres that reprojected coordinates are rounded to: the last ones differ between machines."""
_LINES = (1, 2, 5)
"""Shapely's types: LineString, LinearRing, MultiLineString."""


@dataclass(frozen=True)
class Lines:
    """The lines of some rows.

    Attributes
    ----------
    shapes : ndarray of LineString, shape (n,)
        EPSG:3006, two dimensions; each touches the box.
    row : ndarray of int, shape (n,)
        The row that each is (a part of).
    empty, point, outside, split, bent : ndarray of int
        Rows without geometry, whose line has no length, outside the box, in several parts, with arcs.
    """

    shapes: NDArray[Any]
    row: Ints
    empty: Ints
    point: Ints
    outside: Ints
    split: Ints
    bent: Ints


def lines(blobs: pa.ChunkedArray | pa.Array, epsg: int, bounds: Bounds, file: Path) -> Lines:
    """Return the lines of WKB geometries.

    Parameters
    ----------
    blobs : pyarrow binary array, shape (n,)
    epsg : int
        The system they are in.
    bounds : tuple of float
        West, south, east, north (metres, EPSG:3006).
    file : Path
        Named in errors.

    Raises
    ------
    DataError
        When a geometry is no line, cannot be read, or has a coordinate that is no number.
    """
    import shapely

    whole, bent = wkb.shapes_of(blobs, file, lines=True)
    whole = wkb.flat(whole)
    empty = shapely.is_missing(whole) | shapely.is_empty(whole)
    _require_lines(whole, ~empty, file)
    parts, row = shapely.get_parts(whole[~empty], return_index=True)
    row = np.flatnonzero(~empty)[row]
    parts = in_metres(parts, epsg)
    long = shapely.length(parts) > 0
    used = long & shapely.intersects(parts, shapely.box(*bounds))
    _require_europe(parts[used], file)
    count = np.bincount(row[used], minlength=len(whole))
    length = np.bincount(row[long], minlength=len(whole)) > 0
    point = ~empty & ~length & _within(whole, bounds)
    return Lines(
        parts[used],
        row[used],
        np.flatnonzero(empty),
        np.flatnonzero(point),
        np.flatnonzero(~empty & ~point & (count == 0)),
        np.flatnonzero(count > 1),
        bent,
    )


def _within(shapes: NDArray[Any], bounds: Bounds) -> NDArray[np.bool_]:
    """Tell which geometries begin in a box: those that are but a point."""
    import shapely

    west, south, _, _ = shapely.bounds(shapes).T
    return np.asarray((west >= bounds[0]) & (west <= bounds[2]) & (south >= bounds[1]) & (south <= bounds[3]))


def ends(shapes: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return where each LineString begins and where it ends, two arrays of shape (n, 2)."""
    import shapely

    xy = shapely.get_coordinates(shapes)
    last = np.cumsum(shapely.get_num_coordinates(shapes)) - 1
    first = np.concatenate([[0], last[:-1] + 1]) if len(last) else last
    return xy[first], xy[last]


def in_metres(shapes: NDArray[Any], epsg: int) -> NDArray[Any]:
    """Return geometries in EPSG:3006."""
    if epsg == EPSG:
        return shapes
    import pyproj
    import shapely

    change = pyproj.Transformer.from_crs(epsg, EPSG, always_xy=True)

    def changed(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.round(np.column_stack(change.transform(xy[:, 0], xy[:, 1])), MM)

    return np.asarray(shapely.transform(shapes, changed), dtype=object)


def box_in(bounds: Bounds, epsg: int) -> Bounds:
    """Return a box that holds all of ``bounds`` (EPSG:3006), in another system's coordinates."""
    if epsg == EPSG:
        return bounds
    import pyproj

    change = pyproj.Transformer.from_crs(EPSG, epsg, always_xy=True)
    west, south, east, north = change.transform_bounds(*bounds, densify_pts=101)
    return west, south, east, north


def has_long_straight(shapes: NDArray[Any]) -> NDArray[np.bool_]:
    """Tell which LineStrings go more than ``STRAIGHT_M`` without a bend, as no road does."""
    import shapely

    xy, index = shapely.get_coordinates(shapes, return_index=True)
    step = np.hypot(*np.diff(xy, axis=0).T)
    out = np.zeros(len(shapes), dtype=bool)
    out[index[1:][(step > STRAIGHT_M) & (np.diff(index) == 0)]] = True
    return out


STRAIGHT_M = 25_000.0


def _require_europe(shapes: NDArray[Any], file: Path) -> None:
    """Check that lines that touch the län lie in Europe: else a vertex is wrong, as one at 0, 0.

    Raises
    ------
    DataError
    """
    import shapely

    xy = shapely.get_coordinates(shapes)
    inside = (np.abs(xy - _EUROPE[0]) <= _EUROPE[1]).all(axis=1)
    if not inside.all():
        e, n = xy[~inside][0]
        raise DataError(
            "En linje genom länet går till en punkt utanför Europa.",
            file=file,
            expected="brytpunkter i Sverige, eller dit en färja går",
            found=f"en brytpunkt i E {e:.6g}, N {n:.6g} (SWEREF 99 TM)",
            action="Hämta filen på nytt från utgivaren.",
        )


_EUROPE = np.array([[500e3, 6600e3], [2000e3, 2000e3]])
"""Middle, and how far from it (metres, EPSG:3006): ferries from Sweden reach Germany, Poland, Finland."""


def _require_lines(shapes: NDArray[Any], there: NDArray[np.bool_], file: Path) -> None:
    """Check that every geometry is a line of finite coordinates.

    Raises
    ------
    DataError
    """
    import shapely

    wrong = np.flatnonzero(there & ~np.isin(shapely.get_type_id(shapes), _LINES))
    if len(wrong):
        first = shapes[wrong[0]]
        raise DataError(
            "Fel sorts geometri.",
            file=file,
            expected="linjer (LineString eller MultiLineString)",
            found=f"{first.geom_type} ({str(first.wkt)[:60]})",
            action="Hämta filen på nytt från utgivaren.",
        )
    if not np.isfinite(shapely.get_coordinates(shapes)).all():
        raise DataError(
            "En linje har en koordinat som inte är ett tal.",
            file=file,
            expected="koordinater som är tal",
            found="NaN eller oändligt",
            action="Hämta filen på nytt från utgivaren.",
        )
