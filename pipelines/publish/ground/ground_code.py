"""The ground as bytes: whole steps, each but the first of a path as the difference from the one before.

A *layer* is the paths of one kind and band: shores (rings, closed by who draws them) or roads, by class. Its stream:
how many points each path has, where each begins (as the difference from the beginning of the one before; the first
from the layer's corner), then all differences east, then all north; differences zigzag (0, −1, 1, −2 …), each row of
numbers shuffled as in :mod:`pipelines.publish.webmap.encode`. ``ground_data.js`` is the decoder.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from pipelines.publish.ground.ground_bands import FROM_ZOOM, ROADS
from pipelines.publish.webmap import encode

if TYPE_CHECKING:
    import pandas as pd

Ints = NDArray[np.int64]
NAME_STEP_M = 10
"""Names stand on whole such steps."""


@dataclass(frozen=True)
class Layer:
    """Paths of one kind and band.

    Attributes
    ----------
    kind : {"vatten", "vagar"}
    band, step_m : int
    classes : list of (str, int)
        The classes in order, and how many paths each has; of water one, nameless.
    count : ndarray of int64
        Points of each path.
    steps : ndarray of int64, shape (n, 2)
        Easting and northing in whole steps from 0, 0 of EPSG:3006.
    """

    kind: str
    band: int
    step_m: int
    classes: list[tuple[str, int]]
    count: Ints
    steps: Ints


class Steps(NamedTuple):
    """Paths on whole steps: how many points each has, and all their points after each other, shape (n, 2)."""

    points: Ints
    xy: Ints

    def lines(self, step_m: int) -> Any:
        """Return them as shapely lines, EPSG:3006."""
        return shapely.linestrings(self.xy * float(step_m), indices=np.repeat(np.arange(len(self.points)), self.points))


def water_layer(band: int, step_m: int, water: Any) -> Layer:
    """Return the shores of polygons on whole steps: shells and islands alike, without the point that closes them."""
    rings = shapely.get_rings(water) if len(water) else np.empty(0, object)
    xy, owner = shapely.get_coordinates(rings, return_index=True)
    closing = np.append(owner[1:] != owner[:-1], True)[: len(owner)]
    steps = np.round(xy[~closing] / step_m).astype(np.int64)
    return Layer("vatten", band, step_m, [("", len(rings))], np.bincount(owner[~closing], minlength=len(rings)), steps)


def steps_of(lines: Any, step_m: int) -> Steps:
    """Return shapely lines on whole steps."""
    xy, owner = shapely.get_coordinates(lines, return_index=True)
    return Steps(np.bincount(owner, minlength=len(lines)), np.round(xy / step_m).astype(np.int64))


def road_layer(band: int, step_m: int, paths: Steps, which: NDArray[np.uint8], classes: tuple[str, ...]) -> Layer:
    """Return roads as a layer; ``which`` is each one's index in ``classes``, ascending."""
    told = [(name, int(n)) for name, n in zip(classes, np.bincount(which, minlength=len(classes)), strict=True) if n]
    return Layer("vagar", band, step_m, told, *paths)


def layers(water: pd.DataFrame, roads: pd.DataFrame | None = None, bands: tuple[int, ...] = (0, 1, 2)) -> list[Layer]:
    """Return the layers of GRUND_VATTEN and, where given, GRUND_VAGAR; empty ones are left out."""
    made = []
    for k in bands:
        of = water[water["band"] == k]
        if len(of):
            made.append(water_layer(k, int(of["steg_m"].iloc[0]), of["geometry"].to_numpy()))
    for k in bands:
        of = water[:0] if roads is None else roads[roads["band"] == k]
        if len(of):
            classes = ROADS[k].classes
            which = np.array([classes.index(x) for x in of["klass"]], dtype=np.uint8)
            step_m = int(of["steg_m"].iloc[0])
            made.append(road_layer(k, step_m, steps_of(of["geometry"].to_numpy(), step_m), which, classes))
    return made


def pack(layers: list[Layer]) -> tuple[list[dict[str, Any]], str]:
    """Return what describes each layer, and base64 of the deflated streams of all of them."""
    told, streams = [], []
    for layer in layers:
        description, stream = _packed(layer)
        told.append(description)
        streams.append(stream)
    return told, encode.deflate(b"".join(streams))


def pack_names(names: pd.DataFrame) -> tuple[dict[str, Any], str]:
    """Return what describes the names of GRUND_NAMN, and base64 of the deflated stream.

    The stream: for each name its place among the texts, easting and northing in steps of 10 m from the corner, zoom,
    degrees from −90 and whether it is a number; then the texts as UTF-8, a line each.
    """
    texts, which = np.unique(names["namn"].to_numpy(dtype=str), return_inverse=True)
    xy = np.round(names[["e_m", "n_m"]].to_numpy() / NAME_STEP_M).astype(np.int64).reshape(-1, 2)
    corner = xy.min(axis=0) if len(xy) else np.zeros(2, np.int64)
    rows = [
        *(which, *(xy - corner).T, names["fran_zoom"], names["vinkel_grader"] + 90),
        names["namnslag"].eq("vagnummer"),
    ]
    widths, bodies = zip(*(encode.pack_numbers(row) for row in rows), strict=True)
    told = {"antal": len(names), "steg_m": NAME_STEP_M, "horn": corner.tolist(), "byte": widths}
    return told, encode.deflate(b"".join(bodies) + "\n".join(texts.tolist()).encode())


def _packed(layer: Layer) -> tuple[dict[str, Any], bytes]:
    first = np.cumsum(layer.count) - layer.count
    corner = layer.steps.min(axis=0) if len(layer.steps) else np.zeros(2, np.int64)
    begins = _zigzag(np.diff(layer.steps[first], axis=0, prepend=corner[None]))
    moves = np.delete(np.diff(layer.steps, axis=0, prepend=0), first, axis=0)
    rows = [layer.count, *begins.T, *_zigzag(moves).T]
    widths, bodies = zip(*(encode.pack_numbers(row) for row in rows), strict=True)
    description = {
        "slag": layer.kind,
        "band": layer.band,
        "fran_zoom": FROM_ZOOM[layer.band],
        "steg_m": layer.step_m,
        "horn": corner.tolist(),
        "vidd": int((layer.steps - corner).max(initial=0)),
        "klasser": layer.classes,
        "drag": len(layer.count),
        "punkter": len(layer.steps),
        "byte": widths,
    }
    return description, b"".join(bodies)


def _zigzag(values: Ints) -> Ints:
    return np.where(values < 0, -2 * values - 1, 2 * values)
