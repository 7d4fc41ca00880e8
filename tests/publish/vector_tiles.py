"""PMTiles and vector tiles taken apart by their standards, by hand: nothing of the writer's, and not GDAL."""

from __future__ import annotations

import gzip
import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import shapely

HALF = 20037508.342789244
"""Half the world's width in Web Mercator, metres."""
_DOUBLE, _FLOAT = struct.Struct("<d"), struct.Struct("<f")


@dataclass
class Archive:
    head: dict[str, int]
    about: dict[str, Any]
    tiles: dict[tuple[int, int, int], bytes]


@dataclass
class Feature:
    """One feature: attributes, and its rings in SWEREF 99 TM as one polygon."""

    zoom: int
    tags: dict[str, Any]
    shape: shapely.Polygon


def varints(data: bytes) -> Iterator[int]:
    number = shift = 0
    for byte in data:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield number
            number = shift = 0


def read(path: Path) -> Archive:
    """Read a whole PMTiles 3 file with one index."""
    data = path.read_bytes()
    assert data[:8] == b"PMTiles\x03"
    names = (
        "root",
        "root_len",
        "meta",
        "meta_len",
        "leaf",
        "leaf_len",
        "data",
        "data_len",
        "addressed",
        "entries",
        "contents",
    )
    head = dict(zip(names, struct.unpack_from("<11Q", data, 8), strict=True))
    head |= dict(zip(("clustered", "inner", "packing", "kind", "low", "high"), data[96:102], strict=True))
    head |= dict(zip(("west", "south", "east", "north"), struct.unpack_from("<4i", data, 102), strict=True))
    assert (head["clustered"], head["inner"], head["packing"], head["kind"], head["leaf_len"]) == (1, 2, 2, 1, 0)
    assert head["root"] + head["root_len"] <= 16_384  # what a reader takes first
    assert len(data) == head["data"] + head["data_len"]
    flat = list(varints(gzip.decompress(data[head["root"] : head["root"] + head["root_len"]])))
    n, rest = flat[0], np.array(flat[1:]).reshape(4, -1)
    assert rest.shape[1] == n == head["entries"]
    tiles, end = {}, 0
    for number, run, length, place in zip(np.cumsum(rest[0]).tolist(), *rest[1:].tolist(), strict=True):
        start = end if place == 0 else place - 1
        end = start + length
        assert run == 1
        tiles[position(number)] = gzip.decompress(data[head["data"] + start : head["data"] + end])
    assert len(tiles) == n
    about = json.loads(gzip.decompress(data[head["meta"] : head["meta"] + head["meta_len"]]))
    return Archive(head, about, tiles)


def position(number: int) -> tuple[int, int, int]:
    """Return zoom, column and row of a tile's number: the curve walked a bit at a time from the inside."""
    zoom = 0
    while number >= 4**zoom:
        number -= 4**zoom
        zoom += 1
    x = y = 0
    for bit in range(zoom):
        side = 1 << bit
        right, up = number >> 1 & 1, (number ^ number >> 1) & 1
        if not up:
            if right:
                x, y = side - 1 - x, side - 1 - y
            x, y = y, x
        x, y = x + side * right, y + side * up
        number >>= 2
    return zoom, x, y


def fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """Give the fields of a protobuf message: numbers as they are, strings and messages as bytes."""
    at = 0

    def varint() -> int:
        nonlocal at
        number = shift = 0
        while True:
            byte = data[at]
            at += 1
            number |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return number

    while at < len(data):
        key = varint()
        if key & 7 == 0:
            yield key >> 3, varint()
        else:
            size = {1: 8, 5: 4}.get(key & 7) or varint()
            yield key >> 3, data[at : at + size]
            at += size


def value(data: bytes) -> Any:
    ((kind, raw),) = fields(data)
    if kind == 6:
        return raw >> 1 ^ -(raw & 1)
    return {
        1: lambda: raw.decode(),
        2: lambda: _FLOAT.unpack(raw)[0],
        3: lambda: _DOUBLE.unpack(raw)[0],
        4: lambda: raw,
        5: lambda: raw,
        7: lambda: bool(raw),
    }[kind]()


def features(archive: Archive, layer: str) -> list[Feature]:
    """Return every feature of every tile; one that reaches over two tiles is there in both."""
    back = pyproj.Transformer.from_crs(3857, 3006, always_xy=True)
    out = []
    for (zoom, column, row), body in archive.tiles.items():
        ((_, message),) = fields(body)
        parts = list(fields(message))
        only = {k: v for k, v in parts if k in (1, 5, 15)}
        assert (only[1].decode(), only[15]) == (layer, 2)
        keys = [v.decode() for k, v in parts if k == 3]
        values = [value(v) for k, v in parts if k == 4]
        side = 2 * HALF / 2**zoom
        for feature in (dict(fields(v)) for k, v in parts if k == 2):
            assert feature[3] == 3  # polygon
            tags = list(varints(feature[2]))
            (ring,) = rings(feature[4])
            x = -HALF + side * (column + ring[:, 0] / only[5])
            y = HALF - side * (row + ring[:, 1] / only[5])
            shape = shapely.Polygon(np.column_stack(back.transform(x, y)))
            told = {keys[k]: values[v] for k, v in zip(tags[::2], tags[1::2], strict=True)}
            out.append(Feature(zoom, told, shape))
    return out


def rings(data: bytes) -> list[np.ndarray]:
    """Return a polygon's rings, by the commands move, line and close."""
    given, out, points = list(varints(data)), [], []
    at, x, y = 0, 0, 0
    while at < len(given):
        command, count = given[at] & 7, given[at] >> 3
        at += 1
        if command == 7:
            out.append(np.array(points))
            points = []
            continue
        for _ in range(count):
            x += given[at] >> 1 ^ -(given[at] & 1)
            y += given[at + 1] >> 1 ^ -(given[at + 1] & 1)
            points.append((x, y))
            at += 2
    return out
