"""Cells as a picture: a pixel a cell in the table, whole squares with sharp edges on the sheet."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.transforms import Affine2D
from numpy.typing import NDArray
from PIL import Image

from pipelines.core import cell_grid

PIXEL_MM = 0.17
"""In a PDF a cell is so many whole pixels that none is larger: crisp also where a reader smooths pictures."""


class Enlarged(NamedTuple):
    """A picture to be written with each of its pixels as a square of so many: its colours are known before that."""

    image: NDArray[np.uint8]
    times: int

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns, as written."""
        return self.image.shape[0] * self.times, self.image.shape[1] * self.times

    def of(self, values: NDArray[np.uint8]) -> Image.Image:
        """Return one value of each pixel (0–255) as an enlarged picture."""
        return Image.fromarray(values.repeat(self.times, axis=0).repeat(self.times, axis=1))


class Cells(Artist):
    """A picture of a pixel for each cell, drawn where the cells lie and without any resampling.

    matplotlib's own picture goes through masked arrays at the sheet's full size: two seconds a sheet.

    Parameters
    ----------
    image : ndarray of uint8, shape (rows, columns, 4)
        Red, green, blue, alpha; the first row is the northernmost.
    corner : (E, N)
        Upper left corner, EPSG:3006, metres.
    cell_mm : float
        Side of a cell on the sheet.
    """

    def __init__(self, image: NDArray[np.uint8], corner: tuple[float, float], cell_mm: float) -> None:
        super().__init__()
        self.image, self.cell_mm = image, cell_mm
        (west, north), (rows, columns) = corner, image.shape[:2]
        self.ends = np.array([[west, north - rows * cell_grid.CELL_M], [west + columns * cell_grid.CELL_M, north]])

    def draw(self, renderer: Any) -> None:
        """Draw the picture; what lies outside the frame is clipped by the clip path of the artist."""
        (x0, y0), (x1, y1) = self.get_transform().transform(self.ends)
        gc = renderer.new_gc()
        self._set_gc_clip(gc)  # type: ignore[attr-defined]
        if renderer.option_scale_image():  # PDF
            picture = Enlarged(self.image, int(np.ceil(self.cell_mm / PIXEL_MM)))
            renderer.draw_image(gc, x0, y0, picture, Affine2D().scale(x1 - x0, y1 - y0))
        else:
            column, left = _sampled(x0, x1, self.image.shape[1], renderer.width)
            row, bottom = _sampled(y0, y1, self.image.shape[0], renderer.height)
            if len(column) and len(row):
                renderer.draw_image(gc, left, bottom, self.image[::-1][row[:, None], column])
        gc.restore()


def _sampled(start: float, end: float, many: int, size: int) -> tuple[NDArray[np.int64], int]:
    """Return which cell each pixel's middle lies in, from the first pixel on, and that pixel.

    >>> _sampled(0.6, 4.6, 2, 100)
    (array([0, 0, 1, 1]), 1)
    """
    first, last = (int(np.clip(np.floor(x + 0.5), 0, size)) for x in (start, end))
    middle = (np.arange(first, last) + 0.5 - start) * many / (end - start)
    return np.clip(middle.astype(np.int64), 0, many - 1), first
