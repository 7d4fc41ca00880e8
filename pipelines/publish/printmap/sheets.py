"""Which sheets there are, and how each is laid out: page, frame of the map, column of text, scale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.core import cell_grid
from pipelines.core.level import LEVELS, Level
from pipelines.publish.printmap.atlas import Atlas
from pipelines.publish.words.level_figures import first_level

A3_LANDSCAPE = (420.0, 297.0)
A4_LANDSCAPE = (297.0, 210.0)
A4_PORTRAIT = (210.0, 297.0)
EDGE = 10.0
GAP = 7.0
MARGIN = 1.04
"""The map is this much wider and higher than what it shows."""
SCALES = (1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.8, 2, 2.2, 2.4, 2.5, 2.8, 3, 3.5, 4, 4.5, 5, 5.5, 6, 7, 8, 9, 10)
"""Leading figures of the scales used: a round one can be measured with a ruler."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Sheet:
    """One sheet.

    Attributes
    ----------
    name : str
        Of its files, without suffix.
    kod : str or None
        The kommun, or none for the whole län.
    page : (width, height)
        Millimetres.
    frame, column : (x, y, width, height)
        Of the map and of the text, millimetres from the page's lower left corner.
    scale : int
        Denominator: one metre on the sheet is so many on the ground.
    centre : (E, N)
        What lies in the middle of the frame, EPSG:3006.
    """

    name: str
    level: Level
    kod: str | None
    page: tuple[float, float]
    frame: Box
    column: Box
    scale: int
    centre: tuple[float, float]

    @property
    def window(self) -> Box:
        """What the frame shows: west, south, east, north."""
        w, h = self.frame[2] * self.scale / 2000, self.frame[3] * self.scale / 2000
        e, n = self.centre
        return e - w, n - h, e + w, n + h

    @property
    def cell_mm(self) -> float:
        """How large a cell is on the sheet."""
        return 1000 * cell_grid.CELL_M / self.scale


def plan(atlas: Atlas) -> list[Sheet]:
    """Return every sheet: the län at each level of tillgång on A3, each kommun on A4.

    A kommun's sheet is landscape or portrait, whichever shows it larger.
    """
    lived = atlas.kommun >= 0
    out = [
        _sheet(f"lan_{x.mbit}", x, None, _bounds(atlas, lived), [(A3_LANDSCAPE, 116.0)]) for x in LEVELS.of("tillgang")
    ]
    chosen = first_level(atlas.region)
    for i, kod in enumerate(atlas.codes):
        at = atlas.kommun == i
        if at.any():
            pages = [(A4_LANDSCAPE, 88.0), (A4_PORTRAIT, 62.0)]
            out.append(_sheet(kod, chosen, kod, _bounds(atlas, at), pages))
    return out


def _bounds(atlas: Atlas, at: np.ndarray) -> Box:
    rows, columns = np.flatnonzero(at.any(axis=1)), np.flatnonzero(at.any(axis=0))
    west, north = atlas.corner
    return (
        west + int(columns[0]) * cell_grid.CELL_M,
        north - (int(rows[-1]) + 1) * cell_grid.CELL_M,
        west + (int(columns[-1]) + 1) * cell_grid.CELL_M,
        north - int(rows[0]) * cell_grid.CELL_M,
    )


def _sheet(
    name: str, level: Level, kod: str | None, bounds: Box, pages: list[tuple[tuple[float, float], float]]
) -> Sheet:
    w, s, e, n = bounds
    made = []
    for page, text in pages:
        width, height = page[0] - 2 * EDGE - GAP - text, page[1] - 2 * EDGE
        least = max((e - w) / width, (n - s) / height) * 1000 * MARGIN
        scale = round_scale(least)
        sheet = Sheet(
            name,
            level,
            kod,
            page,
            (EDGE, EDGE, width, height),
            (EDGE + width + GAP, EDGE, text, height),
            scale,
            ((w + e) / 2, (s + n) / 2),
        )
        made.append((scale, least, sheet))
    return min(made, key=lambda one: one[:2])[2]


def round_scale(least: float) -> int:
    """Return the smallest round scale that is not larger than ``least`` allows.

    >>> round_scale(1_064_000), round_scale(204_000), round_scale(1_250)
    (1100000, 220000, 1300)
    """
    power = 10 ** int(np.floor(np.log10(least)))
    return round(next(x for x in SCALES if x * power >= least - 1e-6) * power)
