"""PMTiles 3: all the tiles of a map in one file, which a web page reads piece by piece from an ordinary web server.

The format is an index of the tiles along a Hilbert curve, a description in JSON, and the tiles after one another.
Written here, since it is small and the usual library writes the clock's time into it.
"""

from __future__ import annotations

import gzip
import json
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pipelines.core import cell_grid, files
from pipelines.core.errors import ContractError
from pipelines.publish.tiles.vector_tile import varint

if TYPE_CHECKING:
    from pathlib import Path

HEAD = struct.Struct("<7sB11Q6B4iB2i")
FIRST_READ = 16_384
"""Bytes a reader takes first: the head and the index must lie within."""
_GZIP, _MVT, _CLUSTERED = 2, 1, 1
"""Codes of the format's own."""

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True)
class Tile:
    """A vector tile (not compressed), by zoom, column from the west and row from the north."""

    zoom: int
    column: int
    row: int
    body: bytes

    @cached_property
    def number(self) -> int:
        """Number among all tiles: zoom by zoom, each along the curve.

        >>> Tile(0, 0, 0, b"").number, Tile(1, 1, 0, b"").number, Tile(12, 3423, 1763, b"").number
        (0, 4, 19078479)
        """
        before = (4**self.zoom - 1) // 3
        return before + int(cell_grid.hilbert(self.column, self.row, self.zoom))


def write(path: Path, tiles: Iterable[Tile], bounds: Bounds, about: Mapping[str, Any]) -> None:
    """Write tiles as one file, whole or not at all; the same tiles give the same bytes.

    Parameters
    ----------
    bounds : tuple of float
        West, south, east, north in degrees (WGS 84).
    about : mapping
        The description: ``name``, ``attribution``, ``vector_layers`` …
    """
    ordered = sorted(tiles, key=lambda t: t.number)
    packed = [_packed(t.body) for t in ordered]
    index = _packed(_index([t.number for t in ordered], [len(b) for b in packed]))
    if HEAD.size + len(index) > FIRST_READ:
        raise ContractError(
            "Kartrutorna är för många för ett register i ett stycke.",
            found=f"{len(ordered)} kartrutor",
            action="Minska den största zoomnivån i pipelines/publish/tiles/write_tiles.py.",
        )
    told = _packed(json.dumps(about, ensure_ascii=False, sort_keys=True).encode())
    zooms = [t.zoom for t in ordered]
    west, south, east, north = (round(x * 1e7) for x in bounds)
    start, length = HEAD.size + len(index), sum(map(len, packed))
    head = HEAD.pack(
        b"PMTiles",
        3,
        HEAD.size,
        len(index),
        start,
        len(told),
        start + len(told),
        0,
        start + len(told),
        length,
        len(ordered),
        len(ordered),
        len(ordered),
        _CLUSTERED,
        _GZIP,
        _GZIP,
        _MVT,
        min(zooms),
        max(zooms),
        west,
        south,
        east,
        north,
        min(zooms),
        (west + east) // 2,
        (south + north) // 2,
    )
    with files.replacing(path) as beside, beside.open("wb") as out:
        for piece in (head, index, told, *packed):
            out.write(piece)


def _packed(body: bytes) -> bytes:
    return gzip.compress(body, 9, mtime=0)


def _index(numbers: list[int], lengths: list[int]) -> bytes:
    """Return the index: numbers (each from the one before), runs, lengths, and that each follows the one before."""
    steps = [b - a for a, b in zip([0, *numbers], numbers, strict=False)]
    places = [1, *[0] * (len(numbers) - 1)]
    return b"".join(map(varint, [len(numbers), *steps, *[1] * len(numbers), *lengths, *places]))
