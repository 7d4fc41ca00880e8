"""A raster of nodes over the region and its surroundings, and rough surfaces on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.demo.world.common import Floats, Ints, stream

MARGIN_M = 16_000
"""How far outside the region ground is made."""
FINE_M = 100.0
MOST_NODES = 30_000_000
"""A larger region has its nodes farther apart."""

Surface = NDArray[np.float32]
Octaves = Sequence[tuple[float, float]]
"""Reach (metres) and weight of each layer of a rough surface."""


@dataclass(frozen=True)
class Canvas:
    """Nodes at ``west + col · step``, ``south + row · step`` (EPSG:3006, metres); row 0 is southernmost."""

    west: float
    south: float
    step: float
    shape: tuple[int, int]

    @property
    def east(self) -> float:
        """Easting of the last column."""
        return self.west + (self.shape[1] - 1) * self.step

    @property
    def north(self) -> float:
        """Northing of the last row."""
        return self.south + (self.shape[0] - 1) * self.step

    @property
    def e(self) -> Floats:
        """Easting per column."""
        return np.asarray(self.west + np.arange(self.shape[1]) * self.step, dtype=np.float64)

    @property
    def n(self) -> Floats:
        """Northing per row."""
        return np.asarray(self.south + np.arange(self.shape[0]) * self.step, dtype=np.float64)

    def coarser(self) -> Canvas:
        """Return every other node."""
        return Canvas(self.west, self.south, self.step * 2, ((self.shape[0] + 1) // 2, (self.shape[1] + 1) // 2))

    def nearest(self, e: Floats, n: Floats) -> tuple[Ints, Ints]:
        """Return row and column of the node nearest to each point; points outside get the edge's."""
        row = np.rint((np.asarray(n) - self.south) / self.step).astype(np.int64)
        col = np.rint((np.asarray(e) - self.west) / self.step).astype(np.int64)
        return np.clip(row, 0, self.shape[0] - 1), np.clip(col, 0, self.shape[1] - 1)

    def window(self, bounds: tuple[float, ...], pad_m: float) -> tuple[slice, slice]:
        """Return the rows and columns within ``pad_m`` of a box."""
        (r0, r1), (c0, c1) = self.nearest(
            np.array([bounds[0] - pad_m, bounds[2] + pad_m]), np.array([bounds[1] - pad_m, bounds[3] + pad_m])
        )
        return slice(int(r0), int(r1) + 1), slice(int(c0), int(c1) + 1)

    def labels(self, shapes: Any, dtype: str = "int16") -> NDArray[Any]:
        """Burn polygons in: 1 + index of the last polygon that holds each node, 0 for none."""
        from rasterio import Affine
        from rasterio.features import rasterize

        half = self.step / 2
        grid = Affine(self.step, 0, self.west - half, 0, self.step, self.south - half)
        return rasterize(((g, i + 1) for i, g in enumerate(shapes)), out_shape=self.shape, transform=grid, dtype=dtype)


def over(bounds: tuple[float, float, float, float]) -> Canvas:
    """Return the canvas of a region with these bounds: west, south, east, north."""
    west, south, east, north = (
        np.floor((bounds[0] - MARGIN_M) / 1000) * 1000,
        np.floor((bounds[1] - MARGIN_M) / 1000) * 1000,
        bounds[2] + MARGIN_M,
        bounds[3] + MARGIN_M,
    )
    times = np.ceil(np.sqrt((east - west) * (north - south) / FINE_M**2 / MOST_NODES))
    step = FINE_M * float(max(times, 1))
    return Canvas(float(west), float(south), step, (int((north - south) / step) + 2, int((east - west) / step) + 2))


def rough(seed: int, name: str, canvas: Canvas, octaves: Octaves, stretch: float = 1.0) -> Surface:
    """Return a rough surface: smooth noise of several reaches, weighted; each layer has unit variance.

    ``stretch`` > 1 draws its forms out from south to north.
    """
    out = np.zeros(canvas.shape, dtype=np.float32)
    for i, (reach_m, weight) in enumerate(octaves):
        rng = stream(seed, f"{name} {i}")
        out += np.float32(weight) * _layer(rng, canvas, reach_m, stretch)
    return out


def _layer(rng: np.random.Generator, canvas: Canvas, reach_m: float, stretch: float) -> Surface:
    from scipy.ndimage import gaussian_filter

    times = canvas.step * 2.5 / reach_m
    rows = np.arange(canvas.shape[0], dtype=np.float64) * (times / stretch) + 0.5
    cols = np.arange(canvas.shape[1], dtype=np.float64) * times + 0.5
    shape = (int(rows[-1]) + 3, int(cols[-1]) + 3)
    field = gaussian_filter(rng.standard_normal(shape, dtype=np.float32), 1.25)
    field = (field - field.mean()) / max(float(field.std()), 1e-9)
    return stretched(field.astype(np.float32), rows, cols)


def stretched(field: NDArray[Any], rows: Floats, cols: Floats) -> Surface:
    """Return a raster read between its nodes (bilinear) at every row and column given."""
    r, c = np.floor(rows).astype(np.int64), np.floor(cols).astype(np.int64)
    r, c = np.clip(r, 0, field.shape[0] - 2), np.clip(c, 0, field.shape[1] - 2)
    down, across = (rows - r).astype(np.float32)[:, None], (cols - c).astype(np.float32)
    left = field[:, c] * (1 - across) + field[:, c + 1] * across
    return (left[r] * (1 - down) + left[r + 1] * down).astype(np.float32)


def finer(field: NDArray[Any], canvas: Canvas) -> Surface:
    """Return a surface on ``canvas.coarser()`` on all nodes of ``canvas``."""
    return stretched(field, np.arange(canvas.shape[0]) / 2, np.arange(canvas.shape[1]) / 2)
