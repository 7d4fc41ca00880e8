"""Geometry from outside as arrays: points by arithmetic on their WKB, polygons through shapely.

Circular arcs become chords (:mod:`.curves`); what is mended is counted and named in the ledger.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines.core.errors import DataError, printable
from pipelines.formats import crs_guess, curves

if TYPE_CHECKING:
    import pyarrow as pa

    from pipelines.core.ledger import Ledger

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
    nowhere = np.isnan(e) | np.isnan(n)  # half a point is none
    e[nowhere], n[nowhere] = np.nan, np.nan
    return e, n


def polygons(
    wkb: pa.ChunkedArray | pa.Array,
    file: Path,
    *,
    ledger: Ledger | None = None,
    source: str = "",
    names: Sequence[str] | None = None,
    numbered: bool = True,
) -> NDArray[Any]:
    """Return polygons and multipolygons as valid shapely geometries, None where there is none.

    Invalid rings are mended (shapely ``make_valid``, the linework kept); what is left of a polygon
    when it collapses to lines is dropped. Arcs become chords.

    Parameters
    ----------
    wkb : pyarrow binary array, shape (n,)
    file : Path
        Named in errors.
    ledger : Ledger, optional
        Told what was mended and what had arcs, with area before and after.
    source : str
        What the ledger calls the file.
    names : sequence of str, shape (n,), optional
        What the ledger calls each row, beside its number.
    numbered : bool
        Whether the rows are the file's, so that their numbers say something.

    Raises
    ------
    DataError
        When a geometry is no polygon or cannot be read.
    """
    import shapely

    shapes, bent = shapes_of(wkb, file)
    shapes = flat(shapes)
    kinds = shapely.get_type_id(shapes)
    wrong = np.flatnonzero(~np.isin(kinds, (-1, 3, 6)))
    if len(wrong):
        _refuse(file, "ytor (Polygon eller MultiPolygon)", shapes[wrong[0]], int(wrong[0]))
    broken = np.flatnonzero(~shapely.is_valid(shapes) & (kinds != -1))
    _require_numbers(shapes, broken, file)
    before = shapely.area(shapes[broken])
    shapes[broken] = shapely.make_valid(shapes[broken])
    shapes = areas(shapes)
    if ledger is not None:
        called = [_called(i, names, numbered=numbered) for i in range(len(shapes))] if len(broken) + len(bent) else []
        _note_mended(ledger, source or file.name, broken, before, shapes, called)
        ledger.add(
            "upplysning",
            source or file.name,
            f"ytor med cirkelbågar; bågen ersätts av raka linjer som avviker högst {curves.TOLERANCE_M * 100:.0f} cm",
            len(bent),
            "ytorna används",
            [called[i] for i in bent],
        )
    return shapes


def flat(shapes: NDArray[Any]) -> NDArray[Any]:
    """Return geometries without heights and measures; those that have none are not copied."""
    import shapely

    out = shapes.copy()
    more = shapely.has_z(shapes) | shapely.has_m(shapes)
    out[more] = shapely.force_2d(shapes[more])
    return out


def _note_mended(
    ledger: Ledger, source: str, broken: NDArray[Any], before: Floats, shapes: NDArray[Any], called: Sequence[str]
) -> None:
    """Name every mended area with what it was and became; those that were none come first."""
    import shapely

    after = np.nan_to_num(shapely.area(shapes[broken]))
    order = np.argsort(-np.abs(after - before), kind="stable")
    told = [f"{called[broken[i]]}: {_hectares(before[i])} → {_hectares(after[i])} ha" for i in order[:10]]
    ledger.add(
        "justerad",
        source,
        "ogiltiga ytor (de skär sig själva, eller ringarna korsar varandra)",
        len(broken),
        "lagades; arealen före → efter, de största ändringarna först",
        told,
    )


def _called(row: int, names: Sequence[str] | None, *, numbered: bool) -> str:
    name = printable(str(names[row]), 60) if names is not None else ""
    return f"rad {row + 1} {name}".rstrip() if numbered else name


def _hectares(m2: float) -> str:
    return f"{m2 / 10_000:.2f}".replace(".", ",")


def _require_numbers(shapes: NDArray[Any], rows: NDArray[Any], file: Path) -> None:
    """Stop when a geometry has a coordinate that is no number: nothing can mend it."""
    import shapely

    xy, index = shapely.get_coordinates(shapes[rows], return_index=True)
    wrong = index[~np.isfinite(xy).all(axis=1)]
    if len(wrong):
        raise DataError(
            "En yta har en koordinat som inte är ett tal.",
            file=file,
            row=int(rows[wrong[0]]) + 1,
            expected="koordinater i meter",
            found="NaN eller oändligt",
            action=_AGAIN,
        )


def touches(wkb: pa.ChunkedArray, bbox: tuple[float, float, float, float], file: Path) -> pa.Array:
    """Tell which geometries touch a box; those that are missing, infinite or invalid count as if they did."""
    import pyarrow as pa
    import shapely

    shapes, _ = shapes_of(wkb, file, lines=True)
    west, south, east, north = shapely.bounds(shapes).T
    apart = (west > bbox[2]) | (east < bbox[0]) | (south > bbox[3]) | (north < bbox[1])
    apart &= ~np.isinf([west, south, east, north]).any(axis=0)
    within = (west >= bbox[0]) & (east <= bbox[2]) & (south >= bbox[1]) & (north <= bbox[3])
    near = np.flatnonzero(~apart & ~within)
    sound = shapely.is_valid(shapes[near]) & ~shapely.is_empty(shapes[near])
    apart[near[sound]] = ~shapely.intersects(shapes[near[sound]], shapely.box(*bbox))
    return pa.array(~apart)


def areas(shapes: NDArray[Any]) -> NDArray[Any]:
    """Return geometries with only their areas kept; None where there is no area.

    Overlays and mending leave points and lines where polygons only touch; those are no land or water.
    """
    import shapely

    out = shapes.copy()
    mixed = shapely.get_type_id(out) == 7
    out[mixed] = [
        shapely.union_all([p for p in shapely.get_parts(g) if shapely.get_dimensions(p) == 2]) for g in out[mixed]
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
        Naming how many do not and the first, and the coordinate system in which they would.
    """
    outside = outside_sweden(e_m, n_m)
    if outside.any():
        raise not_in_sweden(e_m[outside], n_m[outside], file, int(outside.sum()), first_row + int(np.argmax(outside)))


def outside_sweden(e_m: Floats, n_m: Floats) -> NDArray[np.bool_]:
    """Tell which points (NaN apart) lie outside Sweden's bounding box."""
    inside = (SWEDEN_E[0] <= e_m) & (e_m <= SWEDEN_E[1]) & (SWEDEN_N[0] <= n_m) & (n_m <= SWEDEN_N[1])
    return ~inside & ~np.isnan(e_m)


def not_in_sweden(
    e_m: Floats, n_m: Floats, file: Path, count: int, row: int, judge: crs_guess.Judge | None = None
) -> DataError:
    """Return the error for points outside Sweden: the first's coordinates, and the system that would fit.

    ``judge`` tells where they should lie, when more is known than that it is Sweden.
    """
    swapped = SWEDEN_E[0] <= n_m[0] <= SWEDEN_E[1] and SWEDEN_N[0] <= e_m[0] <= SWEDEN_N[1]
    anywhere = crs_guess.within((SWEDEN_E[0], SWEDEN_N[0], SWEDEN_E[1], SWEDEN_N[1]))
    fits = None if swapped else crs_guess.fitting_system(e_m, n_m, judge or anywhere)
    details = ["Axlarna ser ut att ha bytt plats (N, E i stället för E, N)."] if swapped else []
    details += [f"De skulle ligga {'rätt' if judge else 'i Sverige'} som {fits.label}."] if fits else []
    return DataError(
        f"{count} punkter ligger utanför Sverige.",
        file=file,
        row=row,
        expected="E 200000–1000000 och N 6100000–7700000 (SWEREF 99 TM)",
        found=f"E {e_m[0]:.1f}, N {n_m[0]:.1f}",
        details=details,
        action="Kontrollera att filen är i SWEREF 99 TM och hämta den på nytt.",
    )


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


def shapes_of(wkb: pa.ChunkedArray | pa.Array, file: Path, *, lines: bool = False) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return shapely geometries (None for null), and which rows had arcs; ``lines``: lines may have them too."""
    import shapely

    # Chunk by chunk: all geometries as bytes of Python's own would be the largest table of the run.
    parts = [_linear(c) for c in getattr(wkb, "chunks", [wkb])]
    whole = [p for p in parts if p is not None]
    if len(whole) == len(parts):
        return np.concatenate([np.empty(0, dtype=object), *whole]), np.empty(0, dtype=np.int64)
    raw = np.asarray(wkb.to_numpy(zero_copy_only=False), dtype=object)
    # Arcs, collections, or something that cannot be read: row by row, which is slow.
    out = np.full(len(raw), None, dtype=object)
    kinds = np.array([-1 if b is None else curves.kind(b) for b in raw], dtype=np.int64)
    plain = np.isin(kinds, curves.LINEAR)
    out[plain] = shapely.from_wkb(raw[plain], on_invalid="ignore")
    bent = []
    for i in np.flatnonzero(~plain & (kinds != -1)):
        out[i], arcs = curves.linear(raw[i], file, int(i) + 1, lines=lines)
        bent += [i] if arcs else []
    unread = np.flatnonzero(plain & shapely.is_missing(out))
    if len(unread):
        raise DataError(
            "En geometri går inte att läsa.",
            file=file,
            row=int(unread[0]) + 1,
            expected="en hel geometri (WKB)",
            found=f"{len(raw[unread[0]])} byte som inte går att tolka",
            action=_AGAIN,
        )
    return out, np.array(bent, dtype=np.int64)


def _linear(wkb: pa.Array) -> NDArray[Any] | None:
    """Return shapely geometries; None where any has arcs, is a collection or cannot be read."""
    import shapely

    raw = np.asarray(wkb.to_numpy(zero_copy_only=False), dtype=object)
    # GEOS follows a collection however deep it goes, and says nothing of arcs within one.
    if all(curves.kind(head) in curves.LINEAR for head in {b[:5] for b in raw if b is not None}):
        with suppress(shapely.errors.GEOSException), np.errstate(invalid="ignore"):
            return np.asarray(shapely.from_wkb(raw), dtype=object)
    return None


def _through_shapely(present: pa.Array, file: Path) -> tuple[Floats, Floats]:
    import shapely

    shapes, _ = shapes_of(present, file)
    kinds = shapely.get_type_id(shapes)
    single = (kinds == 0) | ((kinds == 4) & (shapely.get_num_geometries(shapes) <= 1))
    if not single.all():
        row = int(np.argmin(single))
        _refuse(file, "punkter, en per rad", shapes[row], row)
    first = np.where(kinds == 4, shapely.get_geometry(shapes, 0), shapes)
    first[shapely.is_empty(first)] = None  # GEOS has no coordinates to give for an empty point
    return shapely.get_x(first), shapely.get_y(first)


def _refuse(file: Path, expected: str, shape: Any, row: int) -> None:
    raise DataError(
        "Fel sorts geometri.",
        file=file,
        row=row + 1,
        expected=expected,
        found=f"{shape.geom_type} ({str(shape.wkt)[:60]})",
        action=_AGAIN,
    )
