"""Circular arcs in WKB: areas and lines with arcs become ones of chords; what else there is, is named.

Shapely reads no arcs. An arc goes through three points: its chords lie at most ``TOLERANCE_M`` from it, so that
a circle of radius r loses 4/3·π·r·tolerance of its area: 42 m² of 314 ha for r = 1 km.
"""

from __future__ import annotations

import math
import struct
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.core.errors import DataError

TOLERANCE_M = 0.01
"""Largest distance between an arc and its chords (metres)."""
MAX_CHORDS = 20_000
"""Half an arc gets no more chords than this, whatever its radius."""
_FARTHEST_M = 1e9
MAX_DEPTH = 8
"""Collections within collections deeper than this are refused."""
LINEAR = (1, 2, 3, 4, 5, 6)
_NAMES = {
    7: "GeometryCollection (samling)",
    8: "CircularString (cirkelbåge)",
    9: "CompoundCurve (sammansatt linje)",
    11: "MultiCurve (linjer)",
    13: "Curve (linje)",
    14: "Surface (yta utan slag)",
    15: "PolyhedralSurface (polyederyta)",
    16: "TIN (triangelnät)",
    17: "Triangle (triangel)",
}
_AGAIN = "Gör om ytorna till Polygon eller MultiPolygon (QGIS: Konvertera geometrityp), eller be om filen så."

Ring = NDArray[np.float64]


def kind(wkb: bytes) -> int:
    """Return the geometry's type by ISO numbers, whatever its dimensions; 0 for bytes that are no WKB.

    >>> kind(bytes.fromhex("010a000000")), kind(bytes.fromhex("0000000bbc"))
    (10, 4)
    """
    if len(wkb) < 5 or wkb[0] > 1:
        return 0
    return int.from_bytes(wkb[1:5], "little" if wkb[0] else "big") % 0x20000000 % 1000


@dataclass
class _Reader:
    """Reads one geometry's bytes from the beginning; ``arcs`` counts those it met."""

    data: bytes
    at: int = 0
    arcs: int = 0

    def take(self, form: str) -> tuple[Any, ...]:
        size = struct.calcsize(form)
        found = struct.unpack_from(form, self.data, self.at)
        self.at += size
        return found

    def head(self) -> tuple[int, str, int]:
        """Return type, byte order and number of dimensions; ISO's thousands and PostGIS's flags both."""
        (order,) = self.take("B")
        mark = "<" if order else ">"
        (code,) = self.take(f"{mark}I")
        base = code % 0x20000000
        if code & 0x20000000:
            self.take(f"{mark}I")
        flags = bool(code & 0x80000000) + bool(code & 0x40000000)
        return base % 1000, mark, 2 + flags + {0: 0, 1: 1, 2: 1, 3: 2}.get(base // 1000, 0)

    def count(self, mark: str) -> int:
        (n,) = self.take(f"{mark}I")
        if n > len(self.data):
            raise struct.error
        return int(n)

    def points(self, mark: str, width: int) -> Ring:
        n = self.count(mark)
        flat = np.frombuffer(self.data, f"{mark}f8", n * width, self.at).reshape(n, width)
        self.at += flat.nbytes
        if not (np.abs(flat[:, :2]) < _FARTHEST_M).all():
            raise _NoPlace
        return flat[:, :2].astype(np.float64)


def linear(wkb: bytes, file: Path, row: int, *, lines: bool = False) -> tuple[Any, bool]:
    """Return an area with arcs, or a collection of areas, as a shapely geometry of straight lines.

    The second value says whether there were arcs. ``lines``: lines with arcs, or a collection of lines, as well.

    Raises
    ------
    DataError
        When it holds something that is no area, or is no WKB.
    """
    import shapely

    try:
        read = _Reader(wkb)
        if lines and kind(wkb) in _OF_LINES:
            with suppress(_Other):
                drawn: list[Any] = [shapely.linestrings(x) for x in _lines(read, 0)]
                return drawn[0] if len(drawn) == 1 else shapely.multilinestrings(drawn), read.arcs > 0
            read = _Reader(wkb)
        parts = _areas(read, 0)
        single = kind(wkb) == 10 and len(parts) == 1
        return parts[0] if single else shapely.multipolygons(parts), read.arcs > 0
    except _Other as e:
        raise DataError(
            "Fel sorts geometri.",
            file=file,
            row=row,
            expected="ytor (Polygon eller MultiPolygon; cirkelbågar går bra)",
            found=_NAMES.get(e.kind, f"geometri av slag {e.kind}") if e.kind not in LINEAR else _collection(e.kind),
            action=_AGAIN,
        ) from None
    except _NoPlace:
        raise DataError(
            "En yta har en koordinat som inte är ett tal.",
            file=file,
            row=row,
            expected="koordinater i meter",
            found="NaN, oändligt eller större än jorden",
            action="Hämta filen på nytt från utgivaren.",
        ) from None
    except (struct.error, ValueError, IndexError, shapely.errors.GEOSException):
        raise DataError(
            "En geometri går inte att läsa.",
            file=file,
            row=row,
            expected="en hel geometri (WKB)",
            found=f"{len(wkb)} byte som inte går att tolka",
            action="Hämta filen på nytt från utgivaren.",
        ) from None


_OF_LINES = (7, 8, 9, 11)


class _NoPlace(Exception):
    """A coordinate that is no number, or no place on Earth."""


class _Other(Exception):
    """A geometry that is no area."""

    def __init__(self, kind: int) -> None:
        super().__init__(kind)
        self.kind = kind


def _collection(kind: int) -> str:
    return f"en samling med {'punkter' if kind in (1, 4) else 'linjer'}"


def _areas(read: _Reader, depth: int) -> list[Any]:
    """Return the polygons of a geometry, arcs as chords."""
    import shapely

    found, mark, width = read.head()
    if found in (3, 10):
        rings = [read.points(mark, width) if found == 3 else _curve(read, depth) for _ in range(read.count(mark))]
        rings = [_closed(r) for r in rings]
        return [shapely.polygons(rings[0], holes=rings[1:] or None)] if rings else []
    if found in (6, 7, 12) and depth < MAX_DEPTH:
        return [p for _ in range(read.count(mark)) for p in _areas(read, depth + 1)]
    raise _Other(found)


def _lines(read: _Reader, depth: int) -> list[Ring]:
    """Return the points of each line of a geometry, arcs as chords."""
    begin = read.at
    found, mark, _ = read.head()
    if found in (5, 7, 11) and depth < MAX_DEPTH:
        return [p for _ in range(read.count(mark)) for p in _lines(read, depth + 1)]
    read.at = begin
    return [_curve(read, depth)]


def _closed(ring: Ring) -> Ring:
    return ring if (ring[0] == ring[-1]).all() else np.vstack([ring, ring[:1]])


def _curve(read: _Reader, depth: int) -> Ring:
    """Return a ring's points: straight, arcs, or both after each other."""
    found, mark, width = read.head()
    if found == 2:
        return read.points(mark, width)
    if found == 8:
        read.arcs += 1
        return _arcs(read.points(mark, width))
    if found == 9 and depth < MAX_DEPTH:
        parts = [_curve(read, depth + 1) for _ in range(read.count(mark))]
        joined = [p[1:] if (p[0] == before[-1]).all() else p for before, p in pairwise(parts)]
        return np.vstack([parts[0], *joined])
    raise _Other(found)


def _arcs(points: Ring) -> Ring:
    """Return the chords of a string of arcs: points 0–2 are one arc, 2–4 the next."""
    if len(points) < 3 or len(points) % 2 == 0:
        raise ValueError
    parts = [points[:1]]
    parts += [_arc(*points[i : i + 3]) for i in range(0, len(points) - 2, 2)]
    return np.vstack(parts)


def _arc(start: Ring, middle: Ring, end: Ring) -> Ring:
    """Return the points of an arc after its start, its own three among them; three in a line are a line.

    An arc that ends where it starts is a whole circle, with ``middle`` opposite.
    """
    a, b = middle - start, end - start
    cross = float(a[0] * b[1] - a[1] * b[0])
    if (start == end).all():
        centre, way = (start + middle) / 2, 1.0
    elif abs(cross) <= 1e-12 * float(np.hypot(*a) * np.hypot(*b)):
        return np.vstack([middle, end])
    else:
        aa, bb = float(a @ a), float(b @ b)
        centre = start + np.array([b[1] * aa - a[1] * bb, a[0] * bb - b[0] * aa]) / (2 * cross)
        way = math.copysign(1.0, cross)
    radius = float(np.hypot(*(start - centre)))
    if radius <= TOLERANCE_M or not math.isfinite(radius):
        return np.vstack([middle, end])
    half = [_chords(p, q, centre, radius, way) for p, q in ((start, middle), (middle, end))]
    return np.vstack([half[0], middle, half[1], end])


def _chords(start: Ring, end: Ring, centre: Ring, radius: float, way: float) -> Ring:
    """Return the points between two on a circle, counter-clockwise when ``way`` is 1, clockwise when it is −1."""
    first, last = (math.atan2(p[1] - centre[1], p[0] - centre[0]) for p in (start, end))
    turn = way * ((way * (last - first)) % (2 * math.pi))
    chords = math.ceil(abs(turn) / (2 * math.acos(1 - TOLERANCE_M / radius)))
    steps = first + np.linspace(0, turn, min(max(chords, 2), MAX_CHORDS) + 1)[1:-1]
    return centre + radius * np.column_stack([np.cos(steps), np.sin(steps)])
