"""Squares cut into tiles: which tiles each reaches into, and its corners there.

What reaches past a tile by no more than its buffer stands in it whole; else the tile, buffer and all, is cut out of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from pipelines.core import cell_grid, files
from pipelines.publish.tiles.vector_tile import Ints, rings

Floats = NDArray[np.float64]
HALF_M = np.pi * 6_378_137.0
"""Half the world's width in Web Mercator."""
_CORNERS = ((0, 0), (0, 1), (1, 1), (1, 0))
"""Clockwise, as shells run in a tile."""


class Piece(NamedTuple):
    """What of the squares a tile shows: the squares, and the commands that draw them there."""

    column: int
    row: int
    which: Ints
    drawn: Ints


def mercator(rutid: Ints, size_m: int) -> Floats:
    """Return the corners of squares in Web Mercator, metres, shape (n, 4, 2); each corner is reckoned once."""
    from pyproj import Transformer

    east, north = cell_grid.corner(rutid)
    e, n = (np.add.outer(x, np.array(_CORNERS)[:, i] * size_m) for i, x in enumerate((east, north)))
    corner, place = np.unique(e.ravel() * 10**8 + n.ravel(), return_inverse=True)
    to_mercator = Transformer.from_crs(files.EPSG, 3857, always_xy=True)
    xy = np.column_stack(to_mercator.transform(corner // 10**8, corner % 10**8))
    return xy[place].reshape(len(rutid), len(_CORNERS), 2)


def cut(corners: Floats, zoom: int, extent: int, buffer: int) -> Iterator[Piece]:
    """Return the tiles of a zoom, by column and row; squares stand in each in their own order."""
    tile_m = 2 * HALF_M / 2**zoom
    buffer_m = tile_m * buffer / extent
    low, high = corners.min(axis=1), corners.max(axis=1)
    first = _tile(low[:, 0] + HALF_M - buffer_m, HALF_M - high[:, 1] - buffer_m, tile_m)
    last = _tile(high[:, 0] + HALF_M + buffer_m, HALF_M - low[:, 1] + buffer_m, tile_m)
    found = []
    for step in np.ndindex(*((last - first).max(axis=0) + 1)):
        tile = first + np.array(step)
        reaches = np.flatnonzero((tile <= last).all(axis=1))
        found.append(np.column_stack([tile[reaches], reaches]))
    column, row, which = np.concatenate(found).T
    order = np.lexsort((which, row, column))
    column, row, which = column[order], row[order], which[order]
    begins = np.flatnonzero(np.append(True, (np.diff(column) != 0) | (np.diff(row) != 0)))
    for part in np.split(np.arange(len(which)), begins[1:]):
        at = column[part[0]], row[part[0]]
        squares = which[part]
        upper_left = np.array([-HALF_M + at[0] * tile_m, HALF_M - at[1] * tile_m])
        drawn, has = _drawn(corners[squares], low[squares], high[squares], upper_left, tile_m, buffer_m, extent)
        if has.any():
            yield Piece(int(at[0]), int(at[1]), squares[has], drawn[has])


def _tile(right_m: Floats, down_m: Floats, tile_m: float) -> Ints:
    return np.column_stack([right_m / tile_m, down_m / tile_m]).astype(np.int64)


def _drawn(
    corners: Floats, low: Floats, high: Floats, upper_left: Floats, tile_m: float, buffer_m: float, extent: int
) -> tuple[Ints, NDArray[np.bool_]]:
    """Return the commands that draw squares in a tile, and which of them show there."""
    left, top = upper_left[0] - buffer_m, upper_left[1] + buffer_m
    right, bottom = upper_left[0] + tile_m + buffer_m, upper_left[1] - tile_m - buffer_m
    cut_off = np.flatnonzero(((low < (left, bottom)) | (high > (right, top))).any(axis=1))
    tile = shapely.Polygon([(left, top), (left, bottom), (right, bottom), (right, top)])
    # Anticlockwise, as GDAL cuts them: where a piece's ring begins depends on it.
    pieces = np.asarray(shapely.intersection(shapely.polygons(corners[cut_off][:, [0, 3, 2, 1]]), tile))
    shows = np.ones(len(corners), dtype=bool)
    shows[cut_off] = shapely.area(pieces) > 0
    pieces, cut_off = pieces[shows[cut_off]], cut_off[shows[cut_off]]
    most = max([len(_CORNERS), *(shapely.get_num_coordinates(pieces) - 1)])
    xy = np.concatenate([corners, np.repeat(corners[:, -1:], most - len(_CORNERS), axis=1)], axis=1)
    for i, piece in zip(cut_off, pieces, strict=True):
        ring = shapely.get_coordinates(shapely.orient_polygons(piece, exterior_cw=True))[:-1]
        xy[i, : len(ring)], xy[i, len(ring) :] = ring, ring[-1]
    units = (xy - upper_left) * (1, -1) * extent / tile_m
    drawn, has = rings((np.sign(units) * np.floor(np.abs(units) + 0.5)).astype(np.int64))
    return drawn, has & shows
